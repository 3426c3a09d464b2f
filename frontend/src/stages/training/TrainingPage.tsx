import { Group, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useParams, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { list } from "../../api/queries";
import type { Policy, Run } from "../../api/work";
import { CopyId } from "../../ui/CopyId";
import { DataTable } from "../../ui/DataTable";
import { Empty } from "../../ui/Empty";
import { seconds } from "../../ui/format";
import { Loaded } from "../../ui/Loaded";
import { ButtonLink, TextLink } from "../../ui/links";
import { Page, Section } from "../../ui/Page";
import { usePolicyColour } from "../../ui/palette";
import { StateBadge } from "../../ui/Status";
import { Ago } from "../../ui/Time";
import { RewardModels } from "./RewardModels";
import { RunView } from "./RunView";

function Runs({ projectId }: { projectId: string }) {
  const { t } = useTranslation();
  const query = useQuery(list<Run>(projectId, "/runs"));
  const took = (run: Run) => (run.started_at && run.ended_at ? seconds(run.ended_at - run.started_at) : "\u2013");
  return (
    <Loaded query={query}>
      {(rows) => rows.length === 0 ? (
        <Empty title={t("training.noRuns")} text={t("training.noRunsText")} action={<ButtonLink to="/p/$project/loop" params={{ project: projectId }} mt="xs">{t("nav.loop")}</ButtonLink>} />
      ) : (
        <Section title={t("training.runs")}>
          <DataTable
            caption={t("training.runs")}
            rows={[...rows].sort((a, b) => (b.started_at ?? 0) - (a.started_at ?? 0))}
            keyOf={(row) => row.id}
            columns={[
              { head: t("training.kind"), cell: (row) => <TextLink to="/p/$project/training" params={{ project: projectId }} search={{ run: row.id }} size="sm">{row.kind}</TextLink> },
              { head: t("training.run"), cell: (row) => <CopyId id={row.id} /> },
              { head: t("training.state"), cell: (row) => <StateBadge state={row.state} /> },
              { head: t("training.started"), cell: (row) => <Ago at={row.started_at} /> },
              { head: t("training.took"), cell: (row) => <span className="lw-number">{took(row)}</span>, align: "end" },
            ]}
          />
        </Section>
      )}
    </Loaded>
  );
}

function Policies({ projectId }: { projectId: string }) {
  const { t } = useTranslation();
  const query = useQuery(list<Policy>(projectId, "/policies"));
  const colourOf = usePolicyColour(projectId);
  return (
    <Loaded query={query}>
      {(rows) => {
        if (rows.length === 0) return <Text size="sm" c="dimmed">{t("training.noPolicies")}</Text>;
        const names = new Map(rows.map((row) => [row.id, row.name]));
        return (
          <DataTable
            caption={t("training.policies")}
            rows={rows}
            keyOf={(row) => row.id}
            columns={[
              { head: t("training.name"), cell: (row) => <Group gap={6} wrap="nowrap"><span aria-hidden style={{ width: 8, height: 8, borderRadius: 4, background: colourOf(row.name) }} />{row.name}</Group> },
              { head: t("training.kind"), cell: (row) => row.kind.replaceAll("_", " ") },
              { head: t("training.parent"), cell: (row) => (row.parent_id ? (names.get(row.parent_id) ?? <CopyId id={row.parent_id} />) : "\u2013") },
              { head: t("training.made"), cell: (row) => <Ago at={row.created_at} /> },
              { head: t("data.lineage"), cell: (row) => <TextLink size="xs" to="/p/$project/data" params={{ project: projectId }} search={{ ref: row.id }} hash="lineage">{t("data.walk")}</TextLink> },
            ]}
          />
        );
      }}
    </Loaded>
  );
}

export function TrainingPage() {
  const { t } = useTranslation();
  const { project } = useParams({ from: "/p/$project" });
  const { run } = useSearch({ from: "/p/$project/training" });
  return (
    <Page title={t("nav.training")}>
      {run ? <RunView projectId={project} id={run} /> : (
        <>
          <Runs projectId={project} />
          <Section title={t("training.rewardModels")}><RewardModels projectId={project} /></Section>
          <Section title={t("training.policies")}><Policies projectId={project} /></Section>
        </>
      )}
    </Page>
  );
}
