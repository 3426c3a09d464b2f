import { Button, Group, Progress, Stack, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { call, project } from "../../api/http";
import { list, read } from "../../api/queries";
import type { Cycle } from "../../api/work";
import { CopyId } from "../../ui/CopyId";
import { DataTable } from "../../ui/DataTable";
import { ErrorPanel } from "../../ui/ErrorPanel";
import { seconds } from "../../ui/format";
import { Section } from "../../ui/Page";
import { StateBadge, statusOf } from "../../ui/Status";
import { Ago } from "../../ui/Time";

const OPEN = new Set(["running", "pending", "queued", "waiting", "started", "enqueued"]);
const isOpen = (cycle: Cycle) => OPEN.has(cycle.state.toLowerCase());

function CycleView({ projectId, cycle }: { projectId: string; cycle: Cycle }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const whole = useQuery({ ...read<Cycle>(projectId, `/cycles/${cycle.id}`), refetchInterval: isOpen(cycle) ? 3000 : false });
  const act = useMutation({
    mutationFn: (what: "cancel" | "resume") => call("POST", project(projectId, `/cycles/${cycle.id}/${what}`)),
    onSettled: () => queries.invalidateQueries({ queryKey: ["project", projectId] }),
  });
  const shown = whole.data ?? cycle;
  const steps = shown.steps ?? [];
  const done = steps.filter((step) => statusOf(step.state) === "passed").length;
  return (
    <Stack gap="xs">
      <Group justify="space-between">
        <Group gap="xs">
          <StateBadge state={shown.state} />
          <CopyId id={shown.id} />
          <Text size="sm" c="dimmed"><Ago at={shown.created_at} /></Text>
        </Group>
        {isOpen(shown) ? (
          <Button size="xs" variant="default" loading={act.isPending} onClick={() => act.mutate("cancel")}>{t("loop.cancel")}</Button>
        ) : (
          statusOf(shown.state) !== "passed" && <Button size="xs" variant="default" loading={act.isPending} onClick={() => act.mutate("resume")}>{t("loop.resume")}</Button>
        )}
      </Group>
      {isOpen(shown) && steps.length > 0 && <Progress value={(done / steps.length) * 100} aria-label={`${done} / ${steps.length}`} />}
      {shown.error && <Text size="sm" c="var(--mantine-color-error)">{shown.error}</Text>}
      {act.error && <ErrorPanel error={act.error} />}
      {steps.length > 0 && (
        <DataTable
          caption={t("loop.stepsOf", { id: shown.id })}
          rows={steps}
          keyOf={(step) => step.name}
          columns={[
            { head: t("loop.step"), cell: (step) => step.name.replaceAll("_", " ") },
            { head: t("loop.state"), cell: (step) => <StateBadge state={step.state} />, width: 140 },
            { head: t("loop.took"), cell: (step) => (step.seconds === null || step.seconds === undefined ? "\u2013" : <span className="lw-number">{seconds(step.seconds)}</span>), align: "end", width: 100 },
          ]}
        />
      )}
    </Stack>
  );
}

/** The cycle under way or last run, step by step, and the ones before it. */
export function Cycles({ projectId }: { projectId: string }) {
  const { t } = useTranslation();
  const cycles = useQuery(list<Cycle>(projectId, "/cycles"));
  const rows = [...(cycles.data ?? [])].sort((a, b) => b.created_at - a.created_at);
  const latest = rows[0];
  return (
    <Section title={t("loop.cycles")}>
      {cycles.error && <ErrorPanel error={cycles.error} onRetry={() => void cycles.refetch()} />}
      {!latest && !cycles.isPending && !cycles.error && <Text size="sm" c="dimmed">{t("loop.noCyclesText")}</Text>}
      {latest && <CycleView key={latest.id} projectId={projectId} cycle={latest} />}
      {rows.length > 1 && (
        <DataTable
          caption={t("loop.cycles")}
          rows={rows.slice(1, 11)}
          keyOf={(row) => row.id}
          columns={[
            { head: t("loop.cycle"), cell: (row) => <CopyId id={row.id} /> },
            { head: t("loop.state"), cell: (row) => <StateBadge state={row.state} />, width: 140 },
            { head: t("loop.started"), cell: (row) => <Ago at={row.created_at} />, width: 140 },
          ]}
        />
      )}
    </Section>
  );
}
