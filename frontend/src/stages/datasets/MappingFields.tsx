import { Anchor, Group, NativeSelect, SimpleGrid, Stack, Text, Textarea } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { list } from "../../api/queries";
import type { ImportExample } from "../../api/work";
import { FilePicker } from "./FilePicker";

export interface MappingDraft {
  files: File[];
  joined: File[];
  images: File[];
  /** The example that is shown, by its key. */
  example: string;
  /** What was typed, by the example that it began from: choosing another loses nothing. */
  texts: Record<string, string>;
}

export const EMPTY_MAPPING: MappingDraft = { files: [], joined: [], images: [], example: "", texts: {} };

export const keyOf = (example: ImportExample) => `${example.form} ${example.question ?? ""}`;

/** The mapping as it stands: what was typed, else the example. */
export function mappingOf(draft: MappingDraft, examples: readonly ImportExample[]): string {
  const chosen = examples.find((one) => keyOf(one) === draft.example) ?? examples[0];
  return chosen ? draft.texts[keyOf(chosen)] ?? chosen.mapping : draft.texts[""] ?? "";
}

export const useExamples = (projectId: string) => useQuery(list<ImportExample>(projectId, "/imports/examples"));

interface MappingFieldsProps {
  draft: MappingDraft;
  examples: readonly ImportExample[];
  onChange: (draft: MappingDraft) => void;
}

/** A file, a mapping that begins from an example of what its rows are, and files beside it. */
export function MappingFields({ draft, examples, onChange }: MappingFieldsProps) {
  const { t } = useTranslation();
  const chosen = examples.find((one) => keyOf(one) === draft.example) ?? examples[0];
  const key = chosen ? keyOf(chosen) : "";
  const named = (one: ImportExample) => {
    const form = t(`importFrom.forms.${one.form}`);
    return { value: keyOf(one), label: one.question ? t("importFrom.votesOn", { question: one.question, form }) : form };
  };
  return (
    <Stack gap="sm">
      <FilePicker label={t("data.file")} files={draft.files} onPick={(files) => onChange({ ...draft, files })} />
      {chosen && (
        <NativeSelect
          maw={560}
          label={t("importFrom.example")}
          description={t("importFrom.exampleHint")}
          value={key}
          onChange={(event) => onChange({ ...draft, example: event.currentTarget.value })}
          data={[
            { group: t("importFrom.answers"), items: examples.filter((one) => one.question).map(named) },
            { group: t("importFrom.others"), items: examples.filter((one) => !one.question).map(named) },
          ]}
        />
      )}
      <Textarea
        label={t("data.mapping")}
        description={t("data.mappingHint")}
        value={mappingOf(draft, examples)}
        onChange={(event) => onChange({ ...draft, texts: { ...draft.texts, [key]: event.currentTarget.value } })}
        autosize
        minRows={5}
        maxRows={20}
        spellCheck={false}
        styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)", fontSize: 13 } }}
      />
      {chosen && <Sample example={chosen} />}
      <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
        <FilePicker label={t("data.joinFile")} files={draft.joined} onPick={(joined) => onChange({ ...draft, joined })} />
        <FilePicker many label={t("importFrom.images")} files={draft.images} accept="image/png,image/jpeg,image/webp" onPick={(images) => onChange({ ...draft, images })} />
      </SimpleGrid>
    </Stack>
  );
}

/** What a file that the example reads looks like, to see and to take along. */
function Sample({ example }: { example: ImportExample }) {
  const { t } = useTranslation();
  return (
    <details>
      <summary><Text span size="sm">{t("importFrom.sample")}</Text></summary>
      <Stack gap={4} mt={6}>
        <pre className="lw-log" tabIndex={0} aria-label={example.file} style={{ whiteSpace: "pre" }}>{example.rows}</pre>
        <Group>
          <Anchor size="xs" download={example.file} href={`data:text/plain;charset=utf-8,${encodeURIComponent(example.rows)}`}>
            {t("importFrom.take", { file: example.file })}
          </Anchor>
        </Group>
      </Stack>
    </details>
  );
}
