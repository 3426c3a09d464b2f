import { Code, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { asApiError } from "../api/errors";
import { ErrorPanel } from "./ErrorPanel";

interface Mistake {
  line: number | null;
  message: string;
  path: string | null;
}

function mistakesIn(detail: unknown): Mistake[] {
  if (typeof detail !== "object" || detail === null) return [];
  const lists = Object.values(detail).filter(Array.isArray) as unknown[][];
  return (lists[0] ?? []).map((one) => {
    const entry = (typeof one === "object" && one !== null ? one : { message: String(one) }) as Record<string, unknown>;
    return {
      line: typeof entry.line === "number" ? entry.line : null,
      message: String(entry.message ?? entry.msg ?? ""),
      path: typeof entry.path === "string" ? entry.path : typeof entry.field === "string" ? entry.field : null,
    };
  });
}

/** What is wrong in a project.yaml, line by line, with the line as it was typed. */
export function YamlErrors({ error, text }: { error: unknown; text: string }) {
  const { t } = useTranslation();
  const mistakes = mistakesIn(asApiError(error).detail);
  const lines = text.split("\n");
  return (
    <Stack gap="xs">
      <ErrorPanel error={error} />
      {mistakes.map((mistake, index) => (
        <Stack key={index} gap={2}>
          <Text size="sm">
            {mistake.line !== null && <Text span inherit fw={600}>{`${t("projects.line", { line: mistake.line })}: `}</Text>}
            {mistake.path ? `${mistake.path}: ${mistake.message}` : mistake.message}
          </Text>
          {mistake.line !== null && lines[mistake.line - 1]?.trim() && <Code block>{lines[mistake.line - 1]}</Code>}
        </Stack>
      ))}
    </Stack>
  );
}
