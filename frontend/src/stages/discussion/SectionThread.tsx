import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { projectQuery, read } from "../../api/queries";
import { may } from "../../api/roles";
import type { ThreadPage } from "../../api/threads";
import { TextLink } from "../../ui/links";
import { Begin, type Subject } from "./Begin";

/** The open discussion of a section of the guideline, or the way to begin one. */
export function SectionThread({ projectId, subject }: { projectId: string; subject: Subject }) {
  const { t } = useTranslation();
  const role = useQuery(projectQuery(projectId)).data?.role;
  // One question for all sections of a kind: it is asked once and shared.
  const threads = useQuery(read<ThreadPage>(projectId, `/threads?state=open&subject=${subject.kind}&limit=200`)).data?.threads;
  const found = threads?.find((one) => one.subject.id === subject.id);
  if (found) {
    return (
      <TextLink to="/p/$project/threads/$thread" params={{ project: projectId, thread: found.id }} size="sm" aria-label={t("discussion.openOf", { what: subject.title })}>
        {t("discussion.messages", { count: found.messages })}{found.unread > 0 && `, ${t("discussion.unread", { count: found.unread })}`}
      </TextLink>
    );
  }
  return threads && may(role, "judge") ? <Begin projectId={projectId} subject={subject} /> : null;
}
