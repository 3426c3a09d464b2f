import { useTranslation } from "react-i18next";
import { AskDialog } from "./AskDialog";

/** Asking about the item in view; it stays on the desk, to judge or to skip. */
export function AskFromLabel({ projectId, itemId, onClose }: { projectId: string; itemId: string; onClose: () => void }) {
  const { t } = useTranslation();
  return <AskDialog projectId={projectId} itemId={itemId} text={t("adjudication.item.askLabel")} onClose={onClose} />;
}
