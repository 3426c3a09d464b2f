import { Button, Checkbox, Text, Textarea } from "@mantine/core";
import { diffWordsWithSpace } from "diff";
import { useDeferredValue, useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { Assignment } from "../../../api/types";
import { Key } from "../../../ui/Key";
import { useKey } from "../../../ui/useKey";
import { PlainText } from "../../../ui/PlainText";
import { useLocated } from "../flagging";
import labelStyles from "../label.module.css";
import type { Kind, ScreenProps } from "./kind";
import styles from "./kinds.module.css";

interface Correcting {
  text?: string;
  /** Nothing is to be corrected; said, not left to be guessed from an untouched text. */
  asIs?: boolean;
}

const asCorrecting = (answer: object) => answer as Correcting;
const originalOf = (assignment: Assignment) => assignment.completions[0]?.text ?? "";
const wordsIn = (text: string) => text.split(/\s+/).filter(Boolean).length;

function Body({ assignment, answer, onAnswer }: ScreenProps) {
  const { t } = useTranslation();
  const area = useRef<HTMLTextAreaElement>(null);
  const original = originalOf(assignment);
  const text = asCorrecting(answer).text ?? original;
  const late = useDeferredValue(text);
  const parts = useMemo(() => diffWordsWithSpace(original, late), [original, late]);
  const changed = late !== original;
  const side = assignment.completions[0]?.side ?? "only";
  const located = useLocated(side);
  const count = (which: "added" | "removed") => parts.filter((part) => part[which]).reduce((sum, part) => sum + wordsIn(part.value), 0);
  useKey("e", () => area.current?.focus());
  useKey("escape", () => area.current?.blur(), { inFields: true });
  return (
    <div className={styles.correcting}>
      <section className={styles.panel} aria-label={t(changed ? "kinds.correction.changes" : "kinds.correction.before")}>
        <div className={styles.panelHead}>
          <Text span size="sm" fw={600}>{t(changed ? "kinds.correction.changes" : "kinds.correction.before")}</Text>
          <Text span size="xs" c="dimmed" role="status">{changed ? t("kinds.correction.counts", { removed: count("removed"), added: count("added") }) : t("kinds.correction.unchanged")}</Text>
        </div>
        <div className={styles.diff} dir="auto" data-located={changed ? undefined : side}>
          {!changed ? <PlainText text={original} located={located} /> : parts.map((part, index) => (part.added ? <ins key={index}>{part.value}</ins> : part.removed ? <del key={index}>{part.value}</del> : <span key={index}>{part.value}</span>))}
        </div>
      </section>
      <section className={styles.panel} aria-label={t("kinds.correction.text")}>
        <div className={styles.panelHead}>
          <Text span size="sm" fw={600}>{t("kinds.correction.text")} <Key>E</Key></Text>
          <Button size="compact-xs" variant="subtle" disabled={text === original} onClick={() => onAnswer({}, true)}>{t("kinds.correction.reset")}</Button>
        </div>
        <Textarea
          ref={area}
          aria-label={t("kinds.correction.text")}
          description={t("kinds.correction.hint")}
          inputWrapperOrder={["input", "description"]}
          value={text}
          autosize
          minRows={6}
          dir="auto"
          variant="unstyled"
          classNames={{ input: styles.area, description: styles.areaHint }}
          onChange={(event) => {
            const typed = event.currentTarget.value;
            onAnswer(typed === original ? {} : { text: typed }, asCorrecting(answer).asIs === true);
          }}
        />
      </section>
    </div>
  );
}

function Bar({ answer, onAnswer }: ScreenProps) {
  const { t } = useTranslation();
  const said = asCorrecting(answer).asIs === true;
  // What was typed must not go by one key; who has changed the text takes it back first.
  const changed = asCorrecting(answer).text !== undefined;
  const say = () => onAnswer(said ? {} : { asIs: true }, said);
  useKey("n", say, { enabled: !changed });
  if (changed) return null;
  return (
    <div className={labelStyles.short}>
      <Checkbox.Card checked={said} onClick={say} className={labelStyles.choice}>
        <Text span size="sm" fw={500}>{said ? `\u2713 ${t("kinds.correction.asIs")}` : t("kinds.correction.asIs")}</Text>
        <Key>N</Key>
      </Checkbox.Card>
    </div>
  );
}

export const correction: Kind = {
  Body,
  Bar,
  keys: (_, t) => [
    { keys: ["E"], what: t("kinds.keys.edit") },
    { keys: ["Esc"], what: t("kinds.keys.leave") },
    { keys: ["Ctrl", "Enter"], what: t("kinds.keys.sendTyped") },
    { keys: ["N"], what: t("kinds.keys.asIs") },
  ],
  missing: (_, answer, t) => {
    const { text, asIs } = asCorrecting(answer);
    if (asIs) return null;
    if (text === undefined) return t("kinds.missing.correction");
    return text.trim() === "" ? t("kinds.missing.empty") : null;
  },
  answerOf: (assignment, answer) => ({ text: asCorrecting(answer).text ?? originalOf(assignment) }),
};
