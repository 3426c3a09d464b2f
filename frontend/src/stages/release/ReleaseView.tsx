import { Group, Progress, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { projectQuery, read } from "../../api/queries";
import { may } from "../../api/roles";
import type { GateCheck, Release, ReleaseDetail } from "../../api/work";
import { CopyId } from "../../ui/CopyId";
import { DataTable } from "../../ui/DataTable";
import { percent } from "../../ui/format";
import { Hint } from "../../ui/Hint";
import { Section } from "../../ui/Page";
import { StateBadge, StatusBadge } from "../../ui/Status";
import { Ago } from "../../ui/Time";
import { RollBack } from "./RollBack";

const RESULT = { passed: "passed", failed: "refused", unknown: "unknown" } as const;

/** The sentence says value, interval and n; how they were had is a hover away. */
function Evidence({ check }: { check: GateCheck }) {
  const { t } = useTranslation();
  if (!check.estimate?.method) return check.sentence;
  return <Hint focusable label={t("estimate.method", { method: check.estimate.method })}>{check.sentence}</Hint>;
}

function Gates({ checks }: { checks: GateCheck[] }) {
  const { t } = useTranslation();
  if (checks.length === 0) return <Text size="sm" c="dimmed">{t("releases.noGates")}</Text>;
  return (
    <DataTable
      caption={t("releases.gates")}
      rows={checks}
      keyOf={(check) => check.name}
      columns={[
        { head: t("releases.gate"), cell: (check) => check.name.replaceAll("_", " "), width: 190 },
        { head: t("releases.verdict"), cell: (check) => <StatusBadge kind={RESULT[check.result]}>{t(`releases.results.${check.result}`)}</StatusBadge>, width: 120 },
        { head: t("releases.evidence"), cell: (check) => <Evidence check={check} /> },
      ]}
    />
  );
}

function Ramp({ release }: { release: Release }) {
  const { t } = useTranslation();
  return (
    <Stack gap={4}>
      <Group justify="space-between" gap="xs">
        <Text size="sm">{`${t("releases.share")}: ${percent(release.share, release.share > 0 && release.share < 0.1 ? 1 : 0)}`}</Text>
        <Text size="sm" c="dimmed">{release.stages.map((stage, index) => `${index === release.stage_index ? "\u25b8 " : ""}${stage.name} ${percent(stage.share)}`).join("  \u00b7  ")}</Text>
      </Group>
      <Progress value={release.share * 100} aria-label={t("releases.share")} />
    </Stack>
  );
}

/** One release: where it stands, its gates with their evidence, what happened, and the way back. */
export function ReleaseView({ projectId, release }: { projectId: string; release: Release }) {
  const { t } = useTranslation();
  const project = useQuery(projectQuery(projectId));
  const detail = useQuery(read<ReleaseDetail>(projectId, `/releases/${release.id}`));
  const events = [...(detail.data?.events ?? [])].sort((a, b) => b.seq - a.seq);
  return (
    <Section title={t("releases.title", { candidate: release.candidate_name ?? release.candidate_policy_id, stable: release.stable_name ?? release.stable_policy_id })} aside={release.can_roll_back && may(project.data?.role, "release") ? <RollBack projectId={projectId} release={release} /> : undefined}>
      <Group gap="xs">
        <StateBadge state={release.state} />
        <Text size="sm" c="dimmed">{release.state_explained}</Text>
        <CopyId id={release.id} />
        <Text size="sm" c="dimmed" component="span"><Ago at={release.updated_at} /></Text>
      </Group>
      <Text>{release.sentence}</Text>
      <Ramp release={release} />
      <Gates checks={release.verdict?.checks ?? []} />
      {events.length > 0 && (
        <details>
          <summary>{t("releases.events")}</summary>
          <DataTable
            caption={t("releases.events")}
            rows={events}
            keyOf={(event) => String(event.seq)}
            columns={[
              { head: t("releases.when"), cell: (event) => <Ago at={event.at} />, width: 140 },
              { head: t("releases.state"), cell: (event) => <StateBadge state={event.to_state} />, width: 130 },
              { head: t("releases.what"), cell: (event) => event.sentence },
            ]}
          />
        </details>
      )}
    </Section>
  );
}
