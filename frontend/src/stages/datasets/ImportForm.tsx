import { Alert, Button, Checkbox, FileButton, Group, NativeSelect, Stack, Text, TextInput, Textarea } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { call, project } from "../../api/http";
import type { ImportRun } from "../../api/work";
import { ErrorPanel } from "../../ui/ErrorPanel";
import { YamlErrors } from "../../ui/YamlErrors";
import { ImportSentence } from "./Imports";

const EXAMPLE = `kind: votes
source: crowd
question: preference
fields: {item: id, prompt: prompt, first: answer_a, second: answer_b, first_source: model_a, second_source: model_b, annotator: worker, choice: winner}
choices: {a: first, b: second, tie: tie}
open: false  # true also offers the items for further judging
`;

const FORMS = ["mapping", "label-studio", "argilla", "huggingface"] as const;

function Picker({ label, file, onPick }: { label: string; file: File | null; onPick: (file: File | null) => void }) {
  const { t } = useTranslation();
  return (
    <Group gap="sm">
      <FileButton onChange={onPick} inputProps={{ "aria-label": label }}>
        {(props) => <Button {...props} variant="default" size="sm">{t("data.choose")}</Button>}
      </FileButton>
      <Text size="sm" c={file ? undefined : "dimmed"}>{file ? `${label}: ${file.name}` : label}</Text>
    </Group>
  );
}

/** The files of an export: what holds its rows, and the images that they show. */
function PickerOfMany({ label, files, onPick }: { label: string; files: File[]; onPick: (files: File[]) => void }) {
  const { t } = useTranslation();
  return (
    <Group gap="sm">
      <FileButton multiple onChange={onPick} inputProps={{ "aria-label": label }}>
        {(props) => <Button {...props} variant="default" size="sm">{t("importFrom.choose")}</Button>}
      </FileButton>
      <Text size="sm" c={files.length ? undefined : "dimmed"}>
        {files.length ? `${label}: ${files.map((one) => one.name).join(", ")}` : label}
      </Text>
    </Group>
  );
}

/** A file and what its fields mean; the report of what came in and what was left out stays below. */
export function ImportForm({ projectId }: { projectId: string }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [file, setFile] = useState<File | null>(null);
  const [files, setFiles] = useState<File[]>([]);
  const [question, setQuestion] = useState("");
  const [second, setSecond] = useState<File | null>(null);
  const [mapping, setMapping] = useState(EXAMPLE);
  const [skipBad, setSkipBad] = useState(false);
  const [form, setForm] = useState<(typeof FORMS)[number]>("mapping");
  const mapped = form === "mapping";
  const run = useMutation({
    mutationFn: () => {
      const sent = new FormData();
      if (mapped) {
        if (file) sent.append("file", file);
        if (second) sent.append("joined", second);
        sent.append("mapping", mapping);
      } else {
        for (const one of files) sent.append("files", one);
        sent.append("tool", form);
        if (question.trim()) sent.append("question", question.trim());
      }
      sent.append("skip_bad", String(skipBad));
      return call<ImportRun>("POST", project(projectId, mapped ? "/imports" : "/imports/tool"), { body: sent });
    },
    onSuccess: () => queries.invalidateQueries({ queryKey: ["project", projectId] }),
  });
  return (
    <Stack gap="sm">
      <NativeSelect
        maw={360}
        label={t("importFrom.form")}
        value={form}
        onChange={(event) => setForm(FORMS.find((one) => one === event.currentTarget.value) ?? "mapping")}
        data={FORMS.map((one) => ({ value: one, label: t(`importFrom.${one}`) }))}
      />
      {mapped
        ? <Picker label={t("data.file")} file={file} onPick={setFile} />
        : <PickerOfMany label={t("importFrom.files")} files={files} onPick={setFiles} />}
      {!mapped && <Text size="sm" c="dimmed">{t("importFrom.hint")}</Text>}
      {!mapped && <TextInput
        maw={360}
        label={t("importFrom.question")}
        description={t("importFrom.questionHint")}
        value={question}
        onChange={(event) => setQuestion(event.currentTarget.value)}
      />}
      {mapped && <Picker label={t("data.joinFile")} file={second} onPick={setSecond} />}
      {mapped && <Textarea
        label={t("data.mapping")}
        description={t("data.mappingHint")}
        value={mapping}
        onChange={(event) => setMapping(event.currentTarget.value)}
        autosize
        minRows={5}
        maxRows={16}
        spellCheck={false}
        styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)", fontSize: 13 } }}
      />}
      <Group justify="space-between">
        <Checkbox label={t("data.skipBad")} checked={skipBad} onChange={(event) => setSkipBad(event.currentTarget.checked)} />
        <Button onClick={() => run.mutate()} loading={run.isPending} disabled={mapped ? !file : files.length === 0}>{t("data.run")}</Button>
      </Group>
      {run.error && (mapped ? <YamlErrors error={run.error} text={mapping} /> : <ErrorPanel error={run.error} />)}
      {run.data && (
        <Alert color="green" role="status" title={t("data.done")}>
          <ImportSentence projectId={projectId} report={run.data} />
        </Alert>
      )}
    </Stack>
  );
}
