import { Button, Group, NativeSelect } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { call, project } from "../../api/http";
import type { Person } from "../../api/types";
import { Confirm } from "../../ui/Confirm";
import { ErrorPanel } from "../../ui/ErrorPanel";

export const ROLES = ["annotator", "specialist", "lead", "engineer", "viewer", "application", "owner"];

/** A person's role, to be changed in place; one held in the whole installation is not the project's to change. */
export function PersonRole({ projectId, person }: { projectId: string; person: Person }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const path = project(projectId, `/people/${person.id}`);
  const reread = () => queries.invalidateQueries({ queryKey: ["project", projectId] });
  const change = useMutation({
    mutationFn: (role: string) => call("PUT", `${path}/role`, { json: { role } }),
    onSettled: reread,
  });
  const [removing, setRemoving] = useState(false);
  if (person.everywhere) return <>{t("settings.everywhere", { role: person.role })}</>;
  return (
    <>
      <Group gap="xs" wrap="nowrap">
        <NativeSelect size="xs" aria-label={t("settings.roleOf", { name: person.name })} value={person.role} disabled={change.isPending} onChange={(event) => change.mutate(event.currentTarget.value)} data={ROLES} />
        <Button size="compact-xs" variant="subtle" color="gray" c="var(--mantine-color-text)" onClick={() => setRemoving(true)} aria-label={t("settings.removeName", { name: person.name })}>{t("settings.remove")}</Button>
      </Group>
      {removing && (
        <Confirm title={t("settings.removeName", { name: person.name })} text={t("settings.removeText")} action={t("settings.remove")} run={() => call("DELETE", path).then(reread)} onClose={() => setRemoving(false)} />
      )}
      {change.error && <ErrorPanel error={change.error} />}
    </>
  );
}
