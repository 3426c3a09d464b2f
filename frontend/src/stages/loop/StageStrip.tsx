import { Group, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { LoopStage } from "../../api/work";
import { integer, seconds } from "../../ui/format";
import { StatusBadge } from "../../ui/Status";

const KIND = { idle: "idle", moving: "passed", stuck: "refused" } as const;
const NAMES = ["guidelines", "intake", "sampling", "labeling", "quality", "datasets", "training", "evaluation", "release", "serving", "monitoring"] as const;

/** The ten stages as they are: what waits in each, for how long, what moves, what is stuck. */
export function StageStrip({ stages }: { stages: LoopStage[] }) {
  const { t } = useTranslation();
  const nameOf = (stage: string) => {
    const known = NAMES.find((name) => name === stage);
    return known ? t(`loop.stageNames.${known}`) : stage;
  };
  return (
    <ol className="lw-strip" aria-label={t("loop.stages")}>
      {stages.map((stage) => (
        <li key={stage.stage} className="lw-stage" data-state={stage.state}>
          <Group justify="space-between" gap={4} mb={4}>
            <Text size="sm" fw={600}>{nameOf(stage.stage)}</Text>
            <StatusBadge kind={KIND[stage.state] ?? "unknown"}>{t(`loop.states.${stage.state}`)}</StatusBadge>
          </Group>
          <Text size="xs" fw={600}>
            {[
              stage.waiting > 0 ? t("loop.waiting", { n: integer(stage.waiting) }) : null,
              stage.moving > 0 ? t("loop.moving", { n: integer(stage.moving) }) : null,
            ].filter(Boolean).join(", ")}
          </Text>
          {stage.oldest_seconds !== null && stage.oldest_seconds !== undefined && (
            <Text size="xs" c="dimmed">{t("loop.oldest", { time: seconds(stage.oldest_seconds) })}</Text>
          )}
          {stage.detail && <Text size="xs" c="dimmed" lineClamp={2} title={stage.detail}>{stage.detail}</Text>}
        </li>
      ))}
    </ol>
  );
}
