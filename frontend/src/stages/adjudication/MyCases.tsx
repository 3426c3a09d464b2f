import { Button, Group, Stack, Text, Textarea } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { MyAsked, MyCases as Mine, MyRequest, Study } from "../../api/cases";
import { call, project } from "../../api/http";
import { read } from "../../api/queries";
import { ErrorPanel } from "../../ui/ErrorPanel";
import { ButtonLink } from "../../ui/links";
import { Section } from "../../ui/Page";
import { Shown } from "../../ui/PlainText";
import { ItemShown } from "../labeling/AnswerField";
import { inWords } from "../labeling/inWords";
import { Due } from "./Due";
import { StudyPanel } from "./StudyView";

function Question({ projectId, one }: { projectId: string; one: MyAsked }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [text, setText] = useState("");
  const replying = useMutation({
    mutationFn: () => call<Mine>("POST", project(projectId, `/my/cases/questions/${one.id}`), { json: { text: text.trim() } }),
    onSuccess: (next) => queries.setQueryData(read<Mine>(projectId, "/my/cases").queryKey, next),
  });
  const send = () => text.trim() !== "" && !replying.isPending && replying.mutate();
  return (
    <Stack gap="xs" className="lw-nested">
      <Text fw={600} dir="auto"><Shown text={one.text} /></Text>
      <details open={one.open}><summary>{t("mine.item")}</summary><ItemShown assignment={one.shown} /></details>
      <Text size="sm" dir="auto">{`${t("adjudication.mine.yours")}: `}<Shown text={one.my_answer ? inWords(one.my_answer, { asked: one.shown.question, t }) : t("adjudication.mine.none")} /></Text>
      {one.my_reply !== null && <Text size="sm" dir="auto">{`${t("adjudication.mine.replied")}: `}<Shown text={one.my_reply} /></Text>}
      {one.my_reply === null && !one.open && <Text size="sm" c="dimmed">{t("adjudication.mine.closed")}</Text>}
      {one.open && (
        <>
          <Textarea label={t("adjudication.mine.reply")} autosize minRows={2} maxRows={8} maxLength={4000} value={text} onChange={(event) => setText(event.currentTarget.value)} onKeyDown={(event) => event.key === "Enter" && (event.ctrlKey || event.metaKey) && send()} />
          {replying.error && <ErrorPanel error={replying.error} />}
          <Group gap="sm"><Button size="xs" loading={replying.isPending} disabled={text.trim() === ""} onClick={send}>{t("adjudication.mine.send")}</Button><Due at={one.until} /></Group>
        </>
      )}
    </Stack>
  );
}

function Request({ one }: { one: MyRequest }) {
  const { t } = useTranslation();
  return (
    <Stack gap={2} className="lw-nested">
      <Text size="sm" c="dimmed" dir="auto" lineClamp={1}><Shown text={one.prompt_start} /></Text>
      <Text size="sm" fw={600} dir="auto"><Shown text={one.question} /></Text>
      <Text size="sm">{t(`adjudication.states.${one.state}`)}</Text>
      {one.decided !== null && <Text size="sm" dir="auto">{t("adjudication.mine.answered", { answer: one.decided })}</Text>}
      {one.rationale !== null && <Text size="sm" dir="auto"><Shown text={one.rationale} /></Text>}
      {one.lesson !== null && <Text size="sm" dir="auto">{t("adjudication.mine.lesson", { lesson: one.lesson })}</Text>}
      {one.state === "decided" && one.rationale === null && <Text size="sm" c="dimmed">{t("adjudication.mine.later")}</Text>}
    </Stack>
  );
}

/** What waits for me beside the queue: cases, questions about my judgments, what became of my own, case studies. */
export function MyCases({ projectId }: { projectId: string }) {
  const { t } = useTranslation();
  const [study, setStudy] = useState<Study | null>(null);
  const mine = useQuery(read<Mine>(projectId, "/my/cases")).data;
  if (!mine) return null;
  const { me, questions, requests, studies } = mine;
  return (
    <>
      {me.level !== null && (me.takeable > 0 || me.held.length > 0) && (
        <Section title={t("adjudication.mine.desk")} aside={<ButtonLink size="xs" variant="default" to="/p/$project/quality/$tab" params={{ project: projectId, tab: "desk" }}>{t("adjudication.mine.deskGo")}</ButtonLink>}>
          <Text size="sm" className="lw-number">{t("adjudication.mine.deskText", { count: me.takeable, held: me.held.length })}</Text>
        </Section>
      )}
      {questions.length > 0 && (
        <Section title={t("adjudication.mine.title")}>
          <Text size="sm" c="dimmed">{t("adjudication.mine.text")}</Text>
          {questions.map((one) => <Question key={one.id} projectId={projectId} one={one} />)}
        </Section>
      )}
      {requests.length > 0 && <Section title={t("adjudication.mine.asked")}>{requests.map((one) => <Request key={`${one.case_id} ${one.at}`} one={one} />)}</Section>}
      {(studies.length > 0 || study) && (
        <Section title={t("adjudication.mine.studies")}>
          <Group gap="xs">{studies.map((one) => <Button key={one.id} size="xs" variant="default" onClick={() => setStudy(one)}>{one.title}</Button>)}</Group>
          {study && <StudyPanel projectId={projectId} studyId={study.id} title={study.title} onClose={() => setStudy(null)} />}
        </Section>
      )}
    </>
  );
}
