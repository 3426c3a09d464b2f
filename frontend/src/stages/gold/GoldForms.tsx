import { Alert, Button, Group, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { call, project } from "../../api/http";
import type { GoldCandidates, GoldItem } from "../../api/work";
import { Dialog } from "../../ui/Dialog";
import { ErrorPanel } from "../../ui/ErrorPanel";

function useChange(projectId: string, path: string, done: () => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (json: object) => call("POST", project(projectId, path), { json }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["project", projectId] });
      done();
    },
  });
}

/** Asks why the answer is right; who misses the item reads it. */
export function MakeGold({ projectId, candidate, onClose }: { projectId: string; candidate: GoldCandidates["candidates"][number]; onClose: () => void }) {
  const { t } = useTranslation();
  const [why, setWhy] = useState("");
  const making = useChange(projectId, "/gold", onClose);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    making.mutate({ item_id: candidate.item_id, answer: candidate.settled ? null : candidate.outcome, why });
  };
  return (
    <Dialog title={t("gold.makeTitle")} onClose={onClose} size="lg">
      <form onSubmit={submit}>
        <Stack gap="sm">
          <Text size="sm" lineClamp={4}>{candidate.prompt}</Text>
          <Text size="sm" fw={600}>{t("gold.makeAnswer", { answer: candidate.answer })}</Text>
          {!candidate.settled && <Alert color="yellow" variant="outline" className="lw-panel" p="xs">{t("gold.makeAgreed")}</Alert>}
          <Textarea label={t("gold.makeWhy")} description={t("gold.makeWhyHint")} value={why} onChange={(event) => setWhy(event.currentTarget.value)} autosize minRows={2} maxLength={4000} data-autofocus />
          {making.error && <ErrorPanel error={making.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>{t("cancel")}</Button>
            <Button type="submit" loading={making.isPending}>{t("gold.make")}</Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}

export function RetireGold({ projectId, gold, onClose }: { projectId: string; gold: GoldItem; onClose: () => void }) {
  const { t } = useTranslation();
  const [why, setWhy] = useState("");
  const retiring = useChange(projectId, `/gold/${encodeURIComponent(gold.id)}/retire`, onClose);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (why.trim()) retiring.mutate({ why: why.trim() });
  };
  return (
    <Dialog title={t("gold.retireTitle")} onClose={onClose}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <Text size="sm" lineClamp={3}>{gold.prompt}</Text>
          <TextInput label={t("gold.retireWhy")} description={t("gold.retireHint")} value={why} onChange={(event) => setWhy(event.currentTarget.value)} maxLength={500} required data-autofocus />
          {retiring.error && <ErrorPanel error={retiring.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>{t("cancel")}</Button>
            <Button type="submit" loading={retiring.isPending} disabled={!why.trim()}>{t("gold.retire")}</Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
