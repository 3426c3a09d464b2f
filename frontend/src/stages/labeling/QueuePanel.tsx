import { Alert, Button, Group, Stack, Text, TextInput, Title } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { call, project } from "../../api/http";
import { list, read } from "../../api/queries";
import type { Queue, StuckItem } from "../../api/types";
import { CopyId } from "../../ui/CopyId";
import { DataTable } from "../../ui/DataTable";
import { ErrorPanel } from "../../ui/ErrorPanel";
import { integer } from "../../ui/format";
import { Loaded } from "../../ui/Loaded";

function Pause({ projectId, queue }: { projectId: string; queue: Queue }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [reason, setReason] = useState("");
  const change = useMutation({
    mutationFn: (rest: string) => call("POST", project(projectId, `/queue/${rest}`), { json: rest === "pause" ? { reason: reason.trim() } : {} }),
    onSuccess: () => {
      setReason("");
      return queries.invalidateQueries({ queryKey: ["project", projectId] });
    },
  });
  return (
    <>
      {queue.paused ? (
        <Alert color="yellow" role="status" title={t("queue.paused")}>
          <Group justify="space-between">
            <Text size="sm">{queue.paused.reason}</Text>
            <Button size="xs" loading={change.isPending} onClick={() => change.mutate("resume")}>{t("queue.resume")}</Button>
          </Group>
        </Alert>
      ) : (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            change.mutate("pause");
          }}
        >
          <Group align="flex-end" gap="sm">
            <TextInput label={t("queue.reason")} description={t("queue.reasonHint")} value={reason} maxLength={500} onChange={(event) => setReason(event.currentTarget.value)} style={{ flex: 1, minWidth: 200 }} />
            <Button type="submit" variant="default" loading={change.isPending} disabled={!reason.trim()}>{t("queue.pause")}</Button>
          </Group>
        </form>
      )}
      {change.error && <ErrorPanel error={change.error} />}
    </>
  );
}

function Stuck({ projectId }: { projectId: string }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const query = useQuery(list<StuckItem>(projectId, "/queue/stuck"));
  const reopen = useMutation({
    mutationFn: (items: string[]) => call("POST", project(projectId, "/queue/reopen"), { json: { items } }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["project", projectId] }),
  });
  return (
    <Loaded query={query}>
      {(rows) => (
        <Stack gap="xs">
          <Title order={3}>{t("queue.stuckItems")}</Title>
          <Text size="sm">{t("queue.stuckText")}</Text>
          <DataTable
            caption={t("queue.stuckItems")}
            rows={rows}
            keyOf={(row) => row.item_id}
            columns={[
              { head: t("queue.item"), cell: (row) => <Group gap="xs" wrap="nowrap"><CopyId id={row.item_id} /><Text size="sm" lineClamp={1}>{row.prompt_start}</Text></Group>, width: "40%" },
              { head: t("queue.why"), cell: (row) => <><Text size="sm">{t(`queue.stuckWhy.${row.why}`)}</Text><Text size="xs" c="dimmed">{Object.entries(row.reasons).map(([why, count]) => `${t(`queue.reasons.${why}` as "queue.reasons.broken")} ${count}`).join(", ")}</Text></> },
              { head: t("queue.judged"), align: "end", cell: (row) => `${row.done} / ${row.wanted}` },
              { head: t("queue.action"), cell: (row) => <Button size="compact-xs" variant="default" loading={reopen.isPending} aria-label={t("queue.reopenItem", { item: row.prompt_start.slice(0, 40) })} onClick={() => reopen.mutate([row.item_id])}>{t("queue.reopen")}</Button> },
            ]}
          />
          {reopen.error && <ErrorPanel error={reopen.error} />}
        </Stack>
      )}
    </Loaded>
  );
}

/** What is judged next, for those who keep it: counts by lane and band, a pause, what was set aside. */
export function QueuePanel({ projectId }: { projectId: string }) {
  const { t } = useTranslation();
  const query = useQuery(read<Queue>(projectId, "/queue"));
  return (
    <Loaded query={query}>
      {(queue) => (
        <Stack>
          <Text size="sm">{t("queue.summary", { judgments: integer(queue.judgments), open: integer(queue.open), stuck: integer(queue.stuck) })}</Text>
          {queue.branches.length > 0 && (
            <DataTable
              caption={t("queue.title")}
              rows={queue.branches}
              keyOf={(row) => `${row.requires.join()}-${row.band}`}
              columns={[
                { head: t("queue.requires"), cell: (row) => row.requires.join(", ") || t("queue.nothing") },
                { head: t("queue.band"), cell: (row) => row.band },
                { head: t("queue.open"), align: "end", cell: (row) => integer(row.open) },
                { head: t("queue.closed"), align: "end", cell: (row) => integer(row.closed) },
                { head: t("queue.stuck"), align: "end", cell: (row) => integer(row.stuck) },
                { head: t("queue.judged"), align: "end", cell: (row) => `${integer(row.done)} / ${integer(row.wanted)}` },
                { head: t("queue.people"), align: "end", cell: (row) => integer(row.people) },
              ]}
            />
          )}
          <Pause projectId={projectId} queue={queue} />
          {queue.stuck > 0 && <Stuck projectId={projectId} />}
        </Stack>
      )}
    </Loaded>
  );
}
