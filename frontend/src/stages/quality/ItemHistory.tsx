import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { read } from "../../api/queries";
import type { ItemView } from "../../api/work";
import { DataTable } from "../../ui/DataTable";
import { Loaded } from "../../ui/Loaded";
import { Section } from "../../ui/Page";
import { Ago } from "../../ui/Time";
import type { ItemPanelProps } from "./itemPanels";

/** What happened to the item, oldest first; people stay "annotator 1", on this item only. */
export default function ItemHistory({ projectId, itemId }: ItemPanelProps) {
  const { t } = useTranslation();
  const query = useQuery(read<ItemView>(projectId, `/items/${itemId}`));
  return (
    <Section title={t("items.history")}>
      <Loaded query={query}>
        {({ history }) => (
          <DataTable
            caption={t("items.history")}
            rows={history.map((row, at) => ({ ...row, key: String(at) }))}
            keyOf={(row) => row.key}
            columns={[
              { head: t("items.when"), cell: (row) => <Ago at={row.at} />, width: 150 },
              { head: t("items.what"), cell: (row) => t(`items.happened.${row.what}`), width: 170 },
              { head: t("items.rater"), cell: (row) => row.who?.replaceAll("_", " ") ?? "", width: 150 },
              { head: t("items.answer"), cell: (row) => row.detail.replaceAll("_", " ") },
            ]}
          />
        )}
      </Loaded>
    </Section>
  );
}
