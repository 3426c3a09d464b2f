import { Group, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Decision } from "../../api/work";
import { CopyId } from "../../ui/CopyId";
import { StatusBadge, type StatusKind } from "../../ui/Status";
import { Ago } from "../../ui/Time";

const KIND: Record<Decision["kind"], StatusKind> = { refused: "refused", released: "passed", rolled_back: "refused", held: "held", aborted: "unknown" };

/** The reasons that the sentence has not said already. */
const others = (decision: Decision) => decision.reasons.filter((reason) => !decision.sentence.includes(reason));

/** What was released or refused, and why, in sentences. */
export function Decisions({ decisions }: { decisions: Decision[] }) {
  const { t } = useTranslation();
  if (decisions.length === 0) return <Text size="sm" c="dimmed">{t("loop.noDecisions")}</Text>;
  return (
    <Stack gap="sm">
      {decisions.slice(0, 12).map((one) => (
        <Stack key={`${one.at}-${one.ref}-${one.kind}`} gap={2}>
          <Group gap="xs">
            <StatusBadge kind={KIND[one.kind] ?? "unknown"}>{t(`loop.kinds.${one.kind}`)}</StatusBadge>
            <Text size="xs" c="dimmed" component="span"><Ago at={one.at} /></Text>
            {one.ref && <CopyId id={one.ref} />}
          </Group>
          <Text size="sm">{one.sentence}</Text>
          {others(one).length > 0 && (
            <ul style={{ margin: 0, paddingInlineStart: 18 }}>
              {others(one).map((reason) => <li key={reason}><Text size="sm" c="dimmed">{reason}</Text></li>)}
            </ul>
          )}
        </Stack>
      ))}
    </Stack>
  );
}
