import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { CaseReason } from "../../api/cases";
import { percent } from "../../ui/format";
import { Shown } from "../../ui/PlainText";

/** Why an item was escalated, in words; nothing for who is still to decide it blind. */
export function Reasons({ reasons }: { reasons: readonly CaseReason[] | null }) {
  const { t } = useTranslation();
  if (reasons === null) return <Text size="sm" c="dimmed" fs="italic">{t("adjudication.hidden")}</Text>;
  const said = ({ kind, detail, question }: CaseReason) => {
    if (kind === "flag") return t("adjudication.reasons.flag", { flag: String(detail.flag), severity: String(detail.severity) });
    if (kind === "unsure") return t("adjudication.reasons.unsure", { probability: percent(Number(detail.probability)), below: percent(Number(detail.below)) });
    return kind === "request" ? t("adjudication.reasons.request", { question: question ?? "" }) : t("adjudication.reasons.disagreement");
  };
  return (
    <ul style={{ margin: 0, paddingInlineStart: 18 }}>
      {reasons.map((one) => <li key={`${one.kind} ${one.at}`}><Text size="sm" dir="auto"><Shown text={said(one)} /></Text></li>)}
    </ul>
  );
}
