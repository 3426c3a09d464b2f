import { Button, FileButton, Group, Stack, Text, Textarea } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { call } from "../../api/http";
import type { Applied } from "../../api/types";
import { Dialog } from "../../ui/Dialog";
import { YamlErrors } from "../../ui/YamlErrors";

/** Creates a project from its file; what was typed stays until it is right. */
export function NewProject({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  const queries = useQueryClient();
  const navigate = useNavigate();
  const create = useMutation({
    mutationFn: () => call<Applied>("POST", "/api/projects", { json: { yaml: text } }),
    onSuccess: async (made) => {
      await queries.invalidateQueries({ queryKey: ["projects"] });
      await navigate({ to: "/p/$project/loop", params: { project: made.project_id } });
    },
  });
  const load = (file: File | null) => {
    if (file) void file.text().then(setText);
  };
  return (
    <Dialog onClose={onClose} size="xl" title={t("projects.formTitle")}>
      <Stack>
        <Group justify="space-between">
          <Text size="sm" c="dimmed">{t("projects.pasteHint")}</Text>
          <FileButton onChange={load} accept=".yaml,.yml">
            {(props) => <Button {...props} variant="default" size="xs">{t("projects.file")}</Button>}
          </FileButton>
        </Group>
        <Textarea
          aria-label={t("projects.paste")}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          autosize
          minRows={12}
          maxRows={24}
          spellCheck={false}
          data-autofocus
          styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)", fontSize: 13 } }}
        />
        {create.error && <YamlErrors error={create.error} text={text} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>{t("cancel")}</Button>
          <Button onClick={() => create.mutate()} loading={create.isPending} disabled={!text.trim()}>{t("projects.create")}</Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
