import { Button, Group, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { asApiError } from "../../api/errors";
import { call, project } from "../../api/http";

/** Freezes the pairs as they are judged now; the same judgments give the same version. */
export function Freeze({ projectId }: { projectId: string }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const freeze = useMutation({
    mutationFn: () => call("POST", project(projectId, "/datasets"), { json: {} }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["project", projectId] }),
  });
  return (
    <Group gap="xs">
      {freeze.error && <Text size="sm" c="var(--mantine-color-error)" role="alert">{asApiError(freeze.error).message}</Text>}
      <Button size="xs" variant="default" loading={freeze.isPending} onClick={() => freeze.mutate()}>{t("data.freeze")}</Button>
    </Group>
  );
}
