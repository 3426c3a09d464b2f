import { useTranslation } from "react-i18next";
import type { PairAnswer } from "../../../api/answers";
import { useKey } from "../../../ui/useKey";
import { Choices } from "../Choices";
import type { Kind, ScreenProps } from "./kind";

const PAIR = ["left", "right", "tie", "both_bad"] as const;

function Bar({ assignment, answer, onAnswer }: ScreenProps) {
  const { t } = useTranslation();
  const choose = (choice: string) => onAnswer({ choice });
  const choices = PAIR.map((value, index) => ({ value, label: t(`label.choices.${value}`), short: t(`label.short.${value}`), key: String(index + 1) }));
  useKey("1,2,3,4", (event) => choose(PAIR[Number(event.key) - 1]!));
  useKey("arrowleft", () => choose("left"));
  useKey("arrowright", () => choose("right"));
  useKey("t", () => choose("tie"));
  useKey("b", () => choose("both_bad"));
  return <Choices choices={choices} value={(answer as Partial<PairAnswer>).choice ?? null} onChoose={choose} label={assignment.question.text} paired />;
}

export const pairwise: Kind = {
  Bar,
  chosenSide: (answer) => (answer as Partial<PairAnswer>).choice ?? null,
  choosingSide: (_, side) => ({ choice: side }),
  keys: (_, t) => [
    { keys: ["1", "\u2190"], what: t("label.keys.left") },
    { keys: ["2", "\u2192"], what: t("label.keys.right") },
    { keys: ["3", "T"], what: t("label.keys.tie") },
    { keys: ["4", "B"], what: t("label.keys.both") },
  ],
  missing: (_, answer, t) => (answer.choice === undefined ? t("label.missing") : null),
  answerOf: (_, answer) => ({ choice: (answer as unknown as PairAnswer).choice }),
};
