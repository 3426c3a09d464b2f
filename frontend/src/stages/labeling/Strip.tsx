import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { integer, seconds } from "../../ui/format";
import { Hint } from "../../ui/Hint";
import { Key } from "../../ui/Key";
import type { DeskState } from "./deskState";
import styles from "./label.module.css";
import { lastToUndo } from "./past";
import { toldOf } from "./revealed";

interface StripProps {
  state: DeskState;
  onUndo: () => void;
  onLast: () => void;
}

/** Own progress in one quiet line, and the way back. */
export function Strip({ state, onUndo, onLast }: StripProps) {
  const { t } = useTranslation();
  const { progress, waiting, past, elsewhere } = state;
  const said: string[] = [];
  if (progress) said.push(t("desk.strip.today", { count: progress.today }));
  if (progress?.session) said.push(t("desk.strip.session", { time: seconds(progress.session.active_ms / 1000) }));
  if (progress) {
    said.push(t("desk.strip.mine", { mine: integer(progress.mine) }));
  }
  const told = past.at(-1)?.revealed;
  return (
    <div className={styles.strip} role="status" aria-live="off">
      {waiting > 1 && <span>{t("label.outbox", { count: waiting })}</span>}
      {told && <span>{t("desk.revealed.last", { told: toldOf(told, t) })}</span>}
      {said.map((one) => <span key={one} className="lw-number">{one}</span>)}
      {progress && <Hint focusable label={t("desk.strip.openHint")}><span className="lw-number">{t("desk.strip.openItems", { count: progress.open_items })}</span></Hint>}
      {!elsewhere && (
        <>
          <Button variant="default" size="compact-sm" disabled={past.length === 0} onClick={onLast} rightSection={<Key>L</Key>}>{t("desk.last.open")}</Button>
          <Button variant="default" size="compact-sm" disabled={!lastToUndo(past)} onClick={onUndo} rightSection={<Key>Z</Key>}>{t("label.undo")}</Button>
        </>
      )}
    </div>
  );
}
