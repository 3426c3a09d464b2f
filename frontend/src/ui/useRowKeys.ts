import { type RefObject, useCallback, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useKeySheet } from "../app/keys";
import { useKey } from "./useKey";

/** j and k move the focus along the rows of a list: whatever in it carries `data-row`. Enter is the link's own. */
export function useRowKeys(root: RefObject<HTMLElement | null>) {
  const { t } = useTranslation();
  const go = useCallback(
    (step: number) => {
      const rows = [...(root.current?.querySelectorAll<HTMLElement>("[data-row]") ?? [])];
      const at = rows.findIndex((row) => row === document.activeElement);
      const next = at < 0 ? (step > 0 ? 0 : rows.length - 1) : Math.min(Math.max(at + step, 0), rows.length - 1);
      rows[next]?.focus();
    },
    [root],
  );
  useKey("j", () => go(1));
  useKey("k", () => go(-1));
  useKeySheet(useMemo(() => [{ keys: ["J"], what: t("items.keys.next") }, { keys: ["K"], what: t("items.keys.before") }, { keys: ["Enter"], what: t("items.keys.open") }], [t]));
}
