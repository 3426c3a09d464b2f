import { Button, Group, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { asApiError } from "../../api/errors";
import { call, project } from "../../api/http";

type Kind = "preferences" | "demonstrations";

/** Freezes pairs, or answers to imitate, as they are now; the same judgments give the same version. */
export function Freeze({ projectId }: { projectId: string }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const freeze = useMutation({
    mutationFn: (kind: Kind) => call("POST", project(projectId, "/datasets"), { json: { kind } }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["project", projectId] }),
  });
  return (
    <Group gap="xs">
      {freeze.error && <Text size="sm" c="var(--mantine-color-error)" role="alert">{asApiError(freeze.error).message}</Text>}
      <Button size="xs" variant="default" loading={freeze.isPending} onClick={() => freeze.mutate("preferences")}>{t("data.freeze")}</Button>
      <Button size="xs" variant="default" loading={freeze.isPending} title={t("data.freezeShownHint")} onClick={() => freeze.mutate("demonstrations")}>{t("data.freezeShown")}</Button>
    </Group>
  );
}
