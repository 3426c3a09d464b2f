import { useTranslation } from "react-i18next";
import { IMAGE, PROMPT } from "./flagging";

/** How a side is called; null is the item as a whole. */
export function usePlaceName(): (side: string | null) => string {
  const { t } = useTranslation();
  return (side) => {
    if (side === null) return t("kinds.flags.whole");
    if (side === PROMPT) return t("label.prompt");
    if (side === IMAGE) return t("kinds.flags.image");
    return side === "left" || side === "right" || side === "only" ? t(`label.${side}`) : t("label.lettered", { letter: side.toUpperCase() });
  };
}
