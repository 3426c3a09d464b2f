import { Group, Stack, Text, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Dialog } from "../ui/Dialog";
import { Key } from "../ui/Key";
import { type KeyLine, useSheetLines } from "./keys";

function Lines({ title, lines }: { title: string; lines: readonly KeyLine[] }) {
  if (lines.length === 0) return null;
  return (
    <Stack gap={6}>
      <Title order={3}>{title}</Title>
      {lines.map((line) => (
        <Group key={line.what} justify="space-between" wrap="nowrap">
          <Text size="sm">{line.what}</Text>
          <Group gap={4} wrap="nowrap">{line.keys.map((name) => <Key key={name}>{name}</Key>)}</Group>
        </Group>
      ))}
    </Stack>
  );
}

export default function KeySheet({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const page = useSheetLines();
  const everywhere: KeyLine[] = [
    { keys: ["Ctrl", "K"], what: t("keys.anywhere") },
    { keys: ["?"], what: t("keys.sheet") },
    { keys: ["Shift", "D"], what: t("keys.scheme") },
    { keys: ["Esc"], what: t("keys.escape") },
  ];
  return (
    <Dialog onClose={onClose} title={t("keys.title")}>
      <Stack gap="lg">
        <Lines title={t("keys.page")} lines={page} />
        <Lines title={t("keys.everywhere")} lines={everywhere} />
      </Stack>
    </Dialog>
  );
}
