import { Alert, Button, Group, Stack, Text, Textarea } from "@mantine/core";
import { useClipboard } from "@mantine/hooks";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { call, project } from "../../api/http";
import { projectQuery, read } from "../../api/queries";
import { may } from "../../api/roles";
import type { Applied } from "../../api/types";
import { Loaded } from "../../ui/Loaded";
import { Section } from "../../ui/Page";
import { YamlErrors } from "../../ui/YamlErrors";

/** The project's file: read it, take it along, change it and apply it again. */
export function ProjectFile({ projectId }: { projectId: string }) {
  const { t } = useTranslation();
  const clipboard = useClipboard();
  const queries = useQueryClient();
  const query = useQuery(read<string>(projectId, "/yaml"));
  const mayChange = may(useQuery(projectQuery(projectId)).data?.role, "change");
  const [edited, setEdited] = useState<string | null>(null);
  const text = edited ?? query.data ?? "";
  const apply = useMutation({
    mutationFn: () => call<Applied>("POST", "/api/projects", { json: { yaml: text } }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["project", projectId] });
      setEdited(null);
    },
  });
  return (
    <Section
      title={t("settings.yaml")}
      aside={
        <Group gap="xs">
          <Button size="xs" variant="default" onClick={() => clipboard.copy(text)}>{clipboard.copied ? t("settings.copied") : t("settings.copy")}</Button>
          <Button size="xs" variant="default" component="a" href={project(projectId, "/yaml")} download={`${projectId}.yaml`}>{t("settings.download")}</Button>
        </Group>
      }
    >
      <Text size="sm" c="dimmed">{t(mayChange ? "settings.yamlText" : "settings.yamlRead")}</Text>
      <Loaded query={query}>
        {() => (
          <Stack gap="xs">
            <Textarea
              aria-label={t("settings.yaml")}
              value={text}
              readOnly={!mayChange}
              onChange={(event) => setEdited(event.currentTarget.value)}
              autosize
              minRows={8}
              maxRows={30}
              spellCheck={false}
              styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)", fontSize: 13 } }}
            />
            {apply.error && edited !== null && <YamlErrors error={apply.error} text={text} />}
            {apply.data && edited === null && <Alert color="green" role="status" p="xs">{t("settings.applied", { number: apply.data.guideline_number })}</Alert>}
            {mayChange && <Group justify="flex-end">
              <Button variant="default" disabled={edited === null} onClick={() => setEdited(null)}>{t("settings.discard")}</Button>
              <Button disabled={edited === null} loading={apply.isPending} onClick={() => apply.mutate()}>{t("settings.apply")}</Button>
            </Group>}
          </Stack>
        )}
      </Loaded>
    </Section>
  );
}
