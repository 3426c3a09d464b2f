import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { call, project } from "../../api/http";
import { TextDialog } from "./TextDialog";

interface AskDialogProps {
  projectId: string;
  itemId: string;
  text: string;
  onClose: () => void;
}

/** Makes an item a case, with a question to whoever decides it. */
export function AskDialog({ projectId, itemId, text, onClose }: AskDialogProps) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const escalating = useMutation({
    mutationFn: (question: string) => call("POST", project(projectId, `/items/${encodeURIComponent(itemId)}/escalate`), { json: { question } }),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ["project", projectId] });
      onClose();
    },
  });
  return (
    <TextDialog
      title={t("adjudication.item.ask")}
      text={text}
      label={t("adjudication.text")}
      action={t("adjudication.item.send")}
      busy={escalating.isPending}
      error={escalating.error}
      onSend={(question) => escalating.mutate(question)}
      onClose={onClose}
    />
  );
}
