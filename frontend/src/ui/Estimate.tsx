import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Estimate } from "../api/types";
import { Hint } from "./Hint";
import { decimal, figure, integer, type NumberKind, percent } from "./format";

interface EstimateTextProps {
  estimate: Estimate | null | undefined;
  kind?: NumberKind;
  /** What the value is compared with, in words: "0.5 = no preference". */
  against?: string;
  source?: string;
  /** Drops n where a column of its own shows it. */
  compact?: boolean;
}

const bounds = (low: number, high: number, kind: NumberKind) =>
  kind === "percent" ? `${(low * 100).toFixed(0)}\u2013${percent(high)}` : `${figure(low, kind)} to ${figure(high, kind)}`;

/** A number is never alone: value, interval, n; method and source on hover; unknown says why. */
export function EstimateText({ estimate, kind = "decimal", against, source, compact = false }: EstimateTextProps) {
  const { t } = useTranslation();
  if (!estimate || estimate.value === null || estimate.value === undefined || Number.isNaN(estimate.value)) {
    return <Unknown reason={estimate?.reason ?? undefined} />;
  }
  const { value, low, high, n, method } = estimate;
  const hasInterval = low !== null && low !== undefined && high !== null && high !== undefined;
  const hint = [
    method ? t("estimate.method", { method }) : null,
    source ? t("estimate.source", { source }) : null,
    against ? t("estimate.against", { against }) : null,
    hasInterval ? t("estimate.interval", { low: decimal(low, 3), high: decimal(high, 3) }) : t("estimate.noInterval"),
  ].filter((line) => line !== null);
  return (
    <Hint focusable label={hint.map((line) => <span key={line} style={{ display: "block" }}>{line}</span>)}>
      <span className="lw-number">
        <span className="lw-hint" style={{ fontWeight: 600 }}>{figure(value, kind)}</span>
        {hasInterval && <Text span inherit c="dimmed">{` [${bounds(low, high, kind)}]`}</Text>}
        {!compact && n !== undefined && <Text span inherit c="dimmed">{` n=${integer(n)}`}</Text>}
      </span>
    </Hint>
  );
}

/** Never 0, never NaN: what is missing, in words. */
export function Unknown({ reason }: { reason?: string }) {
  const { t } = useTranslation();
  return (
    <Text span size="sm" c="dimmed" fs="italic">
      {reason ? t("estimate.unknownBecause", { reason }) : t("estimate.unknown")}
    </Text>
  );
}
