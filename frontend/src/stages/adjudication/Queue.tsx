import { Badge, Button, Group, SegmentedControl, Stack, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { type Case, type Cases, type Claimed } from "../../api/cases";
import { call, project } from "../../api/http";
import { read } from "../../api/queries";
import { useKeySheet } from "../../app/keys";
import { DataTable } from "../../ui/DataTable";
import { Empty } from "../../ui/Empty";
import { ErrorPanel } from "../../ui/ErrorPanel";
import { Key } from "../../ui/Key";
import { Loaded } from "../../ui/Loaded";
import { ButtonLink } from "../../ui/links";
import { Section } from "../../ui/Page";
import { Shown } from "../../ui/PlainText";
import { StatusBadge } from "../../ui/Status";
import { Ago } from "../../ui/Time";
import { useKey } from "../../ui/useKey";
import { Due } from "./Due";
import { Figures } from "./Figures";
import { Reasons } from "./Reasons";

const TONE = { waiting: "idle", claimed: "held", asked: "held", answered: "idle", escalated: "idle", decided: "passed", withdrawn: "unknown" } as const;

export function CaseBadges({ one }: { one: Case }) {
  const { t } = useTranslation();
  return (
    <Group gap={6}>
      <StatusBadge kind={TONE[one.state]}>{t(`adjudication.states.${one.state}`)}</StatusBadge>
      <Badge variant="outline" color="gray">{t(`adjudication.levels.${one.level}`)}</Badge>
      {one.severity !== "normal" && <Badge variant="outline" color={one.severity === "high" ? "red" : "gray"}>{t(`adjudication.severities.${one.severity}`)}</Badge>}
    </Group>
  );
}

/** j and k move along the rows, whose links Enter opens. */
function useRows() {
  const root = useRef<HTMLDivElement>(null);
  const go = (step: number) => {
    const rows = [...(root.current?.querySelectorAll<HTMLElement>("[data-row]") ?? [])];
    const at = rows.findIndex((row) => row === document.activeElement);
    rows[at < 0 ? 0 : Math.min(Math.max(at + step, 0), rows.length - 1)]?.focus();
  };
  useKey("j", () => go(1));
  useKey("k", () => go(-1));
  return root;
}

/** Takes a case and opens it. */
function useTake(projectId: string) {
  const navigate = useNavigate();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (caseId: string | null) => call<Claimed>("POST", project(projectId, "/cases/claim"), { json: { case_id: caseId } }),
    onSuccess: ({ case: taken }) => {
      void queries.invalidateQueries({ queryKey: ["project", projectId] });
      if (taken) void navigate({ to: "/p/$project/quality/$tab", params: { project: projectId, tab: "desk" }, search: { id: taken.case.id } });
    },
  });
}

function Act({ projectId, one, onTake, busy }: { projectId: string; one: Case; onTake: () => void; busy: boolean }) {
  const { t } = useTranslation();
  const item = one.prompt_start;
  if (one.can_take && !one.mine) return <Button data-row size="compact-sm" variant="default" loading={busy} onClick={onTake} aria-label={t("adjudication.takeOf", { item })}>{t("adjudication.take")}</Button>;
  const words = one.mine ? (["goOn", "goOnOf"] as const) : (["look", "lookAt"] as const);
  return (
    <ButtonLink data-row size="compact-sm" variant={one.mine ? "filled" : "default"} to="/p/$project/quality/$tab" params={{ project: projectId, tab: "desk" }} search={{ id: one.id }} aria-label={t(`adjudication.${words[1]}`, { item })}>
      {t(`adjudication.${words[0]}`)}
    </ButtonLink>
  );
}

/** The cases that wait, the most urgent first, with how the desk does. */
export function Queue({ projectId }: { projectId: string }) {
  const { t } = useTranslation();
  const [which, setWhich] = useState("open");
  const query = useQuery(read<Cases>(projectId, `/cases?state=${which}`));
  const take = useTake(projectId);
  const rows = useRows();
  const me = query.data?.me;
  const decides = me !== undefined && me.level !== null;
  const next = () => take.mutate(null);
  useKey("n", next, { enabled: decides });
  useKeySheet(useMemo(() => [...(decides ? [{ keys: ["N"], what: t("adjudication.keys.next") }] : []), { keys: ["J", "K"], what: t("adjudication.keys.row") }], [decides, t]));
  const nothing = take.data && take.data.case === null;
  return (
    <Stack gap="md" ref={rows}>
      <Group justify="space-between" gap="sm">
        <Text size="sm" c="dimmed" maw={640}>{me && !decides ? t("adjudication.notYours") : t("adjudication.intro")}</Text>
        {decides && (
          <Group gap="sm">
            <Text size="sm" c="dimmed" className="lw-number">{t("adjudication.holding", { held: me.held.length, most: me.most })}</Text>
            <Button onClick={next} loading={take.isPending} rightSection={<Key>N</Key>}>{t("adjudication.next")}</Button>
          </Group>
        )}
      </Group>
      {take.error && <ErrorPanel error={take.error} />}
      {nothing && <Text size="sm" role="status">{t("adjudication.noneFits")}</Text>}
      <Figures projectId={projectId} />
      <Section title={t(which === "open" ? "adjudication.open" : "adjudication.closed")} aside={<SegmentedControl size="xs" aria-label={t("adjudication.show")} value={which} onChange={setWhich} data={[{ value: "open", label: t("adjudication.open") }, { value: "closed", label: t("adjudication.closed") }]} />}>
        <Loaded query={query} rows={4}>
          {({ cases }) => cases.length === 0 ? (
            which === "open" ? <Empty title={t("adjudication.none")} text={t("adjudication.noneText")} /> : <Text size="sm" c="dimmed">{t("adjudication.noneClosed")}</Text>
          ) : (
            <DataTable
              caption={t(which === "open" ? "adjudication.open" : "adjudication.closed")}
              rows={cases}
              keyOf={(one) => one.id}
              columns={[
                { head: t("adjudication.case"), cell: (one) => <Text size="sm" dir="auto" lineClamp={2}><Shown text={one.prompt_start} /></Text> },
                { head: t("adjudication.state"), cell: (one) => <CaseBadges one={one} />, width: 220 },
                which === "open" ? { head: t("adjudication.due"), cell: (one) => <Due at={one.deadline} />, width: 120 } : { head: t("adjudication.closedAt"), cell: (one) => <Ago at={one.closed_at} />, width: 120 },
                { head: t("adjudication.why"), cell: (one) => <Reasons reasons={one.reasons} />, width: 240 },
                { head: t("adjudication.action"), cell: (one) => <Act projectId={projectId} one={one} busy={take.isPending && take.variables === one.id} onTake={() => take.mutate(one.id)} />, width: 90 },
              ]}
            />
          )}
        </Loaded>
      </Section>
    </Stack>
  );
}
