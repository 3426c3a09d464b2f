import { Button, SimpleGrid, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { projectQuery, read } from "../../api/queries";
import { may } from "../../api/roles";
import type { GoldCandidates, GoldItem, GoldPage, GoldPeople } from "../../api/work";
import { CopyId } from "../../ui/CopyId";
import { DataTable } from "../../ui/DataTable";
import { Empty } from "../../ui/Empty";
import { EstimateText } from "../../ui/Estimate";
import { integer, percent } from "../../ui/format";
import { Loaded } from "../../ui/Loaded";
import { Section } from "../../ui/Page";
import { StatusBadge } from "../../ui/Status";
import { Ago } from "../../ui/Time";
import { MakeGold, RetireGold } from "./GoldForms";

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;

function State({ row }: { row: GoldItem }) {
  const { t } = useTranslation();
  const said = row.retired_why ?? row.doubt ?? (row.worn && t("gold.worn", { why: row.worn }));
  return (
    <Stack gap={2} align="flex-start">
      <StatusBadge kind={row.state === "retired" ? "idle" : row.doubt ? "held" : "passed"}>{t(`gold.states.${row.state === "retired" ? "retired" : "active"}`)}</StatusBadge>
      {said && <Text size="xs" c="dimmed">{said}</Text>}
    </Stack>
  );
}

function Items({ rows, onRetire }: { rows: GoldItem[]; onRetire: (row: GoldItem) => void }) {
  const { t } = useTranslation();
  return (
    <DataTable
      caption={t("gold.items")}
      rows={rows}
      keyOf={(row) => row.id}
      columns={[
        { head: t("gold.prompt"), cell: (row) => <Text size="sm" lineClamp={2} title={row.prompt}>{row.prompt}</Text> },
        { head: t("gold.answer"), cell: (row) => row.answer, width: 150 },
        { head: t("gold.right"), cell: (row) => row.right.n === 0 ? <Text size="sm" c="dimmed" fs="italic">{t("gold.nobody")}</Text> : <EstimateText estimate={row.right} kind="percent" />, width: 190 },
        { head: t("gold.times"), cell: (row) => row.first_ms === null || row.last_ms === null ? <Text size="xs" c="dimmed">{t("gold.noTimes")}</Text> : `${seconds(row.first_ms)}, ${seconds(row.last_ms)}`, width: 130 },
        { head: t("gold.state"), cell: (row) => <State row={row} />, width: 170 },
        { head: t("gold.added"), cell: (row) => <Ago at={row.added_at} />, width: 110 },
        { head: t("gold.change"), cell: (row) => row.state === "active" && <Button size="compact-xs" variant="default" onClick={() => onRetire(row)}>{t("gold.retire")}</Button>, width: 90 },
      ]}
    />
  );
}

function Candidates({ projectId }: { projectId: string }) {
  const { t } = useTranslation();
  const query = useQuery(read<GoldCandidates>(projectId, "/gold/candidates"));
  const [making, setMaking] = useState<GoldCandidates["candidates"][number] | null>(null);
  return (
    <Section title={t("gold.candidates")} aside={<Text size="xs" c="dimmed">{t("gold.candidatesNote")}</Text>}>
      <Loaded query={query}>
        {({ candidates }) => candidates.length === 0 ? <Text size="sm" c="dimmed">{t("gold.noCandidates")}</Text> : (
          <DataTable
            caption={t("gold.candidates")}
            rows={candidates}
            keyOf={(row) => row.item_id}
            columns={[
              { head: t("gold.prompt"), cell: (row) => <Text size="sm" lineClamp={2} title={row.prompt}>{row.prompt}</Text> },
              { head: t("gold.answer"), cell: (row) => row.answer, width: 170 },
              { head: t("gold.because"), cell: (row) => row.because, width: 170 },
              { head: t("gold.change"), cell: (row) => <Button size="compact-xs" variant="default" onClick={() => setMaking(row)}>{t("gold.make")}</Button>, width: 110 },
            ]}
          />
        )}
      </Loaded>
      {making && <MakeGold projectId={projectId} candidate={making} onClose={() => setMaking(null)} />}
    </Section>
  );
}

function People({ projectId }: { projectId: string }) {
  const { t } = useTranslation();
  const query = useQuery(read<GoldPeople>(projectId, "/gold/people"));
  return (
    <Section title={t("gold.people")} aside={<Text size="xs" c="dimmed">{t("gold.peopleNote")}</Text>}>
      <Loaded query={query}>
        {({ people }) => people.length === 0 ? <Text size="sm" c="dimmed">{t("gold.noPeople")}</Text> : (
          <DataTable
            caption={t("gold.people")}
            rows={people}
            keyOf={(row) => row.rater_id}
            columns={[
              { head: t("gold.rater"), cell: (row) => <CopyId id={row.rater_id} /> },
              { head: t("gold.right"), cell: (row) => <EstimateText estimate={row.right} kind="percent" />, width: 220 },
              { head: t("gold.month"), cell: (row) => integer(row.in_month), align: "end", width: 110 },
              { head: t("gold.unmet"), cell: (row) => integer(row.unmet), align: "end", width: 140 },
            ]}
          />
        )}
      </Loaded>
    </Section>
  );
}

/** Items whose answer is known: what is hidden, what wears, and how people did. */
export default function Gold() {
  const { t } = useTranslation();
  const { project } = useParams({ from: "/p/$project" });
  const query = useQuery(read<GoldPage>(project, "/gold"));
  const role = useQuery(projectQuery(project)).data?.role;
  const [retiring, setRetiring] = useState<GoldItem | null>(null);
  return (
    <Loaded query={query} rows={5}>
      {({ gold, rules }) => (
        <>
          {gold.length === 0 ? <Empty title={t("gold.empty")} text={t("gold.emptyText")} /> : (
            <Section title={t("gold.items")}>
              <Stack gap="xs">
                <Text size="sm" c="dimmed" maw={820}>{t("gold.how", { rate: percent(rules.rate), first: percent(rules.first_rate), month: integer(rules.per_month) })}</Text>
                <Items rows={gold} onRetire={setRetiring} />
              </Stack>
            </Section>
          )}
          <SimpleGrid cols={1} spacing="md">
            <Candidates projectId={project} />
            {may(role, "people") && <People projectId={project} />}
          </SimpleGrid>
          {retiring && <RetireGold projectId={project} gold={retiring} onClose={() => setRetiring(null)} />}
        </>
      )}
    </Loaded>
  );
}
