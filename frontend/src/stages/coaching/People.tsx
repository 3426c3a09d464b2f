import { Button, Group, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { read } from "../../api/queries";
import type { PeopleView, PersonView } from "../../api/work";
import { CopyId } from "../../ui/CopyId";
import { DataTable } from "../../ui/DataTable";
import { Dialog } from "../../ui/Dialog";
import { Empty } from "../../ui/Empty";
import { EstimateText } from "../../ui/Estimate";
import { integer, shortId } from "../../ui/format";
import { TextLink } from "../../ui/links";
import { Loaded } from "../../ui/Loaded";
import { Section } from "../../ui/Page";
import { StatusBadge } from "../../ui/Status";
import { Trend } from "./Trend";

function Noticed({ lines }: { lines: string[] }) {
  const { t } = useTranslation();
  if (lines.length === 0) return <Text size="sm" c="dimmed">{t("coaching.nothing")}</Text>;
  return <Stack gap={2}>{lines.map((line) => <Text key={line} size="sm">{line}</Text>)}</Stack>;
}

function Person({ projectId, raterId, onClose }: { projectId: string; raterId: string; onClose: () => void }) {
  const { t } = useTranslation();
  const query = useQuery({ ...read<PersonView>(projectId, `/coaching/${encodeURIComponent(raterId)}`), staleTime: Infinity });
  return (
    <Dialog title={t("coaching.lookAt", { rater: shortId(raterId) })} onClose={onClose} size="xl">
      <Loaded query={query}>
        {(person) => (
          <Stack gap="sm">
            <Text size="xs" c="dimmed">{t("coaching.logged")}</Text>
            {person.noticed.length > 0 && <Noticed lines={person.noticed} />}
            {person.trends.length === 0 && <Text size="sm" c="dimmed">{t("coaching.nothingYet")}</Text>}
            {person.trends.map((trend) => <Trend key={`${trend.question_id}/${trend.aspect}`} trend={trend} />)}
          </Stack>
        )}
      </Loaded>
    </Dialog>
  );
}

function List({ view, onLook }: { view: PeopleView; onLook: (rater: string) => void }) {
  const { t } = useTranslation();
  return (
    <DataTable
      caption={t("coaching.people")}
      rows={view.people}
      keyOf={(row) => row.rater_id}
      columns={[
        { head: t("coaching.rater"), cell: (row) => <CopyId id={row.rater_id} />, width: 120 },
        { head: t("coaching.judged"), cell: (row) => integer(row.judged), align: "end", width: 80 },
        { head: t("coaching.told"), cell: (row) => integer(row.told), align: "end", width: 100 },
        { head: t("coaching.right"), cell: (row) => <EstimateText estimate={row.right} kind="percent" />, width: 180 },
        { head: t("coaching.weak"), cell: (row) => row.weak.length > 0 ? row.weak.join(", ") : <Text size="sm" c="dimmed">{t("coaching.none")}</Text> },
        { head: t("coaching.noticed"), cell: (row) => <Noticed lines={row.noticed} /> },
        { head: t("coaching.look"), cell: (row) => <Button size="compact-xs" variant="default" onClick={() => onLook(row.rater_id)} aria-label={t("coaching.lookAt", { rater: shortId(row.rater_id) })}>{t("coaching.look")}</Button>, width: 80 },
      ]}
    />
  );
}

function Groups({ view }: { view: PeopleView }) {
  const { t } = useTranslation();
  return (
    <DataTable
      caption={t("coaching.groups")}
      rows={view.groups}
      keyOf={(row) => `${row.trend.question_id}/${row.trend.aspect}/${row.name}`}
      columns={[
        { head: t("coaching.aspect"), cell: (row) => row.trend.name },
        { head: t("coaching.group"), cell: (row) => `${row.name || t("coaching.everybody")} (${integer(row.people)})`, width: 160 },
        { head: t("coaching.right"), cell: (row) => <EstimateText estimate={row.trend.right} kind="percent" />, width: 190 },
        { head: t("coaching.sinceStart"), cell: (row) => <EstimateText estimate={row.trend.drift.baseline} kind="percent" />, width: 190 },
        { head: t("coaching.latest"), cell: (row) => <EstimateText estimate={row.trend.drift.latest} kind="percent" />, width: 190 },
      ]}
    />
  );
}

function EvidenceList({ projectId, view }: { projectId: string; view: PeopleView }) {
  const { t } = useTranslation();
  if (view.evidence.length === 0) return <Text size="sm" c="dimmed">{t("coaching.noEvidence")}</Text>;
  return (
    <Stack gap="sm">
      {view.evidence.map((one) => (
        <Stack key={`${one.sign}/${one.raters.join()}/${one.sentence}`} gap={4} className="lw-nested">
          <StatusBadge kind="unknown">{t(`coaching.sign.${one.sign as "volume"}`)}</StatusBadge>
          <Text size="sm">{one.sentence}</Text>
          <Text size="xs" c="dimmed">{t("coaching.otherwise", { text: one.otherwise })}</Text>
          <Group gap="xs">{one.raters.map((rater) => <CopyId key={rater} id={rater} />)}</Group>
          {one.items.length > 0 && (
            <Group gap="xs">
              <Text size="xs">{t("coaching.items")}</Text>
              {one.items.map((item) => <TextLink key={item} size="xs" ff="monospace" to="/p/$project/items/$item" params={{ project: projectId, item }}>{shortId(item)}</TextLink>)}
            </Group>
          )}
        </Stack>
      ))}
    </Stack>
  );
}

/** How people judge over time, against themselves; and what somebody should look at. */
export default function People() {
  const { t } = useTranslation();
  const { project } = useParams({ from: "/p/$project" });
  const query = useQuery(read<PeopleView>(project, "/coaching"));
  const [looking, setLooking] = useState<string | null>(null);
  return (
    <Loaded query={query} rows={6}>
      {(view) => view.people.length === 0 ? <Empty title={t("coaching.empty")} text={t("coaching.emptyText")} /> : (
        <>
          <Section title={t("coaching.evidence")} aside={<Text size="xs" c="dimmed">{t("coaching.evidenceNote")}</Text>}><EvidenceList projectId={project} view={view} /></Section>
          <Section title={t("coaching.people")}>
            <Text size="sm" c="dimmed" maw={820}>{t("coaching.peopleNote")}</Text>
            <List view={view} onLook={setLooking} />
          </Section>
          <Section title={t("coaching.groups")} aside={<Text size="xs" c="dimmed">{t("coaching.groupsNote")}</Text>}><Groups view={view} /></Section>
          {looking && <Person projectId={project} raterId={looking} onClose={() => setLooking(null)} />}
        </>
      )}
    </Loaded>
  );
}
