import { Alert, Button, Code, Group, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { asApiError } from "../api/errors";

/** What happened, to what, what to do; the technical detail folds out. */
export function ErrorPanel({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const { t } = useTranslation();
  const problem = asApiError(error);
  return (
    <Alert color="red" title={<Text span inherit c="var(--mantine-color-error)">{problem.message}</Text>} role="alert">
      <Stack gap="xs">
        {problem.remedy && <Text size="sm">{problem.remedy}</Text>}
        <details>
          <summary>{t("error.detail")}</summary>
          <Code block mt={6} style={{ whiteSpace: "pre-wrap" }}>
            {[`${problem.code} (status ${problem.status})`, problem.detail ? JSON.stringify(problem.detail, null, 2) : ""].join("\n").trim()}
          </Code>
        </details>
        {onRetry && (
          <Group>
            <Button variant="default" size="xs" onClick={onRetry}>{t("error.retry")}</Button>
          </Group>
        )}
      </Stack>
    </Alert>
  );
}
