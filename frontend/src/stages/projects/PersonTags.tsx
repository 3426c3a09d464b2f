import { TagsInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { call, project } from "../../api/http";
import type { Person } from "../../api/types";
import { ErrorPanel } from "../../ui/ErrorPanel";

/** A person's skills and languages: items that require tags go to those who have them all. */
export function PersonTags({ projectId, person }: { projectId: string; person: Person }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const change = useMutation({
    mutationFn: (tags: string[]) => call("PUT", project(projectId, `/people/${person.id}/tags`), { json: { tags: tags.map((tag) => tag.toLowerCase()) } }),
    onSettled: () => queries.invalidateQueries({ queryKey: ["project", projectId] }),
  });
  return (
    <>
      <TagsInput size="xs" aria-label={t("settings.tagsOf", { name: person.name })} placeholder={person.tags.length === 0 ? t("settings.tagsHint") : undefined} value={change.isPending ? change.variables : person.tags} onChange={(tags) => change.mutate(tags)} />
      {change.error && <ErrorPanel error={change.error} />}
    </>
  );
}
