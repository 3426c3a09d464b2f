import { Checkbox, CloseButton, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Key } from "../../../ui/Key";
import { Choices } from "../Choices";
import labelStyles from "../label.module.css";
import styles from "../picture.module.css";
import type { useBoxes } from "./useBoxes";

/** Labels and the list of boxes: everything on the picture, in words. */
export function BoxPanel({ boxes, shown }: { boxes: ReturnType<typeof useBoxes>; shown: boolean }) {
  const { t } = useTranslation();
  const nameOf = (label: string) => boxes.options.find((option) => option.id === label)?.name ?? t("kinds.boxes.unlabeled");
  const marked = boxes.current === null ? undefined : boxes.boxes[boxes.current];
  const choices = boxes.options.map(({ id, name }, index) => ({ value: id, label: name, short: name, key: index < 9 ? String(index + 1) : "" }));
  return (
    <div className={styles.side}>
      <div>
        <Text size="sm" fw={600} mb={4}>{marked ? t("kinds.boxes.labelOf", { number: (boxes.current ?? 0) + 1 }) : t("kinds.boxes.nextLabel")}</Text>
        <Choices choices={choices} value={(marked ? marked.label : boxes.brush) || null} onChoose={boxes.label} label={t("kinds.boxes.labels")} paired={false} />
      </div>
      <div>
        <Text size="sm" fw={600} mb={4}>{t("kinds.boxes.list")}</Text>
        {boxes.boxes.length === 0 && <Text size="sm" c="dimmed" mb={6}>{t("kinds.boxes.empty")}</Text>}
        <ul className={styles.list}>
          {boxes.boxes.map((box, index) => (
            <li key={index} className={styles.item} data-current={index === boxes.current || undefined}>
              <button type="button" className={styles.pick} aria-current={index === boxes.current || undefined} onClick={() => boxes.mark(index)} onFocus={() => boxes.mark(index)}>
                <Text span size="sm" fw={500}>{t("kinds.boxes.box", { number: index + 1, label: nameOf(box.label) })}</Text>
                <Text size="xs" c="dimmed" className="lw-number">{t("kinds.boxes.place", { x: box.x, y: box.y, width: box.width, height: box.height })}</Text>
              </button>
              <CloseButton aria-label={t("kinds.boxes.remove", { number: index + 1 })} onClick={() => boxes.remove(index)} />
            </li>
          ))}
        </ul>
      </div>
      {boxes.boxes.length === 0 && (
        <Checkbox.Card checked={boxes.nothing} disabled={!shown} onClick={boxes.sayNothing} className={labelStyles.choice}>
          <Text span size="sm" fw={500}>{boxes.nothing ? `\u2713 ${t("kinds.boxes.nothing")}` : t("kinds.boxes.nothing")}</Text>
          <Key>0</Key>
        </Checkbox.Card>
      )}
    </div>
  );
}
