import { Code, Group, NativeSelect, SimpleGrid, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { project } from "../../api/http";
import { read } from "../../api/queries";
import type { FeedbackCounts } from "../../api/work";
import { Figure } from "../../ui/Figure";
import { integer } from "../../ui/format";
import { Loaded } from "../../ui/Loaded";
import { FeedbackList } from "./FeedbackList";

const KINDS = ["thumb", "rating", "edit", "verdict", "label"] as const;
const STATES = ["opened", "marked", "waiting", "already_open", "not_drawn", "capped", "unsuited", "lost"] as const;

function Counted({ rows, nameOf }: { rows: { name: string; count: number }[]; nameOf: (name: string) => string }) {
  return (
    <Text size="sm" component="div">
      {rows.map((row) => <div key={row.name}>{nameOf(row.name)} <span className="lw-number">{integer(row.count)}</span></div>)}
    </Text>
  );
}

function Filters({ kind, state, onKind, onState }: { kind: string; state: string; onKind: (kind: string) => void; onState: (state: string) => void }) {
  const { t } = useTranslation();
  const all = { value: "", label: t("feedback.all") };
  return (
    <Group gap="sm">
      <NativeSelect size="xs" label={t("feedback.filterKind")} value={kind} onChange={(event) => onKind(event.currentTarget.value)} data={[all, ...KINDS.map((one) => ({ value: one, label: t(`feedback.kinds.${one}`) }))]} />
      <NativeSelect size="xs" label={t("feedback.filterState")} value={state} onChange={(event) => onState(event.currentTarget.value)} data={[all, ...STATES.map((one) => ({ value: one, label: t(`feedback.states.${one}`) }))]} />
    </Group>
  );
}

function Counts({ counts }: { counts: FeedbackCounts }) {
  const { t } = useTranslation();
  const stateName = (name: string) => STATES.find((one) => one === name) ?? "marked";
  return (
    <SimpleGrid cols={{ base: 1, sm: 2, lg: 4 }} spacing="sm">
      <Figure label={t("feedback.openedToday")} note={t("feedback.room", { room: integer(counts.per_day), source: integer(counts.per_source_per_day), user: integer(counts.per_user_per_day) })}>
        <span className="lw-number">{integer(counts.opened_today)}</span>
      </Figure>
      <Figure label={t("feedback.byKind")}><Counted rows={counts.by_kind} nameOf={(name) => name.replaceAll("_", " ")} /></Figure>
      <Figure label={t("feedback.bySource")}><Counted rows={counts.by_source.slice(0, 6)} nameOf={(name) => name} /></Figure>
      <Figure label={t("feedback.byState")}><Counted rows={counts.by_state} nameOf={(name) => t(`feedback.states.${stateName(name)}`)} /></Figure>
    </SimpleGrid>
  );
}

/** What came from outside, what it opened, and how much room the day still has. */
export function Feedback({ projectId }: { projectId: string }) {
  const { t } = useTranslation();
  const query = useQuery(read<FeedbackCounts>(projectId, "/feedback/counts"));
  const [kind, setKind] = useState("");
  const [state, setState] = useState("");
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed" maw={720}>{t("feedback.text")}</Text>
      <Loaded query={query}>
        {(counts) => counts.total === 0 ? (
          <Stack gap={4}>
            <Text size="sm" maw={720}>{t("feedback.empty")}</Text>
            <Text size="xs" c="dimmed">{t("feedback.address")}</Text>
            <Code block>{`POST ${project(projectId, "/feedback")}`}</Code>
          </Stack>
        ) : (
          <>
            <Counts counts={counts} />
            <Filters kind={kind} state={state} onKind={setKind} onState={setState} />
            <FeedbackList projectId={projectId} kind={kind} state={state} />
          </>
        )}
      </Loaded>
    </Stack>
  );
}
