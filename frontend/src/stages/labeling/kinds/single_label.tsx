import type { LabelAnswer } from "../../../api/answers";
import { useKey } from "../../../ui/useKey";
import { Choices } from "../Choices";
import type { Kind, ScreenProps } from "./kind";

function Bar({ assignment, answer, onAnswer }: ScreenProps) {
  const options = assignment.question.options ?? [];
  const choices = options.map(({ id, name }, index) => ({ value: id, label: name, short: name, key: String(index + 1) }));
  useKey("1,2,3,4,5,6,7,8,9", (event) => {
    const option = options[Number(event.key) - 1];
    if (option) onAnswer({ label: option.id });
  });
  return <Choices choices={choices} value={(answer as Partial<LabelAnswer>).label ?? null} onChoose={(label) => onAnswer({ label })} label={assignment.question.text} paired={false} />;
}

export const singleLabel: Kind = {
  Bar,
  keys: (_, t) => [{ keys: ["1\u20139"], what: t("label.keys.label") }],
  missing: (_, answer, t) => (answer.label === undefined ? t("label.missing") : null),
  answerOf: (_, answer) => ({ label: (answer as unknown as LabelAnswer).label }),
};
