import { Button, Group, Skeleton, Stack, Text, TextInput, Title } from "@mantine/core";
import { useDocumentTitle, useLocalStorage } from "@mantine/hooks";
import { useParams } from "@tanstack/react-router";
import { lazy, Suspense, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useKeySheet } from "../../app/keys";
import type { Assignment } from "../../api/types";
import { ErrorPanel } from "../../ui/ErrorPanel";
import { Key } from "../../ui/Key";
import { prepareMarkdown } from "../../ui/Markdown";
import { Opening } from "../../ui/Opening";
import { useKey } from "../../ui/useKey";
import { Checklist } from "./Checklist";
import { DeskNotes, NothingOpen, ProgressLine } from "./DeskNotes";
import type { LabelDesk } from "./desk";
import type { Partly } from "./drafts";
import { Answers, PromptView } from "./ItemView";
import { type Kind, sealed } from "./kinds/kind";
import { useKind } from "./kinds/registry";
import styles from "./label.module.css";
import { useActiveTime, useDesk } from "./useDesk";

const SkipForm = lazy(() => import("./SkipForm"));

prepareMarkdown();

function useLabelSheet(kind: Kind, assignment: Assignment) {
  const { t } = useTranslation();
  const lines = useMemo(
    () => [
      ...kind.keys(assignment, t),
      { keys: ["Enter"], what: t("label.keys.send") },
      { keys: ["R"], what: t("label.keys.reason") },
      { keys: ["S"], what: t("label.keys.skip") },
      { keys: ["Z"], what: t("label.keys.undo") },
      { keys: ["G"], what: t("label.keys.checklist") },
    ],
    [kind, assignment, t],
  );
  useKeySheet(lines);
}

interface DeskViewProps {
  desk: LabelDesk;
  assignment: Assignment;
  kind: Kind;
}

/** One item: prompt, answers, and a bar that never leaves the screen. */
function DeskView({ desk, assignment, kind }: DeskViewProps) {
  const { t } = useTranslation();
  const reason = useRef<HTMLInputElement>(null);
  const [skipping, setSkipping] = useState(false);
  const [asked, setAsked] = useState(false);
  const [listOpen, setListOpen] = useLocalStorage({ key: "loopwright-checklist", defaultValue: true });
  const draft = desk.draft(assignment.id);
  const spent = useActiveTime(assignment.id, draft.activeMs);
  const screen = { assignment, answer: draft.answer, onAnswer: (answer: Partly, revised?: boolean) => desk.answer(assignment.id, answer, revised) };
  const { Body, Bar, choosingSide } = kind;
  const lacking = kind.missing(assignment, draft.answer, t);
  const send = () => {
    if (lacking !== null) {
      setAsked(true);
      return;
    }
    desk.send(sealed(kind, assignment, draft), spent());
    (document.activeElement as HTMLElement | null)?.blur();
    window.scrollTo({ top: 0 });
  };
  useLabelSheet(kind, assignment);
  useKey("enter", send, { inFields: true });
  useKey("s", () => setSkipping(true));
  useKey("g", () => setListOpen((open) => !open));
  useKey("r", () => reason.current?.focus());
  useKey("escape", () => reason.current?.blur(), { inFields: true });
  return (
    <>
      <PromptView messages={assignment.prompt} />
      {Body ? <Body {...screen} /> : (
        <Answers
          assignment={assignment}
          chosen={kind.chosenSide?.(draft.answer) ?? null}
          onChoose={choosingSide && ((side) => screen.onAnswer(choosingSide(draft.answer, side)))}
        />
      )}
      {assignment.guideline && (
        <Checklist projectId={desk.projectId} number={assignment.guideline.number} opened={listOpen} onToggle={() => setListOpen(!listOpen)} />
      )}
      <div className={styles.bar} role="group" aria-label={t("label.choose")}>
        <Text fw={600} mb={6}>{assignment.question.text}</Text>
        {Bar && <Bar {...screen} />}
        <div className={styles.send}>
          {assignment.question.ask_reason === false ? <span /> : <TextInput
            ref={reason}
            aria-label={t("label.reason")}
            placeholder={t("label.reason")}
            value={draft.reason}
            maxLength={500}
            onChange={(event) => desk.edit(assignment.id, { reason: event.currentTarget.value })}
            rightSection={<Key>R</Key>}
          />}
          <Button variant="default" onClick={() => setSkipping(true)} rightSection={<Key>S</Key>}>{t("label.skip")}</Button>
          <Button onClick={send} variant={lacking === null ? "filled" : "light"} aria-describedby="label-missing" rightSection={<Key>Enter</Key>}>{t("label.send")}</Button>
        </div>
        <Text id="label-missing" size="sm" ta="end" mt={4} mih="1.5em" role="status" c={asked && lacking !== null ? undefined : "dimmed"}>{lacking ?? ""}</Text>
      </div>
      {skipping && (
        <Suspense fallback={<Opening />}>
          <SkipForm
            onClose={() => setSkipping(false)}
            onSkip={(why) => {
              setSkipping(false);
              desk.skip(why, spent());
            }}
          />
        </Suspense>
      )}
    </>
  );
}

export function Desk({ projectId }: { projectId: string }) {
  const { t } = useTranslation();
  useDocumentTitle(`${t("nav.label")} \u00b7 Loopwright`);
  const { desk, state } = useDesk(projectId);
  const current = state.held[0];
  const { kind, problem: unknown, again } = useKind(current?.question.kind, state.held.slice(1).map((next) => next.question.kind));
  const undo = () => void desk.undo();
  useKey("z", undo, { enabled: state.canUndo });
  return (
    <Stack gap="sm" maw={1240} mx="auto" w="100%">
      <Group justify="space-between" gap="xs">
        <Title order={1}>{t("nav.label")}</Title>
        <Group gap="sm">
          <ProgressLine state={state} />
          <Button variant="default" size="compact-sm" disabled={!state.canUndo} onClick={undo} rightSection={<Key>Z</Key>}>{t("label.undo")}</Button>
        </Group>
      </Group>
      <DeskNotes desk={desk} state={state} />
      {current && kind && <DeskView key={current.id} desk={desk} assignment={current} kind={kind} />}
      {current && !kind && (unknown ? <ErrorPanel error={unknown} onRetry={again} /> : <Skeleton height={240} />)}
      {!current && state.problem && !state.signedOut && <ErrorPanel error={state.problem} onRetry={() => void desk.ask()} />}
      {!current && !state.problem && state.opened && !state.asking && <NothingOpen state={state} onLook={() => void desk.ask()} />}
      {!current && !state.problem && (!state.opened || (state.asking && state.progress === null)) && <Skeleton height={240} />}
    </Stack>
  );
}

export function LabelPage() {
  const { project } = useParams({ from: "/p/$project" });
  return <Desk projectId={project} />;
}
