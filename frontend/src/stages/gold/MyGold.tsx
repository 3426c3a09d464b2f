import { Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { read } from "../../api/queries";
import type { MyGold as Mine } from "../../api/work";
import { DataTable } from "../../ui/DataTable";
import { EstimateText } from "../../ui/Estimate";
import { Loaded } from "../../ui/Loaded";
import { Section } from "../../ui/Page";
import { Ago } from "../../ui/Time";

/** How often one was right on items whose answer was known; nothing at all before the first. */
export function MyGold({ projectId }: { projectId: string }) {
  const { t } = useTranslation();
  const query = useQuery(read<Mine>(projectId, "/my/gold"));
  if (query.data?.right.n === 0) return null;
  return (
    <Section title={t("gold.mine")}>
      <Loaded query={query} rows={2}>
        {({ right, misses }) => (
          <Stack gap="xs">
            <Text size="sm">{t("gold.mineText")} <EstimateText estimate={right} kind="percent" /></Text>
            {misses.length > 0 && (
              <DataTable
                caption={t("gold.misses")}
                rows={misses}
                keyOf={(row) => row.item_id}
                columns={[
                  { head: t("gold.prompt"), cell: (row) => <Text size="sm" lineClamp={2} title={row.prompt}>{row.prompt}</Text> },
                  { head: t("gold.yours"), cell: (row) => row.yours, width: 140 },
                  { head: t("gold.answer"), cell: (row) => row.right, width: 140 },
                  { head: t("gold.why"), cell: (row) => <Text size="sm">{row.why}</Text> },
                  { head: t("gold.when"), cell: (row) => <Ago at={row.at} />, width: 110 },
                ]}
              />
            )}
          </Stack>
        )}
      </Loaded>
    </Section>
  );
}
