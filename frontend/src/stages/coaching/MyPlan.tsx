import { Button, Group, Stack, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { call, project } from "../../api/http";
import { read } from "../../api/queries";
import type { MyPlanView, PlanView } from "../../api/work";
import { DataTable } from "../../ui/DataTable";
import { ErrorPanel } from "../../ui/ErrorPanel";
import { EstimateText } from "../../ui/Estimate";
import { exactTime } from "../../ui/format";
import { TextLink } from "../../ui/links";
import { Loaded } from "../../ui/Loaded";
import { Section } from "../../ui/Page";
import { StatusBadge } from "../../ui/Status";
import { Practice } from "./Practice";

function Reading({ projectId, plan }: { projectId: string; plan: PlanView }) {
  const { t } = useTranslation();
  if (plan.studies.length === 0) return null;
  return (
    <Stack gap={4}>
      <Text size="sm" fw={600}>{t("coaching.reading")}</Text>
      {plan.studies.map((study) => (
        <Group key={study.id} gap="xs">
          <Text size="sm">{study.title}</Text>
          <StatusBadge kind={study.read ? "passed" : "idle"}>{t(study.read ? "coaching.read" : "coaching.unread")}</StatusBadge>
        </Group>
      ))}
      <Group><TextLink size="sm" to="/p/$project/guidelines" params={{ project: projectId }}>{t("coaching.readingNote")}</TextLink></Group>
    </Stack>
  );
}

function Checks({ plan }: { plan: PlanView }) {
  const { t } = useTranslation();
  if (plan.checks.length === 0) return null;
  return (
    <DataTable
      caption={t("coaching.checkAt")}
      rows={plan.checks}
      keyOf={(row) => row.name}
      columns={[
        { head: t("coaching.aspect"), cell: (row) => row.name },
        { head: t("coaching.before"), cell: (row) => <EstimateText estimate={row.before} kind="percent" />, width: 220 },
        { head: t("coaching.after"), cell: (row) => <EstimateText estimate={row.after} kind="percent" />, width: 220 },
      ]}
    />
  );
}

/** What to do next to get better; nothing at all before the first judgment. */
export function MyPlan({ projectId, judged }: { projectId: string; judged: boolean }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const query = useQuery(read<MyPlanView>(projectId, "/my/plan"));
  const [practising, setPractising] = useState(false);
  const making = useMutation({
    mutationFn: () => call<MyPlanView>("POST", project(projectId, "/my/plan")),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["project", projectId] }),
  });
  if (!judged) return null;
  const make = (label: string) => <Group><Button variant="default" loading={making.isPending} onClick={() => making.mutate()}>{label}</Button></Group>;
  return (
    <Section title={t("coaching.plan")}>
      <Loaded query={query} rows={2}>
        {({ plan, next }) => (
          <Stack gap="sm">
            {making.error && <ErrorPanel error={making.error} />}
            {!plan && <><Text size="sm" maw={760}>{t("coaching.planNone")}</Text>{make(t("coaching.makePlan"))}</>}
            {plan && (
              <>
                <Text size="sm">{t("coaching.planAbout", { aspects: plan.aspects.join(", ") })}</Text>
                <Group gap="md">
                  <Text size="sm">{t("coaching.practised", { done: plan.practised, items: plan.items, right: plan.right })}</Text>
                  <Text size="sm" c="dimmed">{t("coaching.checkAt")}: {exactTime(plan.check_at)}</Text>
                </Group>
                <Reading projectId={projectId} plan={plan} />
                {next && !practising && <Group><Button onClick={() => setPractising(true)}>{t("coaching.practice")}</Button></Group>}
                {practising && <Practice projectId={projectId} next={next} onClose={() => setPractising(false)} />}
                {plan.due && <Text size="sm">{t("coaching.checkDue")}</Text>}
                {plan.due && <><Checks plan={plan} />{make(t("coaching.again"))}</>}
              </>
            )}
          </Stack>
        )}
      </Loaded>
    </Section>
  );
}
