import { Button, Group, Text, TextInput, UnstyledButton } from "@mantine/core";
import { type ReactNode, type RefObject, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Assignment } from "../../api/types";
import { Key } from "../../ui/Key";
import { useKey } from "../../ui/useKey";
import type { LabelDesk } from "./desk";
import styles from "./label.module.css";

const NOTE_LENGTH = 2000;

interface NoteProps {
  note: string;
  field: RefObject<HTMLInputElement | null>;
  onNote: (note: string) => void;
  onLeave: () => void;
}

/** A remark to the leads, out of the way until it is wanted. */
function NoteLine({ note, field, onNote, onLeave }: NoteProps) {
  const { t } = useTranslation();
  useEffect(() => {
    if (note === "") field.current?.focus();
    // Only when the line opens: later, focus is where its writer puts it.
  }, []);
  return (
    <TextInput
      ref={field}
      className={styles.note}
      aria-label={t("desk.note.label")}
      placeholder={t("desk.note.label")}
      value={note}
      maxLength={NOTE_LENGTH}
      onChange={(event) => onNote(event.currentTarget.value)}
      onBlur={onLeave}
      rightSection={<Key>M</Key>}
    />
  );
}

interface BarProps {
  desk: LabelDesk;
  assignment: Assignment;
  reason: RefObject<HTMLInputElement | null>;
  /** What has still to be chosen, in words. */
  lacking: string | null;
  asked: boolean;
  onSend: () => void;
  onSkip: () => void;
  /** What else can be done with the item. */
  tools: ReactNode;
  children: ReactNode;
}

/** The question, its answers, the reason, and the way on; it never leaves the screen. */
export function Bar({ desk, assignment, reason, lacking, asked, onSend, onSkip, tools, children }: BarProps) {
  const { t } = useTranslation();
  const { id, question } = assignment;
  const { note } = desk.draft(id);
  const [noting, setNoting] = useState(false);
  const noteField = useRef<HTMLInputElement>(null);
  const shown = noting || note !== "";
  const takeNote = () => (shown ? noteField.current?.focus() : setNoting(true));
  useKey("m", takeNote);
  return (
    <div className={styles.bar} role="group" aria-label={t("label.choose")} data-bar data-item={id}>
      <Text fw={600} mb={6} dir="auto">{question.text}</Text>
      {children}
      <div className={styles.send}>
        {question.ask_reason === false ? <span /> : (
          <TextInput
            ref={reason}
            aria-label={t("label.reason")}
            placeholder={t("label.reason")}
            value={desk.draft(id).reason}
            maxLength={500}
            onChange={(event) => desk.edit(id, { reason: event.currentTarget.value })}
            rightSection={<Key>R</Key>}
          />
        )}
        <Button variant="default" onClick={onSkip} rightSection={<Key>S</Key>}>{t("label.skip")}</Button>
        <Button onClick={onSend} variant={lacking === null ? "filled" : "light"} aria-describedby="label-missing" rightSection={<Key>Enter</Key>}>{t("label.send")}</Button>
      </div>
      {shown && <NoteLine note={note} field={noteField} onNote={(text) => desk.edit(id, { note: text })} onLeave={() => setNoting(false)} />}
      <div className={styles.below}>
        <Group gap="sm">{tools}{!shown && <UnstyledButton className={styles.toggle} onClick={takeNote}>{t("desk.note.open")} <Key>M</Key></UnstyledButton>}</Group>
        <Text id="label-missing" size="sm" role="status" c={asked && lacking !== null ? undefined : "dimmed"}>{desk.isLeaving(id) ? t("desk.leaving") : (lacking ?? "")}</Text>
      </div>
    </div>
  );
}
