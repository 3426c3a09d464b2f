import type { PairAnswer } from "../../../api/answers";
import { useDigits, useKey } from "../../../ui/useKey";
import type { Kind, ScreenProps } from "./kind";
import { type Place, placesOf, Preference, stepped } from "./preference";

const asPair = (answer: object) => answer as Partial<PairAnswer>;

/** A place on the line as it stands in an answer: without a strength where none is asked. */
export const placed = ({ choice, strength }: PairAnswer, asked: number | null | undefined): PairAnswer => (asked ? { choice, strength: strength ?? null } : { choice });

function Bar({ assignment, answer, onAnswer }: ScreenProps) {
  const { strength, text } = assignment.question;
  const put = (place: Place | undefined) => place && onAnswer({ ...placed(place, strength) });
  const places = placesOf(strength);
  useDigits((digit) => put(places.find((place) => place.key === digit)));
  useKey("arrowleft", () => put(stepped(asPair(answer), strength, -1)));
  useKey("arrowright", () => put(stepped(asPair(answer), strength, 1)));
  useKey("t", () => put(places.find((place) => place.choice === "tie")));
  useKey("b", () => put(places.find((place) => place.choice === "both_bad")));
  return <Preference answer={asPair(answer)} strength={strength} label={text} onPlace={put} />;
}

export const pairwise: Kind = {
  Bar,
  chosenSide: (answer) => asPair(answer).choice ?? null,
  choosingSide: ({ question }, side) => (question.strength ? null : { choice: side }),
  keys: ({ question: { strength } }, t) =>
    strength
      ? [
          { keys: [`1\u2013${strength}`], what: t("label.keys.leftBy") },
          { keys: [String(strength + 1), "T"], what: t("label.keys.tie") },
          { keys: [`${strength + 2}\u2013${2 * strength + 1}`], what: t("label.keys.rightBy") },
          { keys: ["0", "B"], what: t("label.keys.both") },
          { keys: ["\u2190", "\u2192"], what: t("label.keys.line") },
        ]
      : [
          { keys: ["1", "\u2190"], what: t("label.keys.left") },
          { keys: ["2", "\u2192"], what: t("label.keys.right") },
          { keys: ["3", "T"], what: t("label.keys.tie") },
          { keys: ["4", "B"], what: t("label.keys.both") },
        ],
  missing: (_, answer, t) => (asPair(answer).choice === undefined ? t("label.missing") : null),
  answerOf: ({ question }, answer) => placed(answer as unknown as PairAnswer, question.strength),
};
