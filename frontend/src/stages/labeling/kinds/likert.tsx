import { Text } from "@mantine/core";
import type { LikertAnswer } from "../../../api/answers";
import { useDigits, useKey } from "../../../ui/useKey";
import type { Kind, ScreenProps } from "./kind";
import styles from "./kinds.module.css";
import { Levels } from "./Levels";

const valueOf = (answer: object) => (answer as Partial<LikertAnswer>).value ?? null;
const scaleOf = ({ assignment }: Pick<ScreenProps, "assignment">) => assignment.question.scale ?? [];

function Bar({ assignment, answer, onAnswer }: ScreenProps) {
  const scale = scaleOf({ assignment });
  const value = valueOf(answer);
  const put = (next: number) => next >= 1 && next <= scale.length && onAnswer({ value: next });
  useDigits((digit) => put(digit === "0" ? 10 : Number(digit)));
  useKey("arrowleft", () => put(value === null ? scale.length : value - 1));
  useKey("arrowright", () => put(value === null ? 1 : value + 1));
  const row = {
    id: "value",
    name: assignment.question.text,
    levels: scale.map((text, index) => ({ value: String(index + 1), key: String(index + 1), text })),
    value: value === null ? null : String(value),
    onChoose: (chosen: string) => put(Number(chosen)),
  };
  return (
    <>
      <Levels row={row} />
      <div className={styles.ends} data-many={scale.length > 5 || undefined} aria-hidden>
        <Text size="xs" c="dimmed">{scale[0]}</Text>
        <Text size="xs" fw={600}>{value === null ? "" : scale[value - 1]}</Text>
        <Text size="xs" c="dimmed" ta="end">{scale.at(-1)}</Text>
      </div>
    </>
  );
}

export const likert: Kind = {
  Bar,
  keys: (assignment, t) => [
    { keys: [`1\u2013${Math.min(9, scaleOf({ assignment }).length)}`], what: t("kinds.keys.value") },
    // The tenth is on 0, where it lies on the keyboard; an eleventh is reached by an arrow.
    ...(scaleOf({ assignment }).length > 9 ? [{ keys: ["0"], what: t("kinds.keys.tenth") }] : []),
    { keys: ["\u2190", "\u2192"], what: t("kinds.keys.along") },
  ],
  missing: (_, answer, t) => (valueOf(answer) === null ? t("label.missing") : null),
  answerOf: (_, answer) => ({ value: valueOf(answer) ?? 0 }),
};
