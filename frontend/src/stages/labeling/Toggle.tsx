import { UnstyledButton } from "@mantine/core";
import { Key } from "../../ui/Key";
import styles from "./label.module.css";

/** A quiet switch with its key. */
export function Toggle({ on, onToggle, hotkey, children }: { on: boolean; onToggle: () => void; hotkey: string; children: string }) {
  return (
    <UnstyledButton className={styles.toggle} aria-pressed={on} onClick={onToggle}>
      <span aria-hidden className={styles.tick}>{on ? "\u2713" : ""}</span>
      {children} <Key>{hotkey}</Key>
    </UnstyledButton>
  );
}
