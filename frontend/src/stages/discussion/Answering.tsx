import { Button, Group, Radio, Stack, Text, Textarea, Title } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { asApiError } from "../../api/errors";
import { call, project } from "../../api/http";
import { type Thread, threadPath, took } from "../../api/threads";
import { ErrorPanel } from "../../ui/ErrorPanel";
import { uniqueId } from "../../ui/unique";
import { useKey } from "../../ui/useKey";
import { AnswerField } from "../labeling/AnswerField";
import { EMPTY, type Partly } from "../labeling/drafts";
import { sealed } from "../labeling/kinds/kind";
import { useKind } from "../labeling/kinds/registry";

interface AnsweringProps {
  projectId: string;
  thread: Thread;
  onDone: () => void;
}

/** An answer in the making, and what it still lacks; null where the thread asks nothing. */
function useAnswer({ item }: Thread) {
  const { t } = useTranslation();
  const [answer, setAnswer] = useState<Partly>({});
  const { kind } = useKind(item?.question.kind, []);
  const lacking = item && (kind ? kind.missing(item, answer, t) : t("loading"));
  const whole = (reason: string) => (item && kind ? sealed(kind, item, { ...EMPTY, answer, reason }) : null);
  return { answer, setAnswer, lacking, whole };
}

function useWrite(projectId: string, thread: Thread, rest: string, onDone: () => void) {
  const queries = useQueryClient();
  // The same id however often it is tried: it counts once.
  const [clientId] = useState(uniqueId);
  return useMutation({
    mutationFn: (json: object) => call<Thread>("POST", project(projectId, threadPath(thread.id, rest)), { json: { ...json, client_id: clientId } }),
    onSuccess: (next) => {
      took(queries, projectId, next);
      onDone();
    },
  });
}

/** The question once more, having read the others. */
export function Stance({ projectId, thread, onDone }: AnsweringProps) {
  const { t } = useTranslation();
  const { answer, setAnswer, lacking, whole } = useAnswer(thread);
  const giving = useWrite(projectId, thread, "/stance", onDone);
  const give = () => lacking === null && giving.mutate({ answer: whole("") });
  useKey("enter, mod+enter", give);
  useKey("escape", onDone, { inFields: true });
  if (!thread.item) return null;
  return (
    <Stack gap="sm" component="section" aria-label={t("discussion.answer")}>
      <Text size="sm" c="dimmed">{t("discussion.answerNote")}</Text>
      <AnswerField assignment={thread.item} answer={answer} onAnswer={setAnswer} />
      {giving.error && <ErrorPanel error={giving.error} />}
      <Group>
        <Button loading={giving.isPending} disabled={lacking !== null} onClick={give}>{t("discussion.give")}</Button>
        <Button variant="default" onClick={onDone}>{t("cancel")}</Button>
        {lacking && <Text size="sm" c="dimmed" role="status">{lacking}</Text>}
      </Group>
    </Stack>
  );
}

const OUTCOMES = ["resolved", "irresolvable"] as const;

/** The end of a thread, for who may decide. */
export function Ending({ projectId, thread, onDone }: AnsweringProps) {
  const { t } = useTranslation();
  const { answer, setAnswer, lacking, whole } = useAnswer(thread);
  const [outcome, setOutcome] = useState<string>("resolved");
  const [rationale, setRationale] = useState("");
  const [lesson, setLesson] = useState("");
  const ending = useWrite(projectId, thread, "/resolve", onDone);
  const answers = thread.item !== null && outcome === "resolved";
  const missing = (answers ? lacking : null) ?? (rationale.trim() === "" ? t("discussion.rationaleNeeded") : null);
  const finish = (replaces: string | null = null) =>
    ending.mutate({ outcome, rationale: rationale.trim(), lesson: lesson.trim() || null, answer: answers ? whole(rationale.trim()) : null, replaces });
  const problem = ending.error && asApiError(ending.error);
  const stands = problem?.code === "already_settled" ? String(problem.detail?.settlement_id) : null;
  const words = thread.item ? "discussion.outcomes" : "discussion.outcomesSection";
  return (
    <Stack gap="sm" component="section" aria-label={t("discussion.end")}>
      <Title order={3}>{t("discussion.end")}</Title>
      <Text size="sm" c="dimmed">{t(thread.item ? "discussion.endNote" : "discussion.endSection")}</Text>
      <Radio.Group label={t("discussion.outcome")} value={outcome} onChange={setOutcome}>
        <Stack gap={4} mt={4}>{OUTCOMES.map((one) => <Radio key={one} value={one} label={t(`${words}.${one}`)} />)}</Stack>
      </Radio.Group>
      {answers && thread.item && <AnswerField assignment={thread.item} answer={answer} onAnswer={setAnswer} />}
      <Textarea label={t("discussion.rationale")} required autosize minRows={2} maxRows={8} maxLength={4000} value={rationale} onChange={(event) => setRationale(event.currentTarget.value)} />
      <Textarea label={t("discussion.lesson")} autosize minRows={2} maxRows={8} maxLength={4000} value={lesson} onChange={(event) => setLesson(event.currentTarget.value)} />
      {problem && <ErrorPanel error={problem} />}
      {stands && (
        <Group><Text size="sm">{t("discussion.settledAlready")}</Text><Button variant="default" onClick={() => finish(stands)}>{t("discussion.replace")}</Button></Group>
      )}
      <Group>
        <Button loading={ending.isPending} disabled={missing !== null} onClick={() => finish()}>{t("discussion.finish")}</Button>
        <Button variant="default" onClick={onDone}>{t("cancel")}</Button>
        {missing && <Text size="sm" c="dimmed" role="status">{missing}</Text>}
      </Group>
    </Stack>
  );
}
