import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { ScorecardAnswer } from "../../../api/answers";
import { useKey } from "../../../ui/useKey";
import { criteriaOf, levelsOf } from "./criteria";
import type { Kind, ScreenProps } from "./kind";
import styles from "./kinds.module.css";
import { Levels } from "./Levels";
import { placed } from "./pairwise";
import { placesOf, Preference, stepped } from "./preference";
import { type Row, useRows } from "./useRows";

const SIDES = ["left", "right"] as const;
const asCard = (answer: object) => answer as Partial<ScorecardAnswer>;

function Bar({ assignment, answer, onAnswer }: ScreenProps) {
  const { t } = useTranslation();
  const { strength, text } = assignment.question;
  const card = asCard(answer);
  const scores = card.scores ?? {};
  const places = placesOf(strength);
  const put = (key: string) => {
    const place = places.find((one) => one.key === key);
    if (place) onAnswer({ ...card, ...placed(place, strength) });
  };
  const comparison: Row = {
    id: "choice",
    name: text,
    levels: places.map(({ key }) => ({ value: key, key, text: "" })),
    value: card.choice === undefined ? null : "set",
    onChoose: put,
    step: (by) => put(stepped(card, strength, by).key),
  };
  const criteria = criteriaOf(assignment);
  const scored: Row[] = criteria.flatMap((criterion) =>
    SIDES.map((side) => ({
      id: `${criterion.id}-${side}`,
      name: t("kinds.scoreOf", { criterion: criterion.name, side: t(`label.${side}`) }),
      levels: levelsOf(criterion),
      value: scores[side]?.[criterion.id] === undefined ? null : String(scores[side][criterion.id]),
      onChoose: (value: string) => onAnswer({ ...card, scores: { ...scores, [side]: { ...scores[side], [criterion.id]: Number(value) } } }),
    })),
  );
  const { at, setAt, goTo, box, onKeyDownCapture } = useRows([comparison, ...scored]);
  const say = (choice: "tie" | "both_bad") => {
    put(places.find((place) => place.choice === choice)?.key ?? "");
    goTo(1);
  };
  useKey("t", () => say("tie"));
  useKey("b", () => say("both_bad"));
  const here = scored[at - 1];
  const said = here?.levels.find((level) => level.value === here.value);
  return (
    <div ref={box} data-tall={criteria.length > 4 ? "always" : "phone"} onKeyDownCapture={onKeyDownCapture}>
      <div data-row={0} data-current={at === 0 || undefined} className={styles.plainRow} onFocus={() => setAt(0)}>
        <Preference answer={card} strength={strength} label={text} onPlace={(place) => put(place.key)} />
      </div>
      <div className={styles.card}>
        {criteria.map((criterion, index) => (
          <div key={criterion.id} className={styles.cardRow}>
            <Text size="sm" fw={600}>{criterion.name}</Text>
            {SIDES.map((side, column) => {
              const number = 1 + 2 * index + column;
              return (
                <div key={side} data-row={number} data-current={at === number || undefined} className={styles.plainRow} onFocus={() => setAt(number)}>
                  <Text span size="xs" c="dimmed" className={styles.sideName}>{t(`label.short.${side}`)}</Text>
                  <Levels row={scored[number - 1]!} compact />
                </div>
              );
            })}
          </div>
        ))}
      </div>
      <Text size="xs" c="dimmed" mih="1.4em" aria-live="polite">
        {here ? `${here.name}${said?.text ? ` \u00b7 ${said.key}: ${said.text}` : ""}` : t("kinds.cardHint")}
      </Text>
    </div>
  );
}

export const scorecard: Kind = {
  Bar,
  chosenSide: (answer) => asCard(answer).choice ?? null,
  keys: ({ question: { strength } }, t) => [
    { keys: [`1\u2013${placesOf(strength).length - (strength ? 1 : 0)}`], what: t("kinds.keys.place") },
    { keys: ["T"], what: t("label.keys.tie") },
    { keys: ["B"], what: t("label.keys.both") },
    { keys: ["1\u20137"], what: t("kinds.keys.level") },
    { keys: ["J", "K"], what: t("kinds.keys.row") },
    { keys: ["\u2190", "\u2192"], what: t("kinds.keys.along") },
  ],
  missing: (assignment, answer, t) => {
    const card = asCard(answer);
    if (card.choice === undefined) return t("kinds.missing.comparison");
    const open = criteriaOf(assignment).flatMap((criterion) => SIDES.filter((side) => card.scores?.[side]?.[criterion.id] === undefined).map((side) => `${criterion.name} (${t(`label.short.${side}`)})`));
    return open.length > 0 ? t("kinds.missing.scores", { names: open.slice(0, 3).join(", "), count: open.length }) : null;
  },
  answerOf: ({ question }, answer) => {
    const card = answer as unknown as ScorecardAnswer;
    return { ...placed(card, question.strength), scores: { left: card.scores.left ?? {}, right: card.scores.right ?? {} } };
  },
};
