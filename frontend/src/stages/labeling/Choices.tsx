import { Radio, Text } from "@mantine/core";
import { Key } from "../../ui/Key";
import styles from "./label.module.css";

export interface Choice {
  value: string;
  label: string;
  short: string;
  key: string;
}

interface ChoicesProps {
  choices: Choice[];
  value: string | null;
  onChoose: (value: string) => void;
  label: string;
  paired: boolean;
}

/** A group's name that is only spoken: the question stands above it. */
export const UNSEEN = { className: "lw-unseen" };

/** The possible answers as one radio group: a click, an arrow or the key on it chooses. */
export function Choices({ choices, value, onChoose, label, paired }: ChoicesProps) {
  return (
    <Radio.Group value={value ?? ""} onChange={onChoose} label={label} labelProps={UNSEEN}>
      <div className={paired ? `${styles.choices} ${styles.pair}` : styles.choices}>
        {choices.map((choice) => (
          <Radio.Card key={choice.value} value={choice.value} className={styles.choice} aria-label={choice.label}>
            <Text span size="sm" fw={500} visibleFrom="sm">{choice.label}</Text>
            <Text span size="sm" fw={500} hiddenFrom="sm">{choice.short}</Text>
            <Key>{choice.key}</Key>
          </Radio.Card>
        ))}
      </div>
    </Radio.Group>
  );
}
