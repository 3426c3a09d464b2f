import { Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { projectQuery, read } from "../../api/queries";
import { may } from "../../api/roles";
import { type ThreadPage, useThreadStream } from "../../api/threads";
import { Loaded } from "../../ui/Loaded";
import { Section } from "../../ui/Page";
import { Begin } from "./Begin";
import { Rows } from "./Rows";

/** The threads on one item, for the page of the item. They open on their own page, where everybody sees the answers in one order. */
export default function ItemThreads({ projectId, itemId }: { projectId: string; itemId: string }) {
  const { t } = useTranslation();
  const role = useQuery(projectQuery(projectId)).data?.role;
  const page = useQuery(read<ThreadPage>(projectId, `/threads?subject=item&subject_id=${encodeURIComponent(itemId)}`));
  useThreadStream(projectId, null);
  const begins = may(role, "judge") && page.data && !page.data.threads.some((one) => one.state === "open");
  return (
    <Section title={t("discussion.onItem")} aside={begins && <Begin projectId={projectId} subject={{ kind: "item", id: itemId, title: itemId }} />}>
      <Loaded query={page} rows={2}>
        {({ threads }) => threads.length === 0 ? <Text size="sm" c="dimmed">{t("discussion.onItemNone")}</Text> : <Rows projectId={projectId} rows={threads} label={t("discussion.onItem")} />}
      </Loaded>
    </Section>
  );
}
