import { Button, Group, Stack, Text, Textarea } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { call, project } from "../../api/http";
import { type SubjectKind, type Thread, took } from "../../api/threads";
import { Dialog } from "../../ui/Dialog";
import { ErrorPanel } from "../../ui/ErrorPanel";
import { uniqueId } from "../../ui/unique";

export interface Subject {
  kind: SubjectKind;
  id: string;
  /** What it is called. */
  title: string;
}

function BeginDialog({ projectId, subject, onClose }: { projectId: string; subject: Subject; onClose: () => void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [text, setText] = useState("");
  const [clientId] = useState(uniqueId);
  const beginning = useMutation({
    mutationFn: () => call<Thread>("POST", project(projectId, "/threads"), { json: { client_id: clientId, subject: { kind: subject.kind, id: subject.id }, text: text.trim() } }),
    onSuccess: (thread) => {
      took(queries, projectId, thread);
      void navigate({ to: "/p/$project/threads/$thread", params: { project: projectId, thread: thread.id } });
    },
  });
  return (
    <Dialog title={t("discussion.beginTitle")} onClose={onClose}>
      <Stack gap="sm">
        <Text size="sm" fw={600} dir="auto" lineClamp={3}>{subject.title}</Text>
        <Textarea
          data-autofocus label={t("discussion.write")} description={t(subject.kind === "item" ? "discussion.beginItem" : "discussion.beginSection")}
          value={text} autosize minRows={3} maxRows={10} maxLength={4000} onChange={(event) => setText(event.currentTarget.value)}
          onKeyDown={(event) => event.key === "Enter" && (event.ctrlKey || event.metaKey) && text.trim() && beginning.mutate()}
        />
        {beginning.error && <ErrorPanel error={beginning.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>{t("cancel")}</Button>
          <Button disabled={text.trim() === ""} loading={beginning.isPending} onClick={() => beginning.mutate()}>{t("discussion.begin")}</Button>
        </Group>
      </Stack>
    </Dialog>
  );
}

/** Begins a thread on something; where one is open there, what is said joins it. */
export function Begin({ projectId, subject }: { projectId: string; subject: Subject }) {
  const { t } = useTranslation();
  const [opened, setOpened] = useState(false);
  return (
    <>
      <Button size="compact-sm" variant="default" aria-label={t("discussion.beginOf", { what: subject.title })} onClick={() => setOpened(true)}>{t("discussion.begin")}</Button>
      {opened && <BeginDialog projectId={projectId} subject={subject} onClose={() => setOpened(false)} />}
    </>
  );
}
