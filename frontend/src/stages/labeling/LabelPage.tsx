import { Button, Group, Skeleton, Stack, Text, Title } from "@mantine/core";
import { useDocumentTitle, useLocalStorage } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { lazy, type MouseEvent, Suspense, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { meQuery } from "../../api/queries";
import { stayWhenSignedOut } from "../../api/session";
import { ErrorPanel } from "../../ui/ErrorPanel";
import { prepareMarkdown } from "../../ui/Markdown";
import { Opening } from "../../ui/Opening";
import { useKey } from "../../ui/useKey";
import { GuidelineNote } from "./Checklist";
import { DeskNotes, Note } from "./DeskNotes";
import type { LabelDesk } from "./desk";
import type { DeskState } from "./deskState";
import { Item, prepareSkip } from "./Item";
import { useKind } from "./kinds/registry";
import styles from "./label.module.css";
import { Elsewhere, NothingOpen, useHindrance } from "./Nothing";
import { breakDue, type Stretch, toldNow, worked } from "./pauses";
import type { Whose } from "./shelf";
import { Strip } from "./Strip";
import { StudyLine } from "./StudyLine";
import { useDesk } from "./useDesk";

const loadLast = () => import("./LastAnswers");
const LastAnswers = lazy(loadLast);

prepareMarkdown();

/** What opens later must open without a server too. */
function usePrepared() {
  useEffect(() => {
    const timer = setTimeout(() => {
      prepareSkip();
      void loadLast().catch(() => undefined);
      void import("./wordDiff").catch(() => undefined);
    }, 1500);
    return () => clearTimeout(timer);
  }, []);
}

/** A word about a break after 45 minutes of work, never more than a line. */
function useBreak() {
  const { t } = useTranslation();
  const [stretch, setStretch] = useLocalStorage<Stretch | null>({ key: "loopwright-stretch", defaultValue: null, getInitialValueInEffect: false });
  const minutes = breakDue(stretch);
  const note = minutes !== null && stretch && (
    <Note>
      <Group justify="space-between" gap="xs">
        <Text size="sm">{t("desk.pause.text", { minutes })}</Text>
        <Button size="compact-sm" variant="default" onClick={() => setStretch(toldNow(stretch))}>{t("desk.pause.ok")}</Button>
      </Group>
    </Note>
  );
  return { note, onSent: () => setStretch((before) => worked(before, Date.now())) };
}

/** A pause or a limit while there is still something on the desk. */
function RestNote({ state }: { state: DeskState }) {
  const { t } = useTranslation();
  const hindrance = useHindrance(state.progress);
  if (!hindrance) return null;
  return <Note title={hindrance.title}><Text size="sm">{[...hindrance.lines, t(state.progress?.paused ? "desk.paused.rest" : "desk.cap.rest")].join(" ")}</Text></Note>;
}

function Current({ desk, state, onSent }: { desk: LabelDesk; state: DeskState; onSent: () => void }) {
  const current = state.held[0];
  const { kind, problem, again } = useKind(current?.question.kind, state.held.slice(1).map((next) => next.question.kind));
  if (state.elsewhere) return <Elsewhere onHere={desk.takeOver} />;
  if (current && kind) return <Item key={current.id} desk={desk} assignment={current} kind={kind} onSent={onSent} />;
  if (current) return problem ? <ErrorPanel error={problem} onRetry={again} /> : <Skeleton height={240} />;
  if (state.problem && !state.signedOut) return <ErrorPanel error={state.problem} onRetry={() => void desk.ask()} />;
  if (state.answered && !state.asking) return <NothingOpen state={state} onLook={() => void desk.ask()} />;
  return state.signedOut ? null : <Skeleton height={240} />;
}

/** A button pressed by mouse gives the focus up again: Enter after it sends, as it does everywhere here. */
function letGo(event: MouseEvent) {
  const button = (event.target as Element).closest("button, summary");
  if (event.detail > 0 && button instanceof HTMLElement && !button.closest("[role=dialog]")) button.blur();
}

export function Desk({ projectId, person }: Whose) {
  const { t } = useTranslation();
  const { desk, state } = useDesk({ projectId, person });
  const [looking, setLooking] = useState(false);
  const { note, onSent } = useBreak();
  const guideline = state.held[0]?.guideline;
  const undo = () => void desk.undo();
  useKey("z", undo);
  useKey("l", () => setLooking(true), { enabled: state.past.length > 0 && !state.elsewhere });
  usePrepared();
  useEffect(() => stayWhenSignedOut(state.held.length > 0 || state.waiting > 0), [state.held.length, state.waiting]);
  return (
    <Stack gap="sm" maw={1240} mx="auto" w="100%" className={styles.desk} onClick={letGo}>
      <Group justify="space-between" gap="xs">
        <Title order={1}>{t("nav.label")}</Title>
        <Strip state={state} onUndo={undo} onLast={() => setLooking(true)} />
      </Group>
      <DeskNotes desk={desk} state={state} />
      {state.held.length > 0 && !state.elsewhere && <RestNote state={state} />}
      {note}
      {guideline && !state.elsewhere && <GuidelineNote projectId={projectId} person={person} number={guideline.number} last={state.progress?.last_guideline ?? null} />}
      {state.held[0] && !state.elsewhere && <StudyLine projectId={projectId} assignment={state.held[0]} />}
      <Current desk={desk} state={state} onSent={onSent} />
      {looking && <Suspense fallback={<Opening />}><LastAnswers desk={desk} past={state.past} onClose={() => setLooking(false)} /></Suspense>}
    </Stack>
  );
}

export function LabelPage() {
  const { t } = useTranslation();
  const { project } = useParams({ from: "/p/$project" });
  useDocumentTitle(`${t("nav.label")} \u00b7 Loopwright`);
  const me = useQuery(meQuery());
  if (me.data) return <Desk projectId={project} person={me.data.person_id} />;
  return me.error ? <ErrorPanel error={me.error} onRetry={() => void me.refetch()} /> : <Skeleton height={240} />;
}
