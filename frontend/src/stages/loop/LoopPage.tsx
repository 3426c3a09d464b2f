import { Alert, Button, SimpleGrid, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { call, project as at } from "../../api/http";
import { list, projectQuery, read } from "../../api/queries";
import { may } from "../../api/roles";
import type { Cycle, LoopView } from "../../api/work";
import { ErrorPanel } from "../../ui/ErrorPanel";
import { EstimateText, Unknown } from "../../ui/Estimate";
import { Figure } from "../../ui/Figure";
import { integer, seconds } from "../../ui/format";
import { TextLink } from "../../ui/links";
import { Loaded } from "../../ui/Loaded";
import { Page, Section } from "../../ui/Page";
import { Cycles } from "./Cycles";
import { Decisions } from "./Decisions";
import { FirstSteps } from "./FirstSteps";
import { StageStrip } from "./StageStrip";
import { WinRates } from "./WinRates";

function Alerts({ projectId, alerts }: { projectId: string; alerts: NonNullable<LoopView["alerts"]> }) {
  const { t } = useTranslation();
  const keepsQueue = may(useQuery(projectQuery(projectId)).data?.role, "change");
  return alerts.map((alert) => (
    <Alert key={alert.stage} color="red" p="xs" role="status">
      <Text size="sm"><Text span inherit fw={600} tt="capitalize">{alert.stage}</Text>{`: ${alert.sentence}`}</Text>
      <Text size="sm" c="dimmed">{alert.remedy}</Text>
      {alert.stage === "sampling" && keepsQueue && <TextLink size="sm" to="/p/$project/settings" params={{ project: projectId }} hash="queue">{t("loop.toQueue")}</TextLink>}
    </Alert>
  ));
}

function Headline({ view }: { view: LoopView }) {
  const { t } = useTranslation();
  const { latency } = view;
  const latest = view.win_rates.at(-1);
  return (
    <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
      <Figure label={t("loop.latest")} note={latest ? [latest.policy, latest.against ? t("loop.against", { policy: latest.against }) : null].filter(Boolean).join(" ") : undefined}>
        {latest ? <EstimateText estimate={latest} kind="percent" against={t("loop.even")} /> : <Unknown reason={t("loop.noneYet")} />}
      </Figure>
      <Figure label={t("loop.latency")} note={latency.max !== null ? t("loop.latencyMax", { time: seconds(latency.max), n: integer(latency.n) }) : undefined}>
        {latency.median === null ? <Unknown reason={t("loop.latencyUnknown")} /> : seconds(latency.median)}
      </Figure>
    </SimpleGrid>
  );
}

export function LoopPage() {
  const { t } = useTranslation();
  const { project: projectId } = useParams({ from: "/p/$project" });
  const queries = useQueryClient();
  const loop = useQuery(read<LoopView>(projectId, "/loop"));
  const cycles = useQuery(list<Cycle>(projectId, "/cycles"));
  const project = useQuery(projectQuery(projectId));
  const start = useMutation({
    mutationFn: () => call("POST", at(projectId, "/cycles"), { json: {} }),
    onSettled: () => queries.invalidateQueries({ queryKey: ["project", projectId] }),
  });
  return (
    <Page title={t("nav.loop")} actions={may(project.data?.role, "cycle") ? <Button onClick={() => start.mutate()} loading={start.isPending}>{t("loop.start")}</Button> : undefined}>
      {start.error && <ErrorPanel error={start.error} />}
      <Loaded query={loop} rows={6}>
        {(view) => (
          <>
            {cycles.data && <FirstSteps projectId={projectId} beginnings={view.beginnings} cycles={cycles.data.length} />}
            <StageStrip stages={view.stages} />
            <Alerts projectId={projectId} alerts={view.alerts ?? []} />
            <Headline view={view} />
            <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="md">
              <Section title={t("loop.winRate")}><WinRates rounds={view.win_rates} /></Section>
              <Section title={t("loop.decisions")}><Decisions decisions={view.decisions} /></Section>
            </SimpleGrid>
          </>
        )}
      </Loaded>
      <Cycles projectId={projectId} />
    </Page>
  );
}
