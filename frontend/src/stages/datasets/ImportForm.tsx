import { Alert, Button, Checkbox, Group, NativeSelect, Stack } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError, asApiError } from "../../api/errors";
import { call, project } from "../../api/http";
import { read } from "../../api/queries";
import type { ImportRun, ProjectDetail } from "../../api/work";
import { ErrorPanel } from "../../ui/ErrorPanel";
import { YamlErrors } from "../../ui/YamlErrors";
import { ImportSentence } from "./Imports";
import { EMPTY_MAPPING, MappingFields, mappingOf, useExamples } from "./MappingFields";
import { EMPTY_TOOL, ToolFields } from "./ToolFields";

const FORMS = ["mapping", "label-studio", "argilla", "huggingface"] as const;

/** Raises for a file that was written anew after it was chosen: the browser would only say that it cannot send. */
async function readable(files: readonly File[], said: (name: string) => string): Promise<void> {
  for (const file of files) {
    try {
      await file.slice(0, 1).arrayBuffer();
    } catch {
      throw new ApiError(0, "file_changed", said(file.name), "");
    }
  }
}

/** A file and what its fields mean; the report of what came in and what was left out stays below. */
export function ImportForm({ projectId }: { projectId: string }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const found = useExamples(projectId);
  const spec = useQuery(read<ProjectDetail>(projectId, "")).data?.spec;
  const examples = found.data ?? [];
  const [form, setForm] = useState<(typeof FORMS)[number]>("mapping");
  const [mapped, setMapped] = useState(EMPTY_MAPPING);
  const [tool, setTool] = useState(EMPTY_TOOL);
  const [skipBad, setSkipBad] = useState(false);
  const byMapping = form === "mapping";
  const run = useMutation({
    mutationFn: async (text: string) => {
      const sent = new FormData();
      if (byMapping) {
        for (const file of mapped.files) sent.append("file", file);
        for (const file of mapped.joined) sent.append("joined", file);
        for (const file of mapped.images) sent.append("images", file);
        sent.append("mapping", text);
      } else {
        for (const file of tool.files) sent.append("files", file);
        sent.append("tool", form);
        if (tool.question) sent.append("question", tool.question);
        if (tool.source.trim()) sent.append("source", tool.source.trim());
        for (const field of tool.fields.split(",")) if (field.trim()) sent.append("field", field.trim());
      }
      sent.append("skip_bad", String(skipBad));
      const files = byMapping ? [...mapped.files, ...mapped.joined, ...mapped.images] : tool.files;
      await readable(files, (name) => t("importFrom.fileChanged", { name }));
      return call<ImportRun>("POST", project(projectId, byMapping ? "/imports" : "/imports/tool"), { body: sent });
    },
    onSuccess: () => queries.invalidateQueries({ queryKey: ["project", projectId] }),
  });
  const chosen = byMapping ? mapped.files : tool.files;
  return (
    <Stack gap="sm">
      <NativeSelect
        maw={560}
        label={t("importFrom.form")}
        value={form}
        onChange={(event) => {
          setForm(FORMS.find((one) => one === event.currentTarget.value) ?? "mapping");
          run.reset();
        }}
        data={FORMS.map((one) => ({ value: one, label: t(`importFrom.${one}`) }))}
      />
      {byMapping
        ? !found.isPending && <MappingFields draft={mapped} examples={examples} onChange={setMapped} />
        : <ToolFields draft={tool} questions={spec?.questions ?? []} onChange={setTool} />}
      <Group justify="space-between">
        <Checkbox label={t("data.skipBad")} checked={skipBad} onChange={(event) => setSkipBad(event.currentTarget.checked)} />
        <Button onClick={() => run.mutate(mappingOf(mapped, examples))} loading={run.isPending} disabled={chosen.length === 0}>{t("data.run")}</Button>
      </Group>
      {run.error && (asApiError(run.error).code === "invalid_mapping"
        ? <YamlErrors error={run.error} text={run.variables} title={t("importFrom.wrongMapping")} />
        : <ErrorPanel error={run.error} />)}
      {run.data && (
        <Alert color="green" role="status" title={t("data.done")}>
          <ImportSentence projectId={projectId} report={run.data} />
        </Alert>
      )}
    </Stack>
  );
}
