import { useLocalStorage } from "@mantine/hooks";
import { lazy, Suspense, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { kindWords } from "../../app/i18n";
import { useKeySheet } from "../../app/keys";
import type { Assignment } from "../../api/types";
import { Opening } from "../../ui/Opening";
import { useKey } from "../../ui/useKey";
import { AskSenior } from "./AskSenior";
import { Bar } from "./Bar";
import { Checklist } from "./Checklist";
import { PromptView } from "./Conversation";
import type { LabelDesk } from "./desk";
import type { Partly } from "./drafts";
import { Flagged, policiesOf } from "./flagging";
import { saidOf } from "./inWords";
import { Answers } from "./ItemView";
import { type Kind, sealed } from "./kinds/kind";
import { Reading } from "./reading";
import { useFlags } from "./useFlags";
import { useWatch, Watching } from "./watch";

const ItemPicture = lazy(async () => (await Promise.all([import("./Picture"), kindWords()]))[0]);
const loadSkip = () => import("./SkipForm");
const SkipForm = lazy(loadSkip);
export const prepareSkip = () => void loadSkip().catch(() => undefined);

function useLabelSheet(kind: Kind, assignment: Assignment) {
  const { t } = useTranslation();
  const paired = assignment.completions.length === 2;
  const lines = useMemo(
    () => [
      ...kind.keys(assignment, t),
      { keys: ["Enter"], what: t("label.keys.send") },
      { keys: ["R"], what: t("label.keys.reason") },
      ...(policiesOf(assignment).length > 0 ? [{ keys: ["F"], what: t("label.keys.flag") }] : []),
      { keys: ["M"], what: t("desk.keys.note") },
      { keys: ["A"], what: t("label.keys.ask") },
      { keys: ["S"], what: t("label.keys.skip") },
      { keys: ["Z"], what: t("label.keys.undo") },
      { keys: ["L"], what: t("desk.keys.last") },
      { keys: ["G"], what: t("label.keys.checklist") },
      { keys: ["W"], what: t("desk.keys.whole") },
      { keys: ["Y"], what: t("desk.keys.inStep") },
      ...(paired ? [{ keys: ["D"], what: t("desk.keys.differences") }] : []),
    ],
    [kind, assignment, paired, t],
  );
  useKeySheet(lines);
}

interface ItemProps {
  desk: LabelDesk;
  assignment: Assignment;
  kind: Kind;
  onSent: () => void;
}

/** One item: prompt, answers, and a bar that never leaves the screen. */
export function Item({ desk, assignment, kind, onSent }: ItemProps) {
  const { t } = useTranslation();
  const { id, guideline } = assignment;
  const reason = useRef<HTMLInputElement>(null);
  const [skipping, setSkipping] = useState(false);
  const [asked, setAsked] = useState(false);
  const [whole, setWhole] = useState(false);
  const [listOpen, setListOpen] = useLocalStorage({ key: "loopwright-checklist", defaultValue: true, getInitialValueInEffect: false });
  const watch = useWatch(desk, id);
  const draft = desk.draft(id);
  const screen = {
    assignment,
    answer: draft.answer,
    onAnswer: (answer: Partly, revised?: boolean) => desk.answer(id, answer, { revised, at: watch.activeMs(), said: saidOf(assignment, answer, t) }),
  };
  const flags = useFlags({ assignment, flags: draft.flags, onFlags: (raised) => desk.edit(id, { flags: raised }) });
  const { Body, Bar: Answering, choosingSide } = kind;
  const clickable = choosingSide?.(assignment, "left") ? choosingSide : null;
  const lacking = kind.missing(assignment, draft.answer, t);
  const send = () => {
    if (lacking !== null) {
      setAsked(true);
      return;
    }
    desk.send(sealed(kind, assignment, draft), watch.measured());
    (document.activeElement as HTMLElement | null)?.blur();
    window.scrollTo({ top: 0 });
    onSent();
  };
  const reading = useMemo(() => ({ whole, onWhole: () => setWhole((before) => !before) }), [whole]);
  useLabelSheet(kind, assignment);
  useKey("enter, mod+enter", send, { inFields: true });
  useKey("s", () => setSkipping(true));
  useKey("g", () => setListOpen((open) => !open));
  useKey("w", reading.onWhole);
  useKey("r", () => reason.current?.focus());
  useKey("escape", () => (document.activeElement as HTMLElement | null)?.blur(), { inFields: true });
  return (
    <Watching value={watch}>
      <Reading value={reading}><Flagged value={flags.marks}>
        <PromptView messages={assignment.prompt} />
        {assignment.image && !kind.drawsPicture && <Suspense><ItemPicture image={assignment.image} /></Suspense>}
        {Body ? <Body {...screen} /> : (
          <Answers
            assignment={assignment}
            chosen={kind.chosenSide?.(draft.answer) ?? null}
            onChoose={clickable ? (side) => screen.onAnswer(clickable(assignment, side) ?? {}) : undefined}
          />
        )}
      </Flagged></Reading>
      {guideline && <Checklist projectId={desk.projectId} number={guideline.number} opened={listOpen} onToggle={() => setListOpen(!listOpen)} />}
      <Bar desk={desk} assignment={assignment} reason={reason} lacking={lacking} asked={asked} onSend={send} onSkip={() => setSkipping(true)} tools={<>{flags.button}<AskSenior projectId={desk.projectId} itemId={assignment.item_id} /></>}>
        {Answering && <Answering {...screen} />}
        {flags.chips}
      </Bar>
      {flags.form}
      {skipping && (
        <Suspense fallback={<Opening />}>
          <SkipForm
            onClose={() => setSkipping(false)}
            onSkip={(why) => {
              setSkipping(false);
              desk.skip(why, watch.measured());
            }}
          />
        </Suspense>
      )}
    </Watching>
  );
}
