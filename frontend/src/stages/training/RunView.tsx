import { Group, Progress, SimpleGrid, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { lazy } from "react";
import { useTranslation } from "react-i18next";
import { read } from "../../api/queries";
import type { Run, RunDetail } from "../../api/work";
import { ChartOrTable } from "../../ui/ChartOrTable";
import { CopyId } from "../../ui/CopyId";
import { DataTable } from "../../ui/DataTable";
import { brief } from "../../ui/format";
import { KeyValues } from "../../ui/KeyValues";
import { Loaded } from "../../ui/Loaded";
import { ButtonLink } from "../../ui/links";
import { More } from "../../ui/More";
import { Section } from "../../ui/Page";
import { StateBadge, statusOf } from "../../ui/Status";
import { Ago } from "../../ui/Time";

/** A terminal's log as text: no colours, and of a progress bar only its last state. */
const plain = (log: string) => log.replace(/\u001b\[[0-9;]*[A-Za-z]/g, "").split("\n").map((line) => line.split("\r").filter(Boolean).at(-1) ?? "").join("\n");

const Curves = lazy(() => import("../../ui/Curves"));

type Curve = [string, { step: number; value: number }[]];

function curvesOf(run: RunDetail): Curve[] {
  const byName = new Map<string, { step: number; value: number }[]>();
  for (const { name, step, value } of run.curves) byName.set(name, [...(byName.get(name) ?? []), { step, value }]);
  return [...byName];
}

function CurveCard({ name, points }: { name: string; points: { step: number; value: number }[] }) {
  const { t } = useTranslation();
  const first = points[0];
  const last = points.at(-1);
  return (
      <ChartOrTable
        title={<Text size="sm" fw={600}>{name.replaceAll("_", " ")}</Text>}
        caption={name}
        summary={first && last ? `${brief(first.value)} \u2192 ${brief(last.value)}` : ""}
        chart={<Curves points={points} name={name} format={brief} />}
        table={
          <div style={{ maxHeight: 180, overflowY: "auto" }}>
            <DataTable caption={name} rows={points} keyOf={(point) => String(point.step)} columns={[{ head: t("training.step"), cell: (point) => point.step }, { head: name, cell: (point) => <span className="lw-number">{brief(point.value)}</span>, align: "end" }]} />
          </div>
        }
      />
  );
}

/** What one looks at first, in this order; the rest folds out. */
const FIRST = ["loss", "accuracy", "margin", "reward", "reward_model", "kl", "words", "canned_share", "same_share", "distinct", "penalty", "entropy"];
const FEWEST_POINTS = 2;

function CurveGroups({ curves }: { curves: Curve[] }) {
  const { t } = useTranslation();
  const drawn = curves.filter(([, points]) => points.length >= FEWEST_POINTS);
  const first = FIRST.flatMap((name) => drawn.filter((curve) => curve[0] === name));
  const rest = drawn.filter((curve) => !first.includes(curve));
  const grid = (group: Curve[]) => <SimpleGrid cols={{ base: 1, md: 2 }}>{group.map(([name, points]) => <CurveCard key={name} name={name} points={points} />)}</SimpleGrid>;
  return (
    <>
      {grid(first.length > 0 ? first : rest)}
      {first.length > 0 && rest.length > 0 && <More title={t("training.more", { count: rest.length })}>{() => grid(rest)}</More>}
    </>
  );
}

function RunProgress({ run }: { run: Run }) {
  const { t } = useTranslation();
  if (run.state !== "running" || run.step === null || !run.total) return null;
  const said = t("training.progress", { step: run.step, total: run.total });
  return (
    <div>
      <Text size="sm" c="dimmed">{said}</Text>
      <Progress value={(run.step / run.total) * 100} aria-label={said} />
    </div>
  );
}

/** One run: curves while it goes, the last lines of its log, what came out. */
export function RunView({ projectId, id }: { projectId: string; id: string }) {
  const { t } = useTranslation();
  const query = useQuery({ ...read<RunDetail>(projectId, `/runs/${id}`), refetchInterval: (it) => (statusOf(it.state.data?.state ?? "") === "held" ? 2000 : false) });
  return (
    <Loaded query={query}>
      {(run) => {
        const curves = curvesOf(run);
        return (
          <>
            <Group gap="sm">
              <Text fw={600}>{run.kind}</Text>
              <StateBadge state={run.state} />
              <CopyId id={run.id} />
              <Text size="sm" c="dimmed"><Ago at={run.started_at} /></Text>
              <ButtonLink to="/p/$project/training" params={{ project: projectId }} search={{}} variant="default" size="xs" ml="auto">{t("training.close")}</ButtonLink>
            </Group>
            <RunProgress run={run} />
            {run.error && <Text size="sm" c="var(--mantine-color-error)">{run.error}</Text>}
            <Section title={t("training.curves")}>
              {curves.length === 0 ? <Text size="sm" c="dimmed">{t("training.noCurves")}</Text> : (
                <CurveGroups curves={curves} />
              )}
            </Section>
            {Object.keys(run.metrics).length > 0 && <Section title={t("training.outputs")}><KeyValues values={run.metrics} /></Section>}
            <Section title={t("training.log")}>
              {run.log ? <pre className="lw-log" tabIndex={0} aria-label={t("training.log")}>{plain(run.log)}</pre> : <Text size="sm" c="dimmed">{t("training.noLog")}</Text>}
            </Section>
          </>
        );
      }}
    </Loaded>
  );
}
