import { Button, Group, Stack, Text, Textarea } from "@mantine/core";
import { useRef } from "react";
import { useTranslation } from "react-i18next";
import type { Thread } from "../../api/threads";
import { ErrorPanel } from "../../ui/ErrorPanel";
import type { useOutbox } from "./outbox";

const MOST = 4000;
const ROLES = ["lead", "specialist"];

/** Whom one can call: the people of the thread, and those who decide. */
function callable(thread: Thread): string[] {
  const here = thread.people.filter((one) => !one.me).map((one) => one.name);
  return [...new Set([...here, ...ROLES])];
}

const tagOf = (name: string) => `@${name.replace(" ", "-")}`;

interface ComposerProps {
  thread: Thread;
  outbox: ReturnType<typeof useOutbox>;
}

/** Where one writes. What is typed is kept by the browser until it has arrived. */
export function Composer({ thread, outbox }: ComposerProps) {
  const { t } = useTranslation();
  const field = useRef<HTMLTextAreaElement>(null);
  const insert = (name: string) => {
    const at = field.current?.selectionStart ?? outbox.draft.length;
    const head = outbox.draft.slice(0, at);
    const gap = head === "" || /\s$/.test(head) ? "" : " ";
    outbox.write(`${head}${gap}${tagOf(name)} ${outbox.draft.slice(at)}`);
    field.current?.focus();
  };
  return (
    <Stack gap={6}>
      {outbox.refused && <ErrorPanel error={outbox.refused} />}
      <Textarea
        ref={field} aria-label={t("discussion.write")} placeholder={t("discussion.write")} description={t("discussion.writeHint")} inputWrapperOrder={["input", "description"]}
        value={outbox.draft} autosize minRows={2} maxRows={8} maxLength={MOST} dir="auto"
        onChange={(event) => outbox.write(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.nativeEvent.isComposing) return;
          event.preventDefault();
          outbox.send();
        }}
      />
      <Group justify="space-between" gap="xs" align="flex-start">
        <Group gap={4} role="group" aria-label={t("discussion.call")}>
          <Text span size="sm" c="dimmed">{t("discussion.call")}</Text>
          {callable(thread).map((name) => (
            <Button key={name} size="compact-xs" variant="default" aria-label={t("discussion.callOne", { name })} onClick={() => insert(name)}>{tagOf(name)}</Button>
          ))}
        </Group>
        <Button onClick={outbox.send} disabled={outbox.draft.trim() === ""}>{t("discussion.send")}</Button>
      </Group>
    </Stack>
  );
}
