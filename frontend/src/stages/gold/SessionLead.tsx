import { Button, Group, Stack, Textarea } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { call, project } from "../../api/http";
import { read } from "../../api/queries";
import type { SessionView } from "../../api/work";
import { Confirm } from "../../ui/Confirm";
import { Dialog } from "../../ui/Dialog";
import { ErrorPanel } from "../../ui/ErrorPanel";

function useStep(projectId: string, sessionId: string) {
  const queries = useQueryClient();
  const path = `/sessions/${encodeURIComponent(sessionId)}`;
  return async (step: "reveal" | "close", json: object = {}) => {
    const view = await call<SessionView>("POST", project(projectId, `${path}/${step}`), { json });
    queries.setQueryData(read<SessionView>(projectId, path).queryKey, view);
    await queries.invalidateQueries({ queryKey: ["project", projectId, "/sessions"] });
  };
}

function Close({ projectId, sessionId, onClose }: { projectId: string; sessionId: string; onClose: () => void }) {
  const { t } = useTranslation();
  const step = useStep(projectId, sessionId);
  const [lesson, setLesson] = useState("");
  const closing = useMutation({ mutationFn: () => step("close", { lesson: lesson.trim() }), onSuccess: onClose });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    closing.mutate();
  };
  return (
    <Dialog title={t("sessions.closeTitle")} onClose={onClose}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <Textarea label={t("sessions.lesson")} description={t("sessions.lessonHint")} value={lesson} onChange={(event) => setLesson(event.currentTarget.value)} autosize minRows={3} maxLength={4000} data-autofocus />
          {closing.error && <ErrorPanel error={closing.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>{t("cancel")}</Button>
            <Button type="submit" loading={closing.isPending}>{t("sessions.close")}</Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}

/** The steps of who leads a session. */
export function SessionLead({ projectId, view }: { projectId: string; view: SessionView }) {
  const { t } = useTranslation();
  const { id, state } = view.session;
  const step = useStep(projectId, id);
  const [asking, setAsking] = useState(false);
  if (state === "closed") return null;
  return (
    <>
      <Group><Button variant="default" onClick={() => setAsking(true)}>{t(state === "blind" ? "sessions.reveal" : "sessions.close")}</Button></Group>
      {asking && state === "blind" && <Confirm title={t("sessions.revealTitle")} text={t("sessions.revealText")} action={t("sessions.reveal")} run={() => step("reveal")} onClose={() => setAsking(false)} />}
      {asking && state === "revealed" && <Close projectId={projectId} sessionId={id} onClose={() => setAsking(false)} />}
    </>
  );
}
