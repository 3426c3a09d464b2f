import { Button, Checkbox, Group, Stack, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type CaseDecision, casePath, type StudyDetail } from "../../api/cases";
import { call, project } from "../../api/http";
import { Dialog } from "../../ui/Dialog";
import { ErrorPanel } from "../../ui/ErrorPanel";

interface StudyFormProps {
  projectId: string;
  caseId: string;
  decision: CaseDecision;
  onClose: () => void;
}

/** Writes a decided case up, to teach with it. */
export function StudyForm({ projectId, caseId, decision, onClose }: StudyFormProps) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [title, setTitle] = useState("");
  const [why, setWhy] = useState(decision.lesson ?? decision.rationale);
  const [asks, setAsks] = useState(true);
  const publish = useMutation({
    mutationFn: () => call<StudyDetail>("POST", project(projectId, casePath(caseId, "/study")), { json: { title: title.trim(), why: why.trim(), criteria: decision.criteria, check_asked: asks } }),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ["project", projectId] });
      onClose();
    },
  });
  const lacking = title.trim() === "" || why.trim() === "";
  return (
    <Dialog title={t("adjudication.studies.form")} onClose={onClose} size="lg">
      <Stack gap="sm">
        <TextInput data-autofocus label={t("adjudication.studies.formTitle")} required maxLength={200} value={title} onChange={(event) => setTitle(event.currentTarget.value)} />
        <Textarea label={t("adjudication.studies.formWhy")} required autosize minRows={4} maxRows={14} maxLength={4000} value={why} onChange={(event) => setWhy(event.currentTarget.value)} />
        <Checkbox checked={asks} onChange={(event) => setAsks(event.currentTarget.checked)} label={t("adjudication.studies.formCheck")} />
        {publish.error && <ErrorPanel error={publish.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>{t("cancel")}</Button>
          <Button loading={publish.isPending} disabled={lacking} onClick={() => publish.mutate()}>{t("adjudication.studies.publish")}</Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
