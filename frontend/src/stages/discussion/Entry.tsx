import { Button, Group, Stack, Text, Textarea } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { call, project } from "../../api/http";
import { type Thread, type ThreadEntry, threadPath, took } from "../../api/threads";
import { Confirm } from "../../ui/Confirm";
import { ErrorPanel } from "../../ui/ErrorPanel";
import { Markdown } from "../../ui/Markdown";
import { More } from "../../ui/More";
import { Ago } from "../../ui/Time";
import { uniqueId } from "../../ui/unique";
import styles from "./discussion.module.css";

interface EntryProps {
  projectId: string;
  thread: Thread;
  entry: ThreadEntry;
}

function useChange(projectId: string, thread: Thread) {
  const queries = useQueryClient();
  return (method: "POST" | "DELETE", rest: string, json?: object) =>
    call<Thread>(method, project(projectId, threadPath(thread.id, rest)), { json }).then((next) => took(queries, projectId, next));
}

function Editing({ projectId, thread, entry, onDone }: EntryProps & { onDone: () => void }) {
  const { t } = useTranslation();
  const change = useChange(projectId, thread);
  const [text, setText] = useState(entry.text ?? "");
  const [clientId] = useState(uniqueId);
  const saving = useMutation({ mutationFn: () => change("POST", `/messages/${entry.id}/edit`, { client_id: clientId, text: text.trim() }), onSuccess: onDone });
  return (
    <Stack gap={6}>
      <Textarea
        aria-label={t("discussion.editOf")} value={text} autosize minRows={2} maxRows={10} maxLength={4000} data-autofocus autoFocus
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape") onDone();
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && text.trim()) saving.mutate();
        }}
      />
      {saving.error && <ErrorPanel error={saving.error} />}
      <Group gap="xs">
        <Button size="compact-sm" loading={saving.isPending} disabled={text.trim() === "" || text === entry.text} onClick={() => saving.mutate()}>{t("discussion.save")}</Button>
        <Button size="compact-sm" variant="default" onClick={onDone}>{t("cancel")}</Button>
      </Group>
    </Stack>
  );
}

function Tools({ entry, thread, onEdit, onRemove }: { entry: ThreadEntry; thread: Thread; onEdit: () => void; onRemove: () => void }) {
  const { t } = useTranslation();
  return (
    <Group gap={4}>
      {entry.mine && thread.may.write && <Button size="compact-xs" variant="subtle" onClick={onEdit}>{t("discussion.edit")}</Button>}
      {(entry.mine || thread.may.remove) && <Button size="compact-xs" variant="subtle" color="gray" c="dimmed" aria-label={t("discussion.removeOf", { author: entry.author })} onClick={onRemove}>{t("discussion.remove")}</Button>}
    </Group>
  );
}

/** A message, with what was there before it was edited. */
function Said({ projectId, thread, entry }: EntryProps) {
  const { t } = useTranslation();
  const change = useChange(projectId, thread);
  const [doing, setDoing] = useState<"edit" | "remove" | null>(null);
  return (
    <article className={styles.entry} data-mine={entry.mine || undefined} data-entry={entry.id}>
      <Group justify="space-between" gap="xs" wrap="nowrap" mb={2}>
        <Text size="xs" fw={600}>{entry.mine ? t("discussion.you", { name: entry.author }) : entry.author}</Text>
        <Text size="xs" c="dimmed" component="div"><Ago at={entry.at} />{entry.edited_at !== null && `, ${t("discussion.edited")}`}</Text>
      </Group>
      {doing === "edit" ? <Editing projectId={projectId} thread={thread} entry={entry} onDone={() => setDoing(null)} /> : <Markdown text={entry.text ?? ""} />}
      {entry.history.length > 0 && (
        <More title={t("discussion.earlier")}>
          {() => entry.history.map((one) => <div key={one.at} className="lw-nested"><Text size="xs" c="dimmed" component="div"><Ago at={one.at} /></Text><Markdown text={one.text} /></div>)}
        </More>
      )}
      {doing !== "edit" && <Tools entry={entry} thread={thread} onEdit={() => setDoing("edit")} onRemove={() => setDoing("remove")} />}
      {doing === "remove" && (
        <Confirm title={t("discussion.removeTitle")} text={t("discussion.removeText")} action={t("discussion.remove")} run={() => change("DELETE", `/messages/${entry.id}`)} onClose={() => setDoing(null)} />
      )}
    </article>
  );
}

/** One thing that happened in a thread. */
export function Entry(props: EntryProps) {
  const { t } = useTranslation();
  const { entry } = props;
  const author = entry.author ?? t("discussion.rule");
  if (entry.kind === "message" && !entry.deleted) return <Said {...props} />;
  const told = entry.kind === "message" ? t("discussion.deleted", { author })
    : entry.kind === "opened" && entry.author === null ? t("discussion.happened.openedByRule")
    : t(`discussion.happened.${entry.kind as "opened" | "stance" | "resolution"}`, { author });
  return <Text size="xs" c="dimmed" component="div" className={styles.happened} data-entry={entry.id}>{told}, <Ago at={entry.at} /></Text>;
}
