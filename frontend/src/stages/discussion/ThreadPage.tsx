import { Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { threadQuery } from "../../api/threads";
import { Shown } from "../../ui/PlainText";
import { Page } from "../../ui/Page";
import { Thread } from "./Thread";

/** A thread with its own address: where every list leads. */
export function ThreadPage() {
  const { t } = useTranslation();
  const { project, thread } = useParams({ from: "/p/$project/threads/$thread" });
  const found = useQuery(threadQuery(project, thread)).data;
  return (
    <Page title={t("discussion.title")} part={found?.subject.title.slice(0, 60)}>
      {found && (
        <Text size="sm" c="dimmed" dir="auto">
          {t(`discussion.kind.${found.subject.kind}`)}{!found.item && <>: <Shown text={found.subject.title} /></>}, {t(`discussion.by.${found.opened_by}`)}
        </Text>
      )}
      <Thread projectId={project} threadId={thread} />
    </Page>
  );
}
