import { Code, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { ApiError, asApiError } from "../api/errors";
import { ErrorPanel } from "./ErrorPanel";

interface Mistake {
  line: number | null;
  message: string;
}

/** The server names each mistake by file and line: "project.yaml:12: recipe.steps: must be above 0". */
function mistakesIn(message: string): Mistake[] {
  return message.split(/\n|; (?=\S+:\d)/).map((one) => {
    const found = /^[^:\s]+:(\d+):? (.*)$/.exec(one);
    return found ? { line: Number(found[1]), message: found[2] ?? "" } : { line: null, message: one };
  });
}

/** What is wrong in a file, line by line, each with the line as it was typed. */
export function YamlErrors({ error, text, title }: { error: unknown; text: string; title?: string }) {
  const { t } = useTranslation();
  const problem = asApiError(error);
  const mistakes = mistakesIn(problem.message);
  if (mistakes.every((mistake) => mistake.line === null)) return <ErrorPanel error={problem} />;
  const lines = text.split("\n");
  return (
    <Stack gap="xs">
      <ErrorPanel error={new ApiError(problem.status, problem.code, title ?? t("projects.wrong"), problem.remedy, problem.detail)} />
      {mistakes.map((mistake) => (
        <Stack key={`${mistake.line}-${mistake.message}`} gap={2}>
          <Text size="sm">
            {mistake.line !== null && <Text span inherit fw={600}>{`${t("projects.line", { line: mistake.line })}: `}</Text>}
            {mistake.message}
          </Text>
          {mistake.line !== null && lines[mistake.line - 1]?.trim() && <Code block>{lines[mistake.line - 1]}</Code>}
        </Stack>
      ))}
    </Stack>
  );
}
