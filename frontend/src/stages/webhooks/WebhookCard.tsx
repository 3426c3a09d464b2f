import { Button, Group, Paper, Stack, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { call, project } from "../../api/http";
import type { Webhook, WebhookMade } from "../../api/work";
import { CopyId } from "../../ui/CopyId";
import { Dialog } from "../../ui/Dialog";
import { ErrorPanel } from "../../ui/ErrorPanel";
import { exactTime } from "../../ui/format";
import { More } from "../../ui/More";
import { StatusBadge } from "../../ui/Status";
import { Deliveries } from "./Deliveries";
import { Secret } from "./Webhooks";

type Act = "ping" | "pause" | "resume" | "rotate" | "remove";

function Remove({ onClose, onRemove }: { onClose: () => void; onRemove: () => void }) {
  const { t } = useTranslation();
  return (
    <Dialog title={t("webhooks.remove")} onClose={onClose}>
      <Stack>
        <Text size="sm">{t("webhooks.removeSure")}</Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>{t("cancel")}</Button>
          <Button color="red" onClick={onRemove}>{t("webhooks.remove")}</Button>
        </Group>
      </Stack>
    </Dialog>
  );
}

/** One webhook: what it tells whom, how its messages fared, and what can be done with it. */
export function WebhookCard({ projectId, webhook }: { projectId: string; webhook: Webhook }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [removing, setRemoving] = useState(false);
  const act = useMutation({
    mutationFn: (what: Act) => call<Partial<WebhookMade>>("POST", project(projectId, `/webhooks/${webhook.id}/${what}`)),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["project", projectId] }),
  });
  const active = webhook.state === "active";
  const rotating = webhook.rotating_until !== null && webhook.rotating_until > Date.now() / 1000 ? webhook.rotating_until : null;
  return (
    <Paper withBorder p="sm" component="article" aria-label={webhook.url}>
      <Stack gap="xs">
        <Group justify="space-between" gap="xs">
          <Group gap="xs" style={{ minWidth: 0 }}>
            <Text size="sm" fw={600} style={{ overflowWrap: "anywhere" }}>{webhook.url}</Text>
            <StatusBadge kind={active ? "passed" : "held"}>{t(`webhooks.states.${webhook.state}`)}</StatusBadge>
            <CopyId id={webhook.id} />
          </Group>
          <Group gap="xs" role="group" aria-label={t("webhooks.actions", { url: webhook.url })}>
            {active && <Button size="xs" variant="default" onClick={() => act.mutate("ping")}>{t("webhooks.ping")}</Button>}
            <Button size="xs" variant="default" onClick={() => act.mutate(active ? "pause" : "resume")}>{t(active ? "webhooks.pause" : "webhooks.resume")}</Button>
            <Button size="xs" variant="default" onClick={() => act.mutate("rotate")}>{t("webhooks.rotate")}</Button>
            <Button size="xs" variant="default" onClick={() => setRemoving(true)}>{t("webhooks.remove")}</Button>
          </Group>
        </Group>
        {webhook.warning && <Text size="sm" role="note"><StatusBadge kind="held">{t("webhooks.warning")}</StatusBadge> {webhook.warning}</Text>}
        <Text size="xs" c="dimmed">
          {webhook.kinds.length ? webhook.kinds.join(", ") : t("webhooks.all")}
          {" \u00b7 "}
          {t("webhooks.counts", { delivered: webhook.delivered, pending: webhook.pending, dead: webhook.dead })}
        </Text>
        {webhook.reason && <Text size="sm">{webhook.reason}</Text>}
        {rotating !== null && <Text size="xs" c="dimmed">{t("webhooks.rotating", { until: exactTime(rotating) })}</Text>}
        {act.error && <ErrorPanel error={act.error} />}
        {act.data?.secret && <Secret secret={act.data.secret} />}
        <More title={t("webhooks.deliveries")}>{() => <Deliveries projectId={projectId} webhook={webhook} />}</More>
      </Stack>
      {removing && <Remove onClose={() => setRemoving(false)} onRemove={() => { setRemoving(false); act.mutate("remove"); }} />}
    </Paper>
  );
}
