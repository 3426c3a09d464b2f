import type { Customizable, Plugins } from "@dnd-kit/abstract";
import { Accessibility } from "@dnd-kit/dom";
import { DragDropProvider, PointerSensor } from "@dnd-kit/react";
import { isSortable, useSortable } from "@dnd-kit/react/sortable";
import { Button, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Assignment } from "../../../api/types";
import styles from "./kinds.module.css";
import type { Ranks } from "./ranks";

/** The page has its own keys for the list, and says by itself what they did. */
const withoutItsOwnKeys: Customizable<Plugins> = (defaults) => defaults.filter((plugin) => plugin !== Accessibility);

interface RankListProps {
  assignment: Assignment;
  /** Ranked sides, best first, then those without a rank. */
  order: readonly string[];
  ranks: Ranks;
  current: string;
  onCurrent: (side: string) => void;
  onDrop: (side: string, index: number) => void;
  onTie: (side: string) => void;
  onRemove: (side: string) => void;
}

type RowProps = Omit<RankListProps, "assignment" | "order"> & { side: string; index: number; above: string | undefined; text: string };

function Row({ side, index, above, text, ranks, current, onCurrent, onDrop, onTie, onRemove }: RowProps) {
  const { t } = useTranslation();
  const { ref, handleRef, isDragging } = useSortable({ id: side, index });
  const letter = side.toUpperCase();
  const rank = ranks[side];
  const ties = rank !== undefined && above !== undefined && ranks[above] === rank;
  return (
    <li ref={ref} className={styles.rank} data-current={side === current || undefined} data-dragging={isDragging || undefined} data-tied={ties || undefined} data-open={rank === undefined || undefined}>
      <span ref={handleRef} className={styles.grip} aria-hidden title={t("kinds.ranking.drag", { side: letter })}>{"\u22ee\u22ee"}</span>
      <span className={styles.rankNumber}>{rank ?? "\u2013"}</span>
      <button type="button" className={styles.rankName} aria-current={side === current || undefined} onClick={() => onCurrent(side)}>
        <Text span fw={600} size="sm">{letter}</Text> <Text span size="sm" c="dimmed">{text}</Text>
      </button>
      {rank === undefined ? (
        <Button size="compact-xs" variant="default" onClick={() => onDrop(side, index)}>{t("kinds.ranking.add")}</Button>
      ) : (
        <>
          <Button size="compact-xs" variant={ties ? "light" : "subtle"} disabled={index === 0} aria-label={t(ties ? "kinds.ranking.untie" : "kinds.ranking.tie", { side: letter })} onClick={() => onTie(side)}>=</Button>
          <Button size="compact-xs" variant="subtle" color="gray" c="var(--mantine-color-text)" aria-label={t("kinds.ranking.unrank", { side: letter })} onClick={() => onRemove(side)}>{"\u00d7"}</Button>
        </>
      )}
    </li>
  );
}

/** The order as a list: drag a row, or use its buttons; the keys of the page do the same. */
export function RankList({ assignment, order, ranks, ...acts }: RankListProps) {
  const textOf = (side: string) => assignment.completions.find((completion) => completion.side === side)?.text.slice(0, 80) ?? "";
  return (
    <DragDropProvider
      sensors={[PointerSensor]}
      plugins={withoutItsOwnKeys}
      onDragEnd={({ canceled, operation: { source } }) => {
        if (!canceled && isSortable(source)) acts.onDrop(String(source.id), source.index);
      }}
    >
      <ol className={styles.rankList}>
        {order.map((side, index) => (
          <Row key={side} side={side} index={index} above={order[index - 1]} text={textOf(side)} ranks={ranks} {...acts} />
        ))}
      </ol>
    </DragDropProvider>
  );
}
