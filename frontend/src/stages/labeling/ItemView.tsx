import { Text } from "@mantine/core";
import { useLocalStorage } from "@mantine/hooks";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Assignment } from "../../api/types";
import { Markdown } from "../../ui/Markdown";
import { Shown } from "../../ui/PlainText";
import { useKey } from "../../ui/useKey";
import { useLocated } from "./flagging";
import styles from "./label.module.css";
import { useReading } from "./reading";
import { Toggle } from "./Toggle";
import { useFold, useInStep, useSeen } from "./useFold";
import type { Part } from "./wordDiff";

interface AnswersProps {
  assignment: Assignment;
  chosen: string | null;
  /** Left out where a click on an answer chooses nothing. */
  onChoose?: (side: string) => void;
  /** The answer that keys act on, where there are many. */
  current?: string;
  /** Stands in an answer's head. */
  tagOf?: (side: string) => ReactNode;
}

type Differences = [Part[], Part[]] | "too far" | null;

/** What only one of two texts says, once asked for; the comparing is loaded then. */
function useDifferences(texts: readonly string[], on: boolean): Differences {
  const [found, setFound] = useState<Differences>(null);
  const [left, right] = texts;
  useEffect(() => {
    let gone = false;
    setFound(null);
    if (!on || left === undefined || right === undefined) return;
    void import("./wordDiff").then(({ compareWords }) => !gone && setFound(compareWords(left, right) ?? "too far"), () => undefined);
    return () => {
      gone = true;
    };
  }, [left, right, on]);
  return found;
}

function Marked({ parts }: { parts: Part[] }) {
  return (
    <div className="lw-text lw-plain">
      {parts.map((part, index) => (part.own ? <mark key={index} className={styles.own}><Shown text={part.text} /></mark> : <Shown key={index} text={part.text} />))}
    </div>
  );
}

interface SideProps {
  side: string;
  title: string;
  chosen: boolean;
  current: boolean;
  tag?: ReactNode;
  fold: number | null;
  onChoose?: () => void;
  children: ReactNode;
}

/** An answer of nothing is said to be one: a blank box looks like a page that failed. */
function SideText({ side, text }: { side: string; text: string }) {
  const { t } = useTranslation();
  if (text.trim() === "") return <Text size="sm" c="dimmed" fs="italic">{t("desk.reading.blank")}</Text>;
  return <div data-located={side}><Markdown text={text} located={useLocated(side)} /></div>;
}

function Side({ side, title, chosen, current, tag, fold, onChoose, children }: SideProps) {
  const { t } = useTranslation();
  const folded = fold === null ? {} : { style: { maxHeight: fold }, tabIndex: 0, role: "region", "aria-label": t("desk.textOf", { title }) };
  return (
    <article
      className={styles.answer}
      data-chosen={chosen || undefined}
      data-current={current || undefined}
      data-side={side}
      aria-current={current || undefined}
      aria-label={title}
      onClick={onChoose && (() => !window.getSelection()?.toString() && onChoose())}
      style={onChoose ? undefined : { cursor: "auto" }}
    >
      <div className={styles.head}>
        <Text span size="sm" fw={600}>{title}</Text>
        {chosen && <Text span size="sm" c="var(--mantine-color-anchor)" fw={600}>{`\u2713 ${t("label.chosen")}`}</Text>}
        {tag}
      </div>
      <div className={styles.body} data-pane={side} data-folded={fold !== null || undefined} {...folded}>
        <div data-text>{children}</div>
      </div>
    </article>
  );
}

/** The answers, of equal width and fold; a click on one chooses it too. */
export function Answers({ assignment, chosen, onChoose, current, tagOf }: AnswersProps) {
  const { t } = useTranslation();
  const root = useRef<HTMLDivElement>(null);
  const { whole, onWhole } = useReading();
  const { completions } = assignment;
  const paired = completions.length === 2;
  const [inStep, setInStep] = useLocalStorage({ key: "loopwright-in-step", defaultValue: true, getInitialValueInEffect: false });
  const [differing, setDiffering] = useLocalStorage({ key: "loopwright-differences", defaultValue: false, getInitialValueInEffect: false });
  const differences = useDifferences(completions.map((one) => one.text), paired && differing);
  const long = useFold(root, `${assignment.id} ${differing}`);
  const fold = whole ? null : long;
  useInStep(root, inStep && fold !== null);
  useSeen(root, `${assignment.id} ${fold} ${differences === null}`);
  useKey("d", () => setDiffering((on) => !on), { enabled: paired });
  useKey("y", () => setInStep((on) => !on), { enabled: long !== null });
  const named = (of: string) => (of === "left" || of === "right" || of === "only" ? t(`label.${of}`) : t("label.lettered", { letter: of.toUpperCase() }));
  return (
    <div ref={root}>
      <div className={styles.tools}>
        {differences === "too far" && <Text span size="sm" c="dimmed" role="status">{t("desk.reading.tooFar")}</Text>}
        {long !== null && <Toggle on={whole} onToggle={onWhole} hotkey="W">{t("desk.reading.whole")}</Toggle>}
        {long !== null && completions.length > 1 && <Toggle on={inStep} onToggle={() => setInStep(!inStep)} hotkey="Y">{t("desk.reading.inStep")}</Toggle>}
        {paired && <Toggle on={differing} onToggle={() => setDiffering(!differing)} hotkey="D">{t("desk.reading.differences")}</Toggle>}
      </div>
      <div className={completions.length > 1 ? styles.answers : styles.single}>
        {completions.map(({ side, text }, index) => (
          <Side
            key={side}
            side={side}
            title={named(side)}
            chosen={completions.length > 1 && chosen === side}
            current={current === side}
            tag={tagOf?.(side)}
            fold={fold}
            onChoose={onChoose && (() => onChoose(side))}
          >
            {Array.isArray(differences) ? <Marked parts={differences[index] ?? []} /> : <SideText side={side} text={text} />}
          </Side>
        ))}
      </div>
    </div>
  );
}
