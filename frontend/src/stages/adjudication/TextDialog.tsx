import { Button, Group, Stack, Text, Textarea } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Dialog } from "../../ui/Dialog";
import { ErrorPanel } from "../../ui/ErrorPanel";

interface TextDialogProps {
  title: string;
  text: string;
  label: string;
  action: string;
  busy: boolean;
  error: Error | null;
  onSend: (text: string) => void;
  onClose: () => void;
}

/** One text that goes with an action; Ctrl or Cmd with Enter sends it. */
export function TextDialog({ title, text, label, action, busy, error, onSend, onClose }: TextDialogProps) {
  const { t } = useTranslation();
  const [said, setSaid] = useState("");
  const send = () => said.trim() !== "" && !busy && onSend(said.trim());
  return (
    <Dialog title={title} onClose={onClose}>
      <Stack gap="sm">
        <Text size="sm">{text}</Text>
        <Textarea
          data-autofocus
          label={label}
          autosize
          minRows={3}
          maxRows={10}
          maxLength={4000}
          value={said}
          onChange={(event) => setSaid(event.currentTarget.value)}
          onKeyDown={(event) => event.key === "Enter" && (event.ctrlKey || event.metaKey) && send()}
        />
        {error && <ErrorPanel error={error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>{t("cancel")}</Button>
          <Button loading={busy} disabled={said.trim() === ""} onClick={send}>{action}</Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
