import { Button, Group, Stack, Text, Title } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { StudyDetail } from "../../api/cases";
import { call, project } from "../../api/http";
import { projectQuery, read } from "../../api/queries";
import { may } from "../../api/roles";
import { ErrorPanel } from "../../ui/ErrorPanel";
import { Key } from "../../ui/Key";
import { Loaded } from "../../ui/Loaded";
import { Markdown } from "../../ui/Markdown";
import { Shown } from "../../ui/PlainText";
import { StatusBadge } from "../../ui/Status";
import { useKey } from "../../ui/useKey";
import { AnswerField, ItemShown } from "../labeling/AnswerField";
import { EMPTY, type Partly } from "../labeling/drafts";
import { inWords } from "../labeling/inWords";
import { sealed } from "../labeling/kinds/kind";
import { useKind } from "../labeling/kinds/registry";

interface CheckProps {
  projectId: string;
  found: StudyDetail;
}

/** The item's own question, asked before the answer is shown. */
function Check({ projectId, found }: CheckProps) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [answer, setAnswer] = useState<Partly>({});
  const { shown, study } = found;
  const { kind } = useKind(shown.question.kind, []);
  const path = `/case-studies/${study.id}`;
  const reading = useMutation({
    mutationFn: (given: unknown) => call<StudyDetail>("POST", project(projectId, `${path}/read`), { json: { answer: given } }),
    onSuccess: (next) => {
      queries.setQueryData(read<StudyDetail>(projectId, path).queryKey, next);
      void queries.invalidateQueries({ queryKey: ["project", projectId] });
    },
  });
  const lacking = kind ? kind.missing(shown, answer, t) : t("loading");
  const send = () => kind && lacking === null && !reading.isPending && reading.mutate(sealed(kind, shown, { ...EMPTY, answer }));
  useKey("enter, mod+enter", send, { enabled: study.check_asked });
  return (
    <Stack gap="sm">
      {study.check_asked ? <AnswerField assignment={shown} answer={answer} onAnswer={setAnswer} /> : <ItemShown assignment={shown} />}
      {reading.error && <ErrorPanel error={reading.error} />}
      <Group>
        {study.check_asked && <Button loading={reading.isPending} disabled={lacking !== null} onClick={send} rightSection={<Key>Enter</Key>}>{t("adjudication.studies.send")}</Button>}
        <Button variant="default" loading={reading.isPending} onClick={() => reading.mutate(null)}>{t("adjudication.studies.skip")}</Button>
        {study.check_asked && lacking && <Text size="sm" c="dimmed" role="status">{lacking}</Text>}
      </Group>
    </Stack>
  );
}

function Taught({ found }: { found: StudyDetail }) {
  const { t } = useTranslation();
  const { shown, taught, given, study } = found;
  if (!taught) return null;
  const said = (answer: Record<string, unknown>) => inWords(answer, { asked: shown.question, t });
  return (
    <Stack gap="sm">
      <ItemShown assignment={shown} />
      <div>
        <Text size="sm" c="dimmed">{t("adjudication.studies.answer")}</Text>
        <Text fw={600} dir="auto"><Shown text={said(taught.answer)} /></Text>
      </div>
      {given && (
        <Group gap="xs" role="status">
          <Text size="sm" dir="auto">{`${t("adjudication.studies.given")}: `}<Shown text={said(given)} /></Text>
          {study.right !== null && <StatusBadge kind={study.right ? "passed" : "held"}>{t(study.right ? "adjudication.studies.asDecided" : "adjudication.studies.otherwise")}</StatusBadge>}
        </Group>
      )}
      <div>
        <Text size="sm" c="dimmed">{t("adjudication.studies.why")}</Text>
        <Markdown text={taught.why} />
      </div>
    </Stack>
  );
}

/** The item with its question, or the answer and why, once one has read it. */
export function StudyBody({ projectId, studyId }: { projectId: string; studyId: string }) {
  const { t } = useTranslation();
  const query = useQuery(read<StudyDetail>(projectId, `/case-studies/${studyId}`));
  const role = useQuery(projectQuery(projectId)).data?.role;
  return (
    <Loaded query={query}>
      {(found) => {
        if (found.taught) return <Taught found={found} />;
        if (may(role, "judge")) return <Check projectId={projectId} found={found} />;
        return <><ItemShown assignment={found.shown} /><Text size="sm" c="dimmed">{t("adjudication.studies.noCheck")}</Text></>;
      }}
    </Loaded>
  );
}

interface StudyPanelProps {
  projectId: string;
  studyId: string;
  title: string;
  onClose: () => void;
}

/** One case study: the item, its question as a check, then the answer and why. It is no dialog: the question's keys work. */
export function StudyPanel({ projectId, studyId, title, onClose }: StudyPanelProps) {
  const { t } = useTranslation();
  const panel = useRef<HTMLDivElement>(null);
  useKey("escape", onClose);
  useEffect(() => {
    panel.current?.focus({ preventScroll: true });
    panel.current?.scrollIntoView({ block: "nearest" });
  }, [studyId]);
  return (
    <Stack ref={panel} gap="sm" className="lw-nested" tabIndex={-1} role="region" aria-label={title}>
      <Group justify="space-between" gap="xs">
        <Title order={3} dir="auto"><Shown text={title} /></Title>
        <Button size="compact-sm" variant="default" onClick={onClose} rightSection={<Key>Esc</Key>}>{t("close")}</Button>
      </Group>
      <StudyBody projectId={projectId} studyId={studyId} />
    </Stack>
  );
}
