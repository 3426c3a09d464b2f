import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Progress } from "../../api/types";
import { Empty } from "../../ui/Empty";
import { exactTime } from "../../ui/format";
import type { DeskState } from "./deskState";

type Lines = { title: string; lines: string[] };

/** Why nothing new comes: a pause, a limit reached; null when neither holds. */
export function useHindrance(progress: Progress | null): Lines | null {
  const { t } = useTranslation();
  if (progress?.paused) {
    const { reason, since } = progress.paused;
    return { title: t("desk.paused.title"), lines: [reason ? t("desk.paused.text", { reason }) : t("desk.paused.plain"), t("desk.paused.since", { time: exactTime(since) })] };
  }
  const cap = progress?.cap;
  if (!cap?.reached) return null;
  const count = cap.reached === "day" ? cap.per_day : cap.per_session;
  const plain = t(cap.reached === "day" ? "desk.cap.dayTime" : "desk.cap.sessionTime");
  const lines = [count === null ? plain : t(cap.reached === "day" ? "desk.cap.dayText" : "desk.cap.sessionText", { count })];
  if (cap.until !== null) lines.push(t("desk.cap.until", { time: exactTime(cap.until) }));
  return { title: t(cap.reached === "day" ? "desk.cap.day" : "desk.cap.session"), lines };
}

/** Nothing to judge: why, how far one is, and the one next step. */
export function NothingOpen({ state, onLook }: { state: DeskState; onLook: () => void }) {
  const { t } = useTranslation();
  const { progress } = state;
  const hindrance = useHindrance(progress);
  const lines = hindrance ? [...hindrance.lines] : [t("label.empty.done")];
  if (progress?.paused) lines.push(t("desk.paused.none"));
  if (progress) lines.push(t("label.empty.mine", { count: progress.mine }));
  if (progress && !hindrance && progress.open_items > 0) lines.push(t("label.empty.open", { count: progress.open_items }));
  return (
    <Empty
      title={hindrance?.title ?? t("label.empty.title")}
      text={lines.map((line) => <div key={line}>{line}</div>)}
      action={<Button mt="xs" variant="default" onClick={onLook}>{t("label.empty.look")}</Button>}
    />
  );
}

/** Another tab has the desk. */
export function Elsewhere({ onHere }: { onHere: () => void }) {
  const { t } = useTranslation();
  return <Empty title={t("desk.elsewhere.title")} text={t("desk.elsewhere.text")} action={<Button mt="xs" onClick={onHere}>{t("desk.elsewhere.here")}</Button>} />;
}
