import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { exactTime, seconds } from "../../ui/format";
import { Hint } from "../../ui/Hint";

/** How long there is until a time, or since when it is over; the exact time on hover. */
export function Due({ at }: { at: number }) {
  const { t } = useTranslation();
  const left = at - Date.now() / 1000;
  const time = seconds(Math.abs(left)).replace(".0 ", " ");
  const said = left > 0 ? t("adjudication.in", { time }) : t("adjudication.over", { time });
  return (
    <Hint label={exactTime(at)}>
      <Text span size="sm" className="lw-number" fw={left > 0 ? undefined : 600} c={left > 0 ? undefined : "var(--mantine-color-error)"}>{said}</Text>
    </Hint>
  );
}
