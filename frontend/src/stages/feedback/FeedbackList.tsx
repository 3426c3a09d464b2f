import { Button, Group, Stack, Text } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { call, project } from "../../api/http";
import type { FeedbackPage, FeedbackRow } from "../../api/work";
import { CopyId } from "../../ui/CopyId";
import { DataTable } from "../../ui/DataTable";
import { ErrorPanel } from "../../ui/ErrorPanel";
import { StatusBadge, type StatusKind } from "../../ui/Status";
import { Ago } from "../../ui/Time";

const COLOURS: Record<FeedbackRow["state"], StatusKind> = {
  opened: "passed",
  marked: "idle",
  waiting: "idle",
  already_open: "idle",
  not_drawn: "idle",
  capped: "held",
  unsuited: "held",
  lost: "unknown",
};

/** What was said, in words. */
function Said({ row }: { row: FeedbackRow }) {
  const { t } = useTranslation();
  const value = row.value;
  let said: string = t("feedback.said.edit");
  if (row.kind === "rating") said = t("feedback.said.rating", { score: row.score, max: row.score_max });
  else if (row.kind === "label") said = t("feedback.said.label", { label: value, tool: row.tool });
  else if (value === "up" || value === "down" || value === "accept" || value === "reject") said = t(`feedback.said.${value}`);
  return (
    <>
      <Text size="sm">{said}</Text>
      {(row.text ?? row.comment) && <Text size="xs" c="dimmed" lineClamp={2}>{row.text ?? row.comment}</Text>}
    </>
  );
}

function About({ row }: { row: FeedbackRow }) {
  const { t } = useTranslation();
  const last = row.messages?.at(-1)?.content;
  return (
    <>
      {last && <Text size="sm" lineClamp={1}>{last}</Text>}
      {row.completion && <Text size="xs" c="dimmed" lineClamp={1}>{row.completion}</Text>}
      {row.request_id && <Group gap={6}><Text size="xs" c="dimmed">{t("feedback.request")}</Text><CopyId id={row.request_id} /></Group>}
      {row.item_id && <CopyId id={row.item_id} />}
    </>
  );
}

function Effect({ row }: { row: FeedbackRow }) {
  const { t } = useTranslation();
  return (
    <>
      <StatusBadge kind={COLOURS[row.state]}>{t(`feedback.states.${row.state}`)}</StatusBadge>
      <Text size="xs" c="dimmed">{row.sentence}</Text>
    </>
  );
}

/** Feedback page by page, the newest first. */
export function FeedbackList({ projectId, kind, state }: { projectId: string; kind: string; state: string }) {
  const { t } = useTranslation();
  const query = useInfiniteQuery({
    queryKey: ["project", projectId, "/feedback", kind, state],
    initialPageParam: "",
    queryFn: ({ pageParam, signal }) => {
      const asked = new URLSearchParams({ limit: "20" });
      if (kind) asked.set("kind", kind);
      if (state) asked.set("state", state);
      if (pageParam) asked.set("before", pageParam);
      return call<FeedbackPage>("GET", project(projectId, `/feedback?${asked}`), { signal });
    },
    getNextPageParam: (page) => page.next ?? undefined,
  });
  if (query.error && !query.data) return <ErrorPanel error={query.error} onRetry={() => void query.refetch()} />;
  const rows = query.data?.pages.flatMap((page) => page.feedback) ?? [];
  if (query.data && rows.length === 0) return <Text size="sm" c="dimmed">{t("feedback.none")}</Text>;
  return (
    <Stack gap="xs">
      <DataTable
        caption={t("feedback.list")}
        rows={rows}
        keyOf={(row) => row.id}
        columns={[
          { head: t("feedback.kind"), cell: (row) => <Said row={row} />, width: 190 },
          { head: t("feedback.about"), cell: (row) => <About row={row} /> },
          { head: t("feedback.source"), cell: (row) => row.source, width: 140 },
          { head: t("feedback.effect"), cell: (row) => <Effect row={row} />, width: 260 },
          { head: t("feedback.when"), cell: (row) => <Ago at={row.created_at} />, width: 130 },
        ]}
      />
      {query.hasNextPage && <Button size="xs" variant="default" w="max-content" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>{t("feedback.older")}</Button>}
    </Stack>
  );
}
