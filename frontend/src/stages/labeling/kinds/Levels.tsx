import { Radio } from "@mantine/core";
import { clsx } from "../../../ui/clsx";
import { UNSEEN } from "../Choices";
import styles from "./kinds.module.css";
import type { Row } from "./useRows";

interface LevelsProps {
  row: Row;
  /** Shown above the levels; without it the row's name is only spoken. */
  description?: string;
  /** Only the digits, for rows whose words stand elsewhere. */
  compact?: boolean;
}

/** The levels of one row, low first, as one radio group with one tab stop. */
export function Levels({ row, description, compact = false }: LevelsProps) {
  const open = row.levels.some((level) => level.value === row.value) ? row.value : row.levels[0]?.value;
  const named = description === undefined ? UNSEEN : { fw: 600, mb: description === "" ? 6 : 0 };
  return (
    <Radio.Group value={row.value ?? ""} onChange={row.onChoose} label={row.name} labelProps={named} description={description} descriptionProps={{ c: "dimmed", mb: 6 }}>
      <div className={clsx(styles.levels, compact && styles.compact)} data-many={row.levels.length > 5 || undefined}>
        {row.levels.map((level) => (
          <Radio.Card
            key={level.value}
            value={level.value}
            className={styles.level}
            tabIndex={level.value === open ? 0 : -1}
            aria-label={level.text ? `${level.key}: ${level.text}` : level.key}
          >
            <span className={styles.digit}>{level.key}</span>
            {!compact && level.text && <span className={styles.anchor}>{level.text}</span>}
          </Radio.Card>
        ))}
      </div>
    </Radio.Group>
  );
}
