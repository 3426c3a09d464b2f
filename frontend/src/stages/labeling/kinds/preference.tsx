import { Radio, Text } from "@mantine/core";
import type { CSSProperties } from "react";
import { useTranslation } from "react-i18next";
import type { PairAnswer, PairChoice } from "../../../api/answers";
import { Key } from "../../../ui/Key";
import { Choices, UNSEEN } from "../Choices";
import { howMuch } from "../inWords";
import styles from "../label.module.css";

const PAIR: readonly PairChoice[] = ["left", "right", "tie", "both_bad"];

/** One place on the line from "left is much better" to "right is much better"; the digit on it chooses it. */
export interface Place extends PairAnswer {
  key: string;
}

/** Places in the order in which they stand, and their digits lie on the keyboard. */
export function placesOf(strength: number | null | undefined): Place[] {
  if (!strength) return PAIR.map((choice, index) => ({ choice, strength: null, key: String(index + 1) }));
  const levels = Array.from({ length: strength }, (_, index) => index + 1);
  const line = [
    ...levels.toReversed().map((level) => ({ choice: "left" as const, strength: level })),
    { choice: "tie" as const, strength: null },
    ...levels.map((level) => ({ choice: "right" as const, strength: level })),
  ];
  return [...line.map((place, index) => ({ ...place, key: String(index + 1) })), { choice: "both_bad", strength: null, key: "0" }];
}

const same = (one: Partial<PairAnswer>, place: Place) => one.choice === place.choice && (one.strength ?? null) === place.strength;

/** The place one further to a side; from nothing, the one beside the middle. */
export function stepped(answer: Partial<PairAnswer>, strength: number | null | undefined, by: -1 | 1): Place {
  const places = placesOf(strength);
  if (!strength) return places[by === -1 ? 0 : 1]!;
  const at = places.slice(0, -1).findIndex((place) => same(answer, place));
  const from = at === -1 ? strength : at;
  return places[Math.min(2 * strength, Math.max(0, from + by))]!;
}

const nameOf = (place: Place) => (place.strength ? `${place.choice}:${place.strength}` : place.choice);

interface PreferenceProps {
  answer: Partial<PairAnswer>;
  strength: number | null | undefined;
  label: string;
  onPlace: (place: Place) => void;
}

/** Left, right, a tie or both bad; with a strength, as one line of places. */
export function Preference({ answer, strength, label, onPlace }: PreferenceProps) {
  const { t } = useTranslation();
  const places = placesOf(strength);
  const value = places.find((place) => same(answer, place));
  const choose = (name: string) => onPlace(places.find((place) => nameOf(place) === name)!);
  if (!strength) {
    const choices = places.map((place) => ({ value: place.choice, label: t(`label.choices.${place.choice}`), short: t(`label.short.${place.choice}`), key: place.key }));
    return <Choices choices={choices} value={value?.choice ?? null} onChoose={choose} label={label} paired />;
  }
  const card = (place: Place) => {
    const sided = place.choice === "left" || place.choice === "right";
    const how = place.strength ? howMuch(strength, place.strength, t) : "";
    const full = sided ? t(`label.better.${place.choice as "left" | "right"}`, { how: how.toLowerCase() }) : t(`label.choices.${place.choice}`);
    return (
      <Radio.Card key={nameOf(place)} value={nameOf(place)} className={styles.choice} aria-label={full} tabIndex={place === (value ?? places[0]) ? 0 : -1}>
        <Text span size="sm" fw={500}>{sided ? how : t(`label.short.${place.choice}`)}</Text>
        <Key>{place.key}</Key>
      </Radio.Card>
    );
  };
  const of = (...choices: PairChoice[]) => places.filter((place) => choices.includes(place.choice)).map(card);
  return (
    <Radio.Group value={value ? nameOf(value) : ""} onChange={choose} label={label} labelProps={UNSEEN}>
      <div className={styles.line} style={{ "--levels": strength, "--line": `minmax(0, ${strength}fr) minmax(0, 1.1fr) minmax(0, ${strength}fr) minmax(0, 1.1fr)` } as CSSProperties}>
        <div className={styles.side}><Text size="xs" c="dimmed">{t("label.choices.left")}</Text><div>{of("left")}</div></div>
        <div className={styles.middle}>{of("tie")}</div>
        <div className={styles.side}><Text size="xs" c="dimmed">{t("label.choices.right")}</Text><div>{of("right")}</div></div>
        <div className={styles.middle}>{of("both_bad")}</div>
      </div>
    </Radio.Group>
  );
}
