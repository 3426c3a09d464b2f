import type { TFunction } from "i18next";

/** Who wrote which side, in words; told only after the judgment, and only where the project wants it. */
export function toldOf(revealed: Readonly<Record<string, string>>, t: TFunction): string {
  const side = (name: string) => (name === "left" || name === "right" || name === "only" ? t(`label.${name}`) : t("label.lettered", { letter: name.toUpperCase() }));
  return Object.entries(revealed).map(([name, policy]) => t("desk.revealed.side", { side: side(name), policy })).join(", ");
}
