import { UnstyledButton } from "@mantine/core";
import { useClipboard } from "@mantine/hooks";
import { useTranslation } from "react-i18next";
import { shortId } from "./format";
import { Hint } from "./Hint";

/** A short id; a click copies the whole one. */
export function CopyId({ id }: { id: string | null | undefined }) {
  const { t } = useTranslation();
  const clipboard = useClipboard({ timeout: 1500 });
  if (!id) return <span>{"\u2013"}</span>;
  return (
    <Hint label={clipboard.copied ? t("id.copied") : id}>
      <UnstyledButton
        fz="xs"
        ff="monospace"
        c={clipboard.copied ? "green" : "dimmed"}
        aria-label={t("id.copy", { id })}
        onClick={() => clipboard.copy(id)}
      >
        {clipboard.copied ? t("id.copied") : shortId(id)}
      </UnstyledButton>
    </Hint>
  );
}
