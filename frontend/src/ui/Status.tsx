import { Badge } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { STATUS } from "../app/theme";
import { Hint } from "./Hint";

export type StatusKind = keyof typeof STATUS;

const SIGN: Record<StatusKind, string> = { passed: "\u2713", held: "\u2016", refused: "\u2715", idle: "\u2013", unknown: "?" };

/** Green passed, amber held, red refused or broken, grey unknown; always with a sign and a word. */
export function StatusBadge({ kind, children }: { kind: StatusKind; children: string }) {
  return (
    <Badge color={STATUS[kind]} miw="max-content" leftSection={<span aria-hidden>{SIGN[kind]}</span>}>
      {children}
    </Badge>
  );
}

const STATES: Record<string, StatusKind> = {
  passed: "passed", done: "passed", finished: "passed", succeeded: "passed", success: "passed", released: "passed", completed: "passed", moving: "passed", promoted: "passed", current: "passed",
  held: "held", running: "held", started: "held", canary: "held", shadow: "held", ramp: "held", live: "passed", ship: "passed", refuse: "refused", hold: "held", ramping: "held", paused: "held", inconclusive: "held",
  refused: "refused", failed: "refused", error: "refused", stuck: "refused", rolled_back: "refused", broken: "refused", cancelled: "idle", idle: "idle", draft: "idle", waiting: "idle", queued: "idle", pending: "idle",
};

/** Maps a state word of the server to its colour; an unlisted word is grey, never green. */
export function statusOf(state: string): StatusKind {
  return STATES[state.toLowerCase()] ?? "unknown";
}

export function StateBadge({ state }: { state: string }) {
  return <StatusBadge kind={statusOf(state)}>{state.replaceAll("_", " ")}</StatusBadge>;
}

/** Simulated people and traffic carry this everywhere they appear. */
export function SimulatedBadge({ simulated }: { simulated: boolean | null | undefined }) {
  const { t } = useTranslation();
  if (!simulated) return null;
  return (
    <Hint label={t("simulated.hint")} focusable>
      <Badge color="grape" variant="outline" className="lw-simulated" style={{ flexShrink: 0 }}>{t("simulated.badge")}</Badge>
    </Hint>
  );
}
