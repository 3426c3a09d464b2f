import { Button, FileButton, Group, Stack, Text } from "@mantine/core";
import { useRef } from "react";
import { useTranslation } from "react-i18next";

interface FilePickerProps {
  label: string;
  files: File[];
  onPick: (files: File[]) => void;
  many?: boolean;
  accept?: string;
}

const NAMED = 3;

/** Files to send. The same file can be chosen again, after it was mended. */
export function FilePicker({ label, files, onPick, many = false, accept }: FilePickerProps) {
  const { t } = useTranslation();
  const reset = useRef<() => void>(null);
  const pick = (chosen: File[]) => {
    if (chosen.length > 0) onPick(chosen);
    reset.current?.();
  };
  const named = files.slice(0, NAMED).map((file) => file.name).join(", ");
  const input = { accept, resetRef: reset, inputProps: { "aria-label": label } };
  return (
    <Stack gap={4}>
      <Text size="sm" fw={600}>{label}</Text>
      <Group gap="sm">
        {many
          ? <FileButton {...input} multiple onChange={pick}>
              {(props) => <Button {...props} variant="default" size="sm" aria-label={`${t("importFrom.choose")}: ${label}`}>{t("importFrom.choose")}</Button>}
            </FileButton>
          : <FileButton {...input} onChange={(file) => pick(file ? [file] : [])}>
              {(props) => <Button {...props} variant="default" size="sm" aria-label={`${t("data.choose")}: ${label}`}>{t("data.choose")}</Button>}
            </FileButton>}
        <Text size="sm" c={files.length ? undefined : "dimmed"} style={{ overflowWrap: "anywhere" }}>
          {files.length === 0 ? t("importFrom.none") : `${named}${files.length > NAMED ? ` ${t("importFrom.more", { count: files.length - NAMED })}` : ""}`}
        </Text>
        {files.length > 0 && <Button variant="subtle" size="compact-sm" aria-label={`${t("importFrom.clear")}: ${label}`} onClick={() => onPick([])}>{t("importFrom.clear")}</Button>}
      </Group>
    </Stack>
  );
}
