import { Button, Group, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { call, project } from "../../api/http";
import type { Release } from "../../api/work";
import { Dialog } from "../../ui/Dialog";
import { ErrorPanel } from "../../ui/ErrorPanel";

/** One visible button, one question, and all traffic is back on the stable version. */
export function RollBack({ projectId, release }: { projectId: string; release: Release }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [asking, setAsking] = useState(false);
  const [reason, setReason] = useState("");
  const act = useMutation({
    mutationFn: () => call("POST", project(projectId, `/releases/${release.id}/rollback`), { json: { reason } }),
    onSuccess: () => setAsking(false),
    onSettled: () => queries.invalidateQueries({ queryKey: ["project", projectId] }),
  });
  return (
    <>
      <Button color="red" onClick={() => setAsking(true)}>{t("releases.rollback")}</Button>
      {asking && <Dialog onClose={() => setAsking(false)} title={t("releases.rollbackTitle")}>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            act.mutate();
          }}
        >
          <Stack>
            <Text size="sm">{t("releases.rollbackText")}</Text>
            <TextInput label={t("releases.reason")} value={reason} onChange={(event) => setReason(event.currentTarget.value)} data-autofocus />
            {act.error && <ErrorPanel error={act.error} />}
            <Group justify="flex-end">
              <Button variant="default" onClick={() => setAsking(false)}>{t("cancel")}</Button>
              <Button color="red" type="submit" loading={act.isPending}>{t("releases.confirm")}</Button>
            </Group>
          </Stack>
        </form>
      </Dialog>}
    </>
  );
}
