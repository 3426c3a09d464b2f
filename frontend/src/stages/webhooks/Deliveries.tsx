import { Button, NativeSelect, Stack, Text } from "@mantine/core";
import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { call, project } from "../../api/http";
import type { Delivery, DeliveryPage, Webhook } from "../../api/work";
import { CopyId } from "../../ui/CopyId";
import { DataTable } from "../../ui/DataTable";
import { ErrorPanel } from "../../ui/ErrorPanel";
import { exactTime } from "../../ui/format";
import { StatusBadge, type StatusKind } from "../../ui/Status";
import { Ago } from "../../ui/Time";

const COLOURS: Record<Delivery["state"], StatusKind> = { pending: "idle", delivered: "passed", dead: "refused" };
const STATES = ["", "pending", "delivered", "dead"] as const;
const REFRESH_MS = 4000;

function Answer({ row }: { row: Delivery }) {
  const { t } = useTranslation();
  return (
    <>
      <Text size="sm">{row.last_error ?? row.last_status ?? "\u2013"}</Text>
      {row.state === "pending" && row.next_at !== null && row.attempts > 0 && <Text size="xs" c="dimmed">{t("webhooks.next", { when: exactTime(row.next_at) })}</Text>}
    </>
  );
}

/** A webhook's messages, the newest first; those given up can be sent again by hand. */
export function Deliveries({ projectId, webhook }: { projectId: string; webhook: Webhook }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [state, setState] = useState("");
  const path = `/webhooks/${webhook.id}/deliveries`;
  const query = useInfiniteQuery({
    queryKey: ["project", projectId, path, state],
    initialPageParam: "",
    refetchInterval: REFRESH_MS,
    queryFn: ({ pageParam, signal }) => {
      const asked = new URLSearchParams({ limit: "20" });
      if (state) asked.set("state", state);
      if (pageParam) asked.set("before", pageParam);
      return call<DeliveryPage>("GET", project(projectId, `${path}?${asked}`), { signal });
    },
    getNextPageParam: (page) => page.next ?? undefined,
  });
  const again = useMutation({
    mutationFn: (id: string) => call("POST", project(projectId, `${path}/${id}/redeliver`)),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["project", projectId] }),
  });
  if (query.error && !query.data) return <ErrorPanel error={query.error} onRetry={() => void query.refetch()} />;
  const rows = query.data?.pages.flatMap((page) => page.deliveries) ?? [];
  return (
    <Stack gap="xs">
      <NativeSelect size="xs" w="max-content" label={t("webhooks.filter")} value={state} onChange={(event) => setState(event.currentTarget.value)} data={STATES.map((one) => ({ value: one, label: t(`webhooks.filters.${one}`) }))} />
      {again.error && <ErrorPanel error={again.error} />}
      {query.data && rows.length === 0 && <Text size="sm" c="dimmed">{t(state === "dead" ? "webhooks.noDead" : "webhooks.noDeliveries")}</Text>}
      {rows.length > 0 && (
        <DataTable
          caption={t("webhooks.show", { url: webhook.url })}
          rows={rows}
          keyOf={(row) => row.id}
          columns={[
            { head: t("webhooks.kind"), cell: (row) => <>{row.kind} <CopyId id={row.message_id} /></> },
            { head: t("webhooks.state"), cell: (row) => <StatusBadge kind={COLOURS[row.state]}>{t(`webhooks.deliveryStates.${row.state}`)}</StatusBadge>, width: 130 },
            { head: t("webhooks.tries"), cell: (row) => <span className="lw-number">{row.attempts}</span>, align: "end", width: 70 },
            { head: t("webhooks.answer"), cell: (row) => <Answer row={row} /> },
            { head: t("webhooks.when"), cell: (row) => <Ago at={row.created_at} />, width: 130 },
            { head: t("webhooks.again"), cell: (row) => row.state !== "pending" && <Button size="compact-xs" variant="default" onClick={() => again.mutate(row.id)}>{t("webhooks.again")}</Button>, width: 120 },
          ]}
        />
      )}
      {query.hasNextPage && <Button size="xs" variant="default" w="max-content" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>{t("webhooks.older")}</Button>}
    </Stack>
  );
}
