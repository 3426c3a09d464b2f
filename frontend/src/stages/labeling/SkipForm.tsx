import { Button, Group, Radio, Stack, Text } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Dialog } from "../../ui/Dialog";
import { Key } from "../../ui/Key";

const REASONS = ["cannot_judge", "not_my_language", "upsetting", "broken"] as const;
type Reason = (typeof REASONS)[number];

/** Why an item is left: arrows or 1 to 4 choose, Enter skips, Escape goes back. No reason is chosen for anybody: a skip is final. */
export default function SkipForm({ onSkip, onClose }: { onSkip: (reason: string) => void; onClose: () => void }) {
  const { t } = useTranslation();
  const [reason, setReason] = useState<Reason | null>(null);
  const [asked, setAsked] = useState(false);
  useHotkeys(REASONS.map((value, index) => [String(index + 1), () => setReason(value)]), []);
  return (
    <Dialog onClose={onClose} title={t("label.skipForm.title")}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (reason === null) setAsked(true);
          else onSkip(reason);
        }}
      >
        <Stack>
          <Radio.Group value={reason ?? ""} onChange={(value) => setReason(value as Reason)} aria-label={t("label.skipForm.title")}>
            <Stack gap="xs">
              {REASONS.map((value, index) => (
                <Radio key={value} value={value} label={<>{t(`label.skipForm.reasons.${value}`)} <Key>{String(index + 1)}</Key></>} data-autofocus={index === 0 || undefined} />
              ))}
            </Stack>
          </Radio.Group>
          {asked && reason === null && <Text size="sm" c="var(--mantine-color-error)" role="alert">{t("label.skipForm.missing")}</Text>}
          <Text size="xs" c="dimmed">{t("label.skipForm.final")}</Text>
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>{t("cancel")}</Button>
            <Button type="submit" rightSection={<Key>Enter</Key>}>{t("label.skipForm.send")}</Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
