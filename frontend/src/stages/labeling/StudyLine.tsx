import { Button, Group, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Studies, Study } from "../../api/cases";
import { read } from "../../api/queries";
import type { Assignment } from "../../api/types";
import { worded } from "../../app/i18n";
import { Key } from "../../ui/Key";
import { Opening } from "../../ui/Opening";
import { Shown } from "../../ui/PlainText";
import { useKey } from "../../ui/useKey";

const Reading = lazy(() => worded(import("../adjudication/StudyDialog").then((file) => ({ default: file.StudyDialog }))));
const HOURLY = 3_600_000;

/** Whether a case study teaches something of an item: the same question, and its segment or one of its criteria. */
export function teaches(study: Study, { question, segment }: Pick<Assignment, "question" | "segment">): boolean {
  if (study.question_id !== question.id) return false;
  return study.segment === segment || study.criteria.some((id) => question.criteria?.some((one) => one.id === id));
}

/** One quiet line when an item meets a case study that one has not read; it never stands in the way. */
export function StudyLine({ projectId, assignment }: { projectId: string; assignment: Assignment }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState<Study | null>(null);
  const [later, setLater] = useState<readonly string[]>([]);
  const query = useQuery({ ...read<Studies>(projectId, "/case-studies"), staleTime: HOURLY });
  const found = query.data?.studies.find((one) => !one.read && !later.includes(one.id) && teaches(one, assignment));
  useKey("c", () => found && setOpen(found), { enabled: found !== undefined });
  return (
    <>
      {found && (
        <Group gap="xs" role="note">
          <Text size="sm" c="dimmed" dir="auto">{`${t("desk.study.line")}: `}<Shown text={found.title} /></Text>
          <Button size="compact-sm" variant="subtle" onClick={() => setOpen(found)} rightSection={<Key>C</Key>}>{t("desk.study.open")}</Button>
          <Button size="compact-sm" variant="subtle" color="gray" onClick={() => setLater([...later, found.id])}>{t("desk.study.later")}</Button>
        </Group>
      )}
      {open && <Suspense fallback={<Opening />}><Reading projectId={projectId} study={open} onClose={() => { setOpen(null); void query.refetch(); }} /></Suspense>}
    </>
  );
}
