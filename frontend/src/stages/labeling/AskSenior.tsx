import { UnstyledButton } from "@mantine/core";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { worded } from "../../app/i18n";
import { Key } from "../../ui/Key";
import { Opening } from "../../ui/Opening";
import { useKey } from "../../ui/useKey";
import styles from "./label.module.css";

const Ask = lazy(() => worded(import("../adjudication/AskFromLabel").then((file) => ({ default: file.AskFromLabel }))));

/** A question about the item in view to somebody senior, by A. */
export function AskSenior({ projectId, itemId }: { projectId: string; itemId: string }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  useKey("a", () => setOpen(true));
  return (
    <>
      <UnstyledButton className={styles.toggle} onClick={() => setOpen(true)}>{t("label.ask")} <Key>A</Key></UnstyledButton>
      {open && <Suspense fallback={<Opening />}><Ask projectId={projectId} itemId={itemId} onClose={() => setOpen(false)} /></Suspense>}
    </>
  );
}
