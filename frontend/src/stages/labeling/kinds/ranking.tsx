import { Badge, Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { RankAnswer } from "../../../api/answers";
import { useDigits, useKey } from "../../../ui/useKey";
import { Answers } from "../ItemView";
import type { Kind, ScreenProps } from "./kind";
import styles from "./kinds.module.css";
import { RankList } from "./RankList";
import { competition, moved, placedAt, type Ranks, tied, tiersOf, unranked } from "./ranks";

const ranksOf = (answer: object): Ranks => (answer as Partial<RankAnswer>).ranks ?? {};
const sidesOf = ({ assignment }: Pick<ScreenProps, "assignment">) => assignment.completions.map((completion) => completion.side);

function Body({ assignment, answer, onAnswer }: ScreenProps) {
  const { t } = useTranslation();
  const sides = sidesOf({ assignment });
  const ranks = ranksOf(answer);
  const [current, setCurrent] = useState(() => sides.find((side) => ranks[side] === undefined) ?? sides[0]!);
  const tiers = tiersOf(ranks, sides);
  const order = [...tiers.flat(), ...sides.filter((side) => ranks[side] === undefined)];
  const put = (next: Ranks) => onAnswer(Object.keys(next).length > 0 ? { ranks: next } : {});
  const go = (side: string | undefined) => {
    if (side === undefined) return;
    setCurrent(side);
    document.querySelector(`[data-side="${side}"]`)?.scrollIntoView?.({ block: "nearest" });
  };
  const beside = (by: number) => go(sides[Math.min(sides.length - 1, Math.max(0, sides.indexOf(current) + by))]);
  useDigits((digit) => {
    const rank = Number(digit);
    if (rank < 1 || rank > sides.length) return;
    const next = { ...ranks, [current]: rank };
    put(next);
    go(sides.find((side) => next[side] === undefined));
  });
  useKey("j", () => beside(1));
  useKey("arrowright", () => beside(1));
  useKey("k", () => beside(-1));
  useKey("arrowleft", () => beside(-1));
  useKey("alt+arrowup", () => put(moved(ranks, sides, current, -1)));
  useKey("alt+arrowdown", () => put(moved(ranks, sides, current, 1)));
  useKey("=, shift+=", () => put(tied(ranks, sides, current)));
  useKey("backspace, delete", () => put(unranked(ranks, sides, current)));
  const shown = tiers.flat().length === sides.length ? competition(tiers) : ranks;
  const rankOf = (side: string) => {
    const rank = shown[side];
    if (rank === undefined) return t("kinds.ranking.none");
    return t(sides.filter((one) => shown[one] === rank).length > 1 ? "kinds.ranking.tied" : "kinds.ranking.rank", { rank });
  };
  return (
    <div className={styles.ranking}>
      <Answers assignment={assignment} chosen={null} current={current} onChoose={setCurrent} tagOf={(side) => <Badge color={shown[side] === undefined ? "gray" : undefined}>{rankOf(side)}</Badge>} />
      <aside className={styles.rows} aria-label={t("kinds.ranking.list")}>
        <Text size="sm" fw={600} px="sm" pt="xs">{t("kinds.ranking.list")}</Text>
        <RankList
          assignment={assignment}
          order={order}
          ranks={shown}
          current={current}
          onCurrent={go}
          onDrop={(side, index) => put(placedAt(ranks, sides, side, index))}
          onTie={(side) => put(tied(ranks, sides, side))}
          onRemove={(side) => put(unranked(ranks, sides, side))}
        />
        <Text size="xs" c="dimmed" px="sm" pb="xs">{t("kinds.ranking.hint")}</Text>
        <span className="lw-unseen" role="status">{`${t("label.lettered", { letter: current.toUpperCase() })}: ${rankOf(current)}`}</span>
      </aside>
    </div>
  );
}

export const ranking: Kind = {
  Body,
  keys: (assignment, t) => [
    { keys: [`1\u2013${assignment.completions.length}`], what: t("kinds.keys.rank") },
    { keys: ["J", "K"], what: t("kinds.keys.select") },
    { keys: ["Alt", "\u2191", "\u2193"], what: t("kinds.keys.move") },
    { keys: ["="], what: t("kinds.keys.tie") },
    { keys: ["Backspace"], what: t("kinds.keys.unrank") },
  ],
  missing: (assignment, answer, t) => {
    const count = sidesOf({ assignment }).filter((side) => ranksOf(answer)[side] === undefined).length;
    return count > 0 ? t("kinds.missing.ranks", { count }) : null;
  },
  answerOf: (assignment, answer) => ({ ranks: competition(tiersOf(ranksOf(answer), sidesOf({ assignment }))) }),
};
