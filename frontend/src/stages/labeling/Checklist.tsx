import { Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { guidelinesQuery } from "../../api/queries";
import { Key } from "../../ui/Key";
import { TextLink } from "../../ui/links";

/** The guideline's checklist at hand; folded or open as one left it. */
export function Checklist({ projectId, number, opened, onToggle }: { projectId: string; number: number; opened: boolean; onToggle: () => void }) {
  const { t } = useTranslation();
  const versions = useQuery(guidelinesQuery(projectId));
  const version = versions.data?.find((one) => one.number === number);
  if (!version || version.checklist.length === 0) return null;
  return (
    <details open={opened} className="lw-panel" style={{ padding: "8px 14px" }}>
      <summary
        onClick={(event) => {
          event.preventDefault();
          onToggle();
        }}
      >
        <Text span size="sm" fw={600}>{t("label.checklist")}</Text> <Key>G</Key>
      </summary>
      <ul style={{ margin: "6px 0", paddingInlineStart: 20 }}>
        {version.checklist.map((line) => <li key={line}><Text size="sm">{line}</Text></li>)}
      </ul>
      <TextLink to="/p/$project/guidelines" params={{ project: projectId }} size="sm">
        {`${t("label.openGuideline")} (${t("label.guideline", { number })})`}
      </TextLink>
    </details>
  );
}
