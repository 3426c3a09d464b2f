import { Button, Group, Stack, Text } from "@mantine/core";
import { type KeyboardEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import type { RaisedFlag } from "../../api/answers";
import type { Assignment } from "../../api/types";
import { Dialog } from "../../ui/Dialog";
import { Key } from "../../ui/Key";
import { pointsBefore, type Span } from "../../ui/located";
import { IMAGE, policiesOf, sidesOf, textOf } from "./flagging";
import styles from "./flags.module.css";
import { Levels } from "./kinds/Levels";
import { type Row, useRowCursor } from "./kinds/useRows";
import { SpanPicker } from "./SpanPicker";
import { usePlaceName } from "./usePlaceName";

const WHOLE = "";

const levels = (all: { value: string; text: string }[]) => all.slice(0, 9).map((one, index) => ({ ...one, key: String(index + 1) }));

interface FlagFormProps {
  assignment: Assignment;
  /** The words that were selected. */
  span: Span | null;
  onRaise: (flag: RaisedFlag) => void;
  onClose: () => void;
}

/** Which policy is broken, how badly, and where: digits answer row after row, Enter raises the flag. */
export default function FlagForm({ assignment, span, onRaise, onClose }: FlagFormProps) {
  const { t } = useTranslation();
  const placeName = usePlaceName();
  const policies = policiesOf(assignment);
  const [flag, setFlag] = useState<string | null>(policies.length === 1 ? policies[0]!.id : null);
  const [severity, setSeverity] = useState<string | null>(null);
  const [side, setSide] = useState(span?.side ?? WHOLE);
  const [words, setWords] = useState(span);
  const [picking, setPicking] = useState(false);
  const policy = policies.find((one) => one.id === flag);
  const text = side === WHOLE || side === IMAGE ? "" : textOf(assignment, side);
  const rows: Row[] = [
    { id: "flag", name: t("kinds.flags.policy"), value: flag, levels: levels(policies.map(({ id, name }) => ({ value: id, text: name }))), onChoose: (id) => { setFlag(id); setSeverity(null); } },
    { id: "severity", name: t("kinds.flags.severity"), value: severity, levels: levels((policy?.severities ?? []).map((one) => ({ value: one, text: one }))), onChoose: setSeverity },
    { id: "side", name: t("kinds.flags.where"), value: side, levels: levels([WHOLE, ...sidesOf(assignment)].map((one) => ({ value: one, text: placeName(one || null) }))), onChoose: (one) => { setSide(one); setWords(null); setPicking(false); } },
  ];
  const { at, setAt, box, digit, onKeyDownCapture } = useRowCursor(rows);
  const ready = flag !== null && severity !== null;
  const raise = () => {
    if (flag === null || severity === null) return;
    const place = words ? { side: words.side, start: pointsBefore(text, words.start), end: pointsBefore(text, words.end) } : { side: side || null, start: null, end: null };
    onRaise({ flag, severity, ...place });
  };
  const pick = () => {
    const first = assignment.completions[0]?.side;
    if (text === "" && first === undefined) return;
    if (text === "") setSide(first!);
    setPicking(true);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const onButton = event.target instanceof HTMLElement && event.target.closest("button:not([role=radio])") !== null;
    if (!picking && digit(event.key)) event.preventDefault();
    else if (event.key === "w") pick();
    else if (event.key === "Enter" && !onButton) {
      event.preventDefault();
      raise();
    }
  };
  return (
    <Dialog onClose={onClose} title={t("kinds.flags.title")} size="lg">
      <div ref={box} tabIndex={-1} data-autofocus className={styles.form} onKeyDown={onKeyDown}>
        <Stack gap="sm">
          {rows.map((row, index) => (
            <div key={row.id} data-row={index} data-current={index === at || undefined} className={styles.row} onFocus={() => setAt(index)} onKeyDownCapture={onKeyDownCapture}>
              {row.levels.length > 0 ? <Levels row={row} description="" /> : <Text size="sm" c="dimmed">{t("kinds.flags.policyFirst")}</Text>}
              {row.id === "flag" && policy?.description && <Text size="xs" c="dimmed" mt={4}>{policy.description}</Text>}
            </div>
          ))}
          {(text !== "" || assignment.completions.length > 0) && (picking ? (
            <SpanPicker text={text} span={words} onSpan={(start, end) => setWords({ side, start, end })} onDone={raise} />
          ) : (
            <Group gap="xs" wrap="nowrap" align="baseline">
              <Text size="sm" className={styles.words} dir="auto">{words ? `\u201c${text.slice(words.start, words.end)}\u201d` : t("kinds.flags.noWords")}</Text>
              <Button size="compact-sm" variant="default" onClick={pick} rightSection={<Key>W</Key>}>{t("kinds.flags.pick")}</Button>
            </Group>
          ))}
          <Group justify="space-between">
            <Text size="sm" c="dimmed" role="status">{ready ? "" : t(flag === null ? "kinds.flags.needPolicy" : "kinds.flags.needSeverity")}</Text>
            <Group gap="xs">
              <Button variant="default" onClick={onClose}>{t("cancel")}</Button>
              <Button variant={ready ? "filled" : "light"} onClick={raise} rightSection={<Key>Enter</Key>}>{t("kinds.flags.raise")}</Button>
            </Group>
          </Group>
        </Stack>
      </div>
    </Dialog>
  );
}
