import { Button, Group, Stack, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Dialog } from "./Dialog";
import { ErrorPanel } from "./ErrorPanel";

interface ConfirmProps {
  title: string;
  text: string;
  action: string;
  run: () => Promise<unknown>;
  onClose: () => void;
}

/** Asks once before what cannot be taken back; stays open with the reason when it was refused. */
export function Confirm({ title, text, action, run, onClose }: ConfirmProps) {
  const { t } = useTranslation();
  const doing = useMutation({ mutationFn: run, onSuccess: onClose });
  return (
    <Dialog title={title} onClose={onClose}>
      <Stack gap="sm">
        <Text size="sm">{text}</Text>
        {doing.error && <ErrorPanel error={doing.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>{t("cancel")}</Button>
          <Button color="red" loading={doing.isPending} onClick={() => doing.mutate()}>{action}</Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
