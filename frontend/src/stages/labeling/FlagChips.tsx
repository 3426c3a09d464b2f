import { CloseButton, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { RaisedFlag } from "../../api/answers";
import type { Assignment } from "../../api/types";
import { unitOf } from "../../ui/located";
import { nameOf, policiesOf, textOf } from "./flagging";
import styles from "./flags.module.css";
import { usePlaceName } from "./usePlaceName";

interface FlagChipsProps {
  assignment: Assignment;
  flags: readonly RaisedFlag[];
  onRemove: (flag: RaisedFlag) => void;
}

/** What was flagged on this item, each to be taken back. */
export default function FlagChips({ assignment, flags, onRemove }: FlagChipsProps) {
  const { t } = useTranslation();
  const placeName = usePlaceName();
  const wordsOf = ({ side, start, end }: RaisedFlag) => {
    if (start === null || end === null) return null;
    const text = textOf(assignment, side);
    return text.slice(unitOf(text, start), unitOf(text, end));
  };
  return (
    <ul className={styles.chips} aria-label={t("kinds.flags.raised")}>
      {flags.map((flag) => {
        const name = nameOf(policiesOf(assignment), flag);
        const words = wordsOf(flag);
        return (
          <li key={`${flag.flag} ${flag.side} ${flag.start} ${flag.end}`} className={styles.chip}>
            <Text span size="sm" fw={600}>{name}</Text>
            <Text span size="sm" c="dimmed">{placeName(flag.side)}</Text>
            {words !== null && <Text span size="sm" className={styles.words} dir="auto">{`\u201c${words}\u201d`}</Text>}
            <CloseButton size="sm" aria-label={t("kinds.flags.remove", { name })} onClick={() => onRemove(flag)} />
          </li>
        );
      })}
    </ul>
  );
}
