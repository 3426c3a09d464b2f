import { Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { read } from "../../api/queries";
import { type MyThreads as Shape, useThreadStream } from "../../api/threads";
import { Loaded } from "../../ui/Loaded";
import { Section } from "../../ui/Page";
import { Rows } from "./Rows";

/** The threads that wait for who looks: called first, then unread, then those that want an answer. */
export function MyThreads({ projectId }: { projectId: string }) {
  const { t } = useTranslation();
  const mine = useQuery(read<Shape>(projectId, "/my/threads"));
  useThreadStream(projectId, null);
  const unread = mine.data?.unread ?? 0;
  return (
    <Section title={t("discussion.mineTitle")} aside={unread > 0 && <Text size="sm" c="dimmed">{t("discussion.unread", { count: unread })}</Text>}>
      <Loaded query={mine} rows={2}>
        {({ threads }) => threads.length === 0 ? <Text size="sm" c="dimmed">{t("discussion.mineNone")}</Text> : <Rows projectId={projectId} rows={threads} label={t("discussion.mineTitle")} />}
      </Loaded>
    </Section>
  );
}
