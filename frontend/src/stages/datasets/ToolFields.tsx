import { NativeSelect, Stack, Text, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { ProjectDetail } from "../../api/work";
import { FilePicker } from "./FilePicker";

export interface ToolDraft {
  files: File[];
  question: string;
  source: string;
  /** "prompt=NAME, first=NAME": what cannot be guessed. */
  fields: string;
}

export const EMPTY_TOOL: ToolDraft = { files: [], question: "", source: "", fields: "" };

interface ToolFieldsProps {
  draft: ToolDraft;
  questions: ProjectDetail["spec"]["questions"];
  onChange: (draft: ToolDraft) => void;
}

/** The files of another tool's export, and what it cannot say itself. */
export function ToolFields({ draft, questions, onChange }: ToolFieldsProps) {
  const { t } = useTranslation();
  return (
    <Stack gap="sm">
      <FilePicker many label={t("importFrom.files")} files={draft.files} onPick={(files) => onChange({ ...draft, files })} />
      <Text size="sm" c="dimmed">{t("importFrom.hint")}</Text>
      <NativeSelect
        maw={560}
        label={t("importFrom.question")}
        description={t("importFrom.questionHint")}
        value={draft.question}
        onChange={(event) => onChange({ ...draft, question: event.currentTarget.value })}
        data={[{ value: "", label: t("importFrom.firstThatFits") }, ...questions.map((one) => ({ value: one.id, label: `${one.id}: ${t(`importFrom.forms.${one.kind}`)}` }))]}
      />
      <TextInput
        maw={560}
        label={t("importFrom.fields")}
        description={t("importFrom.fieldsHint")}
        value={draft.fields}
        onChange={(event) => onChange({ ...draft, fields: event.currentTarget.value })}
      />
      <TextInput
        maw={560}
        label={t("importFrom.source")}
        description={t("importFrom.sourceHint")}
        value={draft.source}
        onChange={(event) => onChange({ ...draft, source: event.currentTarget.value })}
      />
    </Stack>
  );
}
