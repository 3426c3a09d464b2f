import { Button, Group, Stack, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { call, project } from "../../api/http";
import { list, projectQuery, read } from "../../api/queries";
import { may } from "../../api/roles";
import type { Cycle, CycleDetail, CycleStep } from "../../api/work";
import { CopyId } from "../../ui/CopyId";
import { DataTable } from "../../ui/DataTable";
import { ErrorPanel } from "../../ui/ErrorPanel";
import { integer, seconds } from "../../ui/format";
import { TextLink } from "../../ui/links";
import { Section } from "../../ui/Page";
import { StateBadge } from "../../ui/Status";
import { Ago } from "../../ui/Time";

const RESUMABLE = new Set(["held", "failed", "cancelled"]);
const BEAT_MS = 2000;
const isOpen = (cycle: Cycle) => cycle.state === "running";

function Steps({ id, steps }: { id: string; steps: CycleStep[] }) {
  const { t } = useTranslation();
  const took = (step: CycleStep) => seconds(step.seconds ?? Date.now() / 1000 - step.started_at);
  return (
    <DataTable
      caption={t("loop.stepsOf", { id })}
      rows={steps}
      keyOf={(step) => step.name}
      columns={[
        { head: t("loop.step"), cell: (step) => <>{step.name.replaceAll("_", " ")}{step.error && <Text size="sm" c="var(--mantine-color-error)">{step.error}</Text>}</> },
        { head: t("loop.state"), cell: (step) => <StateBadge state={step.state} />, width: 140 },
        { head: t("loop.took"), cell: (step) => <span className="lw-number">{took(step)}</span>, align: "end", width: 100 },
      ]}
    />
  );
}

/** What people have to judge before the cycle goes on, and where. */
function ToJudge({ projectId, waiting }: { projectId: string; waiting: NonNullable<CycleDetail["waiting"]> }) {
  const { t } = useTranslation();
  const role = useQuery(projectQuery(projectId)).data?.role;
  const numbers = { judgments: integer(waiting.judgments), wanted: integer(waiting.wanted), items: integer(waiting.items) };
  return (
    <Group gap="sm" role="status">
      <Text size="sm">{t("loop.waitsFor", numbers)}</Text>
      {may(role, "judge") && <TextLink size="sm" to="/p/$project/label" params={{ project: projectId }}>{t("loop.judge")}</TextLink>}
      {may(role, "people") && <TextLink size="sm" to="/p/$project/settings" params={{ project: projectId }}>{t("loop.invite")}</TextLink>}
    </Group>
  );
}

function CycleView({ projectId, cycle }: { projectId: string; cycle: Cycle }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const whole = useQuery({ ...read<CycleDetail>(projectId, `/cycles/${cycle.id}`), refetchInterval: isOpen(cycle) ? BEAT_MS : false });
  const act = useMutation({
    mutationFn: (what: "cancel" | "resume") => call("POST", project(projectId, `/cycles/${cycle.id}/${what}`)),
    onSettled: () => queries.invalidateQueries({ queryKey: ["project", projectId] }),
  });
  const mayAct = may(useQuery(projectQuery(projectId)).data?.role, "cycle");
  const shown = whole.data ?? cycle;
  const lasted = (shown.ended_at ?? Date.now() / 1000) - shown.created_at;
  return (
    <Stack gap="xs">
      <Group justify="space-between">
        <Group gap="xs">
          <Text size="sm" fw={600}>{t("loop.round", { n: shown.number })}</Text>
          <StateBadge state={shown.state} />
          {isOpen(shown) && shown.step && <Text size="sm">{shown.step.replaceAll("_", " ")}</Text>}
          <Text size="sm" c="dimmed" className="lw-number">{t(isOpen(shown) ? "loop.lasts" : "loop.lasted", { time: seconds(lasted) })}</Text>
          <CopyId id={shown.id} />
        </Group>
        {mayAct && isOpen(shown) && <Button size="xs" variant="default" loading={act.isPending} onClick={() => act.mutate("cancel")}>{t("loop.cancel")}</Button>}
        {mayAct && RESUMABLE.has(shown.state) && <Button size="xs" variant="default" loading={act.isPending} onClick={() => act.mutate("resume")}>{t("loop.resume")}</Button>}
      </Group>
      {shown.error && <Text size="sm" c="var(--mantine-color-error)">{shown.error}</Text>}
      {act.error && <ErrorPanel error={act.error} />}
      {whole.data?.waiting && <ToJudge projectId={projectId} waiting={whole.data.waiting} />}
      {whole.data && whole.data.steps.length > 0 && <Steps id={shown.id} steps={whole.data.steps} />}
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
            { head: t("loop.roundHead"), cell: (row) => row.number, width: 80 },
            { head: t("loop.cycle"), cell: (row) => <CopyId id={row.id} /> },
            { head: t("loop.state"), cell: (row) => <StateBadge state={row.state} />, width: 140 },
            { head: t("loop.started"), cell: (row) => <Ago at={row.created_at} />, width: 140 },
          ]}
        />
      )}
    </Section>
  );
}
