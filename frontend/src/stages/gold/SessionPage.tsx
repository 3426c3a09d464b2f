import { Button, Group, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { projectQuery, read } from "../../api/queries";
import { may } from "../../api/roles";
import type { SessionView } from "../../api/work";
import { DataTable } from "../../ui/DataTable";
import { EstimateText } from "../../ui/Estimate";
import { integer } from "../../ui/format";
import { Loaded } from "../../ui/Loaded";
import { Markdown } from "../../ui/Markdown";
import { Page, Section } from "../../ui/Page";
import { StatusBadge } from "../../ui/Status";
import { SessionAnswer, SessionTexts } from "./SessionAnswer";
import { SessionLead } from "./SessionLead";
import { SessionState } from "./Sessions";

type Item = SessionView["items"][number];

const MINE = {
  blind: ["todo", "done", "done"],
  revealed: ["missed", "again", "twice"],
  closed: ["missed", "done", "twice"],
} as const;

const open = (state: string, item: Item) => (state === "blind" && item.mine === 0) || (state === "revealed" && item.mine === 1);

function Mine({ state, item }: { state: string; item: Item }) {
  const { t } = useTranslation();
  const word = MINE[state as keyof typeof MINE][item.mine as 0] ?? "done";
  return <StatusBadge kind={open(state, item) ? "held" : "idle"}>{t(`sessions.${word}`)}</StatusBadge>;
}

function Said({ item, closed }: { item: Item; closed: boolean }) {
  const { t } = useTranslation();
  return (
    <DataTable
      caption={`${t("sessions.said")}: ${item.prompt}`}
      rows={item.said}
      keyOf={(row) => row.who}
      columns={[
        { head: t("sessions.who"), cell: (row) => row.who, width: 130 },
        { head: t("sessions.first"), cell: (row) => row.first, width: 190 },
        { head: t("sessions.second"), cell: (row) => row.second ?? <Text size="sm" c="dimmed" fs="italic">{t(closed ? "sessions.noSecond" : "sessions.hidden")}</Text>, width: 190 },
        { head: t("sessions.reason"), cell: (row) => row.reason ? <Markdown text={row.reason} /> : "" },
      ]}
    />
  );
}

function Agreement({ view }: { view: SessionView }) {
  const { t } = useTranslation();
  const rows = view.before.flatMap((row) => {
    const of = (list: SessionView["before"]) => list.find((one) => one.question_id === row.question_id && one.aspect === row.aspect);
    return row.coefficients.map((one) => {
      const named = (list: SessionView["before"]) => of(list)?.coefficients.find((other) => other.name === one.name)?.estimate;
      return { key: `${row.question_id}/${row.aspect}/${one.name}`, name: `${row.aspect_name}: ${one.name.replaceAll("_", " ")}`, all: one.estimate, before: named(view.before_same), after: named(view.after) };
    });
  });
  if (rows.length === 0) return null;
  const closed = view.session.state === "closed";
  return (
    <Section title={t("sessions.agreement")} aside={<Text size="xs" c="dimmed">{t("sessions.agreementNote")}</Text>}>
      <DataTable
        caption={t("sessions.agreement")}
        rows={rows}
        keyOf={(row) => row.key}
        columns={[
          { head: t("sessions.coefficient"), cell: (row) => row.name },
          { head: t("sessions.beforeAll"), cell: (row) => <EstimateText estimate={row.all} />, width: 230 },
          ...(closed ? [
            { head: t("sessions.before"), cell: (row: (typeof rows)[number]) => <EstimateText estimate={row.before} />, width: 230 },
            { head: t("sessions.after"), cell: (row: (typeof rows)[number]) => <EstimateText estimate={row.after} />, width: 230 },
          ] : []),
        ]}
      />
    </Section>
  );
}

function Items({ projectId, view }: { projectId: string; view: SessionView }) {
  const { t } = useTranslation();
  const { state } = view.session;
  const [judging, setJudging] = useState<string | null>(null);
  const [looking, setLooking] = useState<string | null>(null);
  const left = view.items.filter((one) => open(state, one));
  return (
    <Section title={t("sessions.count")}>
      <Stack gap="md">
        {view.items.map((item) => (
          <Stack key={item.item_id} gap="xs" className="lw-nested">
            <Group justify="space-between" gap="xs">
              <Title order={3} dir="auto" maw={720} lineClamp={2}>{item.prompt}</Title>
              <Group gap="xs">
                <Mine state={state} item={item} />
                {open(state, item) && judging !== item.item_id && <Button size="compact-sm" onClick={() => setJudging(item.item_id)} aria-label={`${t("sessions.judge")}: ${item.prompt}`}>{t("sessions.judge")}</Button>}
              </Group>
            </Group>
            {item.said.length > 0 && (
              <>
                <Group><Button size="compact-sm" variant="default" aria-expanded={looking === item.item_id} onClick={() => setLooking(looking === item.item_id ? null : item.item_id)} aria-label={`${t("sessions.texts")}: ${item.prompt}`}>{t("sessions.texts")}</Button></Group>
                {looking === item.item_id && <SessionTexts projectId={projectId} sessionId={view.session.id} itemId={item.item_id} />}
                <Said item={item} closed={state === "closed"} />
              </>
            )}
            {judging === item.item_id && open(state, item) && (
              <SessionAnswer key={`${item.item_id}/${state}`} projectId={projectId} sessionId={view.session.id} itemId={item.item_id} onDone={() => setJudging(left.find((one) => one.item_id !== item.item_id)?.item_id ?? null)} />
            )}
          </Stack>
        ))}
      </Stack>
    </Section>
  );
}

/** One calibration session as it is for who looks: blind, revealed, or with its lesson. */
export function SessionPage() {
  const { t } = useTranslation();
  const { project, session: id } = useParams({ from: "/p/$project/sessions/$session" });
  const query = useQuery(read<SessionView>(project, `/sessions/${encodeURIComponent(id)}`));
  const role = useQuery(projectQuery(project)).data?.role;
  return (
    <Page title={query.data?.session.name ?? t("sessions.title")}>
      <Loaded query={query} rows={6}>
        {(view) => (
          <>
            <Group gap="sm">
              <SessionState state={view.session.state} />
              <Text size="sm" c="dimmed">{t("sessions.progress", { people: integer(view.people), answered: integer(view.answered), again: integer(view.again) })}</Text>
            </Group>
            <Text size="sm" maw={820}>{t(`sessions.${view.session.state as "blind"}`)}</Text>
            {view.session.lesson && <Section title={t("sessions.lesson")}><Markdown text={view.session.lesson} /></Section>}
            {may(role, "people") && <SessionLead projectId={project} view={view} />}
            {view.session.state === "closed" && <Agreement view={view} />}
            <Items projectId={project} view={view} />
            {view.session.state !== "closed" && <Agreement view={view} />}
          </>
        )}
      </Loaded>
    </Page>
  );
}
