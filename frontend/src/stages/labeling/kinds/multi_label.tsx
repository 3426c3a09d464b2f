import { Checkbox, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { LabelsAnswer } from "../../../api/answers";
import type { Assignment } from "../../../api/types";
import { Key } from "../../../ui/Key";
import { useDigits } from "../../../ui/useKey";
import labelStyles from "../label.module.css";
import type { Kind, ScreenProps } from "./kind";

const labelsOf = (answer: object) => (answer as Partial<LabelsAnswer>).labels ?? null;
const atLeast = (assignment: Assignment) => assignment.question.at_least ?? 0;

function Bar({ assignment, answer, onAnswer }: ScreenProps) {
  const { t } = useTranslation();
  const options = assignment.question.options ?? [];
  const chosen = labelsOf(answer);
  const none = atLeast(assignment) === 0;
  const put = (labels: string[]) => onAnswer(labels.length > 0 ? { labels: options.map(({ id }) => id).filter((id) => labels.includes(id)) } : {}, labels.length < (chosen?.length ?? 0));
  const toggle = (id: string) => put(chosen?.includes(id) ? chosen.filter((one) => one !== id) : [...(chosen ?? []), id]);
  const sayNone = () => onAnswer({ labels: [] });
  useDigits((digit) => {
    const option = options[Number(digit) - 1];
    if (digit === "0" && none) sayNone();
    else if (option) toggle(option.id);
  });
  const card = (id: string, name: string, key: string | null, checked: boolean, act: () => void) => (
    <Checkbox.Card key={id} checked={checked} onClick={act} className={labelStyles.choice} aria-label={name}>
      <Text span size="sm" fw={500}>{checked ? `\u2713 ${name}` : name}</Text>
      {key && <Key>{key}</Key>}
    </Checkbox.Card>
  );
  return (
    <div role="group" aria-label={assignment.question.text} className={labelStyles.choices}>
      {options.map(({ id, name }, index) => card(id, name, index < 9 ? String(index + 1) : null, chosen?.includes(id) ?? false, () => toggle(id)))}
      {none && card("", t("kinds.none"), "0", chosen?.length === 0, sayNone)}
    </div>
  );
}

export const multiLabel: Kind = {
  Bar,
  keys: (assignment, t) => [
    { keys: ["1\u20139"], what: t("kinds.keys.toggle") },
    ...(atLeast(assignment) === 0 ? [{ keys: ["0"], what: t("kinds.none") }] : []),
  ],
  missing: (assignment, answer, t) => {
    const chosen = labelsOf(answer);
    const least = atLeast(assignment);
    if (chosen === null && least === 0) return t("kinds.missing.labelsOrNone");
    return (chosen?.length ?? 0) < least ? t("kinds.missing.labels", { count: least - (chosen?.length ?? 0) }) : null;
  },
  answerOf: (_, answer) => ({ labels: labelsOf(answer) ?? [] }),
};
