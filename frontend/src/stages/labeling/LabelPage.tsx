import { Button, Group, Skeleton, Stack, Text, TextInput, Title } from "@mantine/core";
import { useDocumentTitle, useLocalStorage } from "@mantine/hooks";
import { useParams } from "@tanstack/react-router";
import { lazy, Suspense, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useKeySheet } from "../../app/keys";
import type { Assignment } from "../../api/types";
import { ErrorPanel } from "../../ui/ErrorPanel";
import { Key } from "../../ui/Key";
import { Opening } from "../../ui/Opening";
import { useKey } from "../../ui/useKey";
import { Checklist } from "./Checklist";
import { type Choice, Choices } from "./Choices";
import { DeskNotes, NothingOpen, ProgressLine } from "./DeskNotes";
import type { LabelDesk } from "./desk";
import { Answers, PromptView } from "./ItemView";
import styles from "./label.module.css";
import { useActiveTime, useDesk } from "./useDesk";

const SkipForm = lazy(() => import("./SkipForm"));

const PAIR = ["left", "right", "tie", "both_bad"] as const;

function useChoices(assignment: Assignment): Choice[] {
  const { t } = useTranslation();
  if (assignment.question.kind === "pairwise") {
    return PAIR.map((value, index) => ({ value, label: t(`label.choices.${value}`), short: t(`label.short.${value}`), key: String(index + 1) }));
  }
  return (assignment.question.options ?? []).map(({ id, name }, index) => ({ value: id, label: name, short: name, key: String(index + 1) }));
}

function useLabelSheet(paired: boolean) {
  const { t } = useTranslation();
  const lines = useMemo(() => {
    const choose = paired
      ? [
          { keys: ["1", "\u2190"], what: t("label.keys.left") },
          { keys: ["2", "\u2192"], what: t("label.keys.right") },
          { keys: ["3", "T"], what: t("label.keys.tie") },
          { keys: ["4", "B"], what: t("label.keys.both") },
        ]
      : [{ keys: ["1", "9"], what: t("label.keys.label") }];
    return [
      ...choose,
      { keys: ["Enter"], what: t("label.keys.send") },
      { keys: ["R"], what: t("label.keys.reason") },
      { keys: ["S"], what: t("label.keys.skip") },
      { keys: ["Z"], what: t("label.keys.undo") },
      { keys: ["G"], what: t("label.keys.checklist") },
    ];
  }, [paired, t]);
  useKeySheet(lines);
}

interface DeskViewProps {
  desk: LabelDesk;
  assignment: Assignment;
}

/** One item: prompt, answers, and a bar that never leaves the screen. */
function DeskView({ desk, assignment }: DeskViewProps) {
  const { t } = useTranslation();
  const reason = useRef<HTMLInputElement>(null);
  const [skipping, setSkipping] = useState(false);
  const [listOpen, setListOpen] = useLocalStorage({ key: "loopwright-checklist", defaultValue: true });
  const draft = desk.draft(assignment.id);
  const spent = useActiveTime(assignment.id, draft.activeMs);
  const choices = useChoices(assignment);
  const paired = assignment.question.kind === "pairwise";
  const choose = (value: string) => desk.choose(assignment.id, value);
  const pick = (value: string) => choices.some((choice) => choice.value === value) && choose(value);
  const send = () => {
    if (!desk.send(spent())) return;
    (document.activeElement as HTMLElement | null)?.blur();
    window.scrollTo({ top: 0 });
  };
  useLabelSheet(paired);
  useKey("1,2,3,4,5,6,7,8,9", (event) => {
    const choice = choices[Number(event.key) - 1];
    if (choice) choose(choice.value);
  });
  useKey("arrowleft", () => pick("left"), { enabled: paired });
  useKey("arrowright", () => pick("right"), { enabled: paired });
  useKey("t", () => pick("tie"), { enabled: paired });
  useKey("b", () => pick("both_bad"), { enabled: paired });
  useKey("enter", send, { inFields: true });
  useKey("s", () => setSkipping(true));
  useKey("g", () => setListOpen((open) => !open));
  useKey("r", () => reason.current?.focus());
  useKey("escape", () => reason.current?.blur(), { inFields: true });
  return (
    <>
      <PromptView messages={assignment.prompt} />
      <Answers assignment={assignment} choice={draft.choice} onChoose={choose} />
      {assignment.guideline && (
        <Checklist projectId={desk.projectId} number={assignment.guideline.number} opened={listOpen} onToggle={() => setListOpen(!listOpen)} />
      )}
      <div className={styles.bar} role="group" aria-label={t("label.choose")}>
        <Text fw={600} mb={6}>{assignment.question.text}</Text>
        <Choices choices={choices} value={draft.choice} onChoose={choose} label={assignment.question.text} paired={paired} />
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
          <Button onClick={send} disabled={draft.choice === null} rightSection={<Key>Enter</Key>}>{t("label.send")}</Button>
        </div>
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
      {current && <DeskView key={current.id} desk={desk} assignment={current} />}
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
