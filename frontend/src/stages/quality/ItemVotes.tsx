import { Badge, Group, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { ItemView, Vote } from "../../api/work";
import { DataTable } from "../../ui/DataTable";
import { Ago } from "../../ui/Time";

function Flags({ vote }: { vote: Vote }) {
  const { t } = useTranslation();
  if (vote.flags.length === 0) return null;
  return (
    <Group gap={4}>
      {vote.flags.map((flag) => (
        <Badge key={`${flag.flag} ${flag.place} ${flag.completion} ${flag.start}`} color="yellow">
          {[flag.flag, flag.severity, flag.place === "completion" ? t("items.place.completion", { n: (flag.completion ?? 0) + 1 }) : t(`items.place.${flag.place as "item"}`)].filter(Boolean).join(" \u00b7 ")}
        </Badge>
      ))}
    </Group>
  );
}

/** Each judgment with its reason and flags; who gave it is a number that holds on this item only. */
export function ItemVotes({ item }: { item: ItemView }) {
  const { t } = useTranslation();
  if (item.votes.length === 0) return <Text size="sm" c="dimmed">{t("items.noVotes")}</Text>;
  return (
    <DataTable
      caption={t("items.votes")}
      rows={item.votes}
      keyOf={(vote) => `${vote.rater} ${vote.created_at}`}
      columns={[
        { head: t("items.rater"), cell: (vote) => vote.rater, width: 120 },
        { head: t("items.answer"), cell: (vote) => vote.text, width: 200 },
        {
          head: t("items.reason"),
          cell: (vote) => (
            <Stack gap={4}>
              {vote.reason && <Text size="sm" className="lw-plain">{vote.reason}</Text>}
              <Flags vote={vote} />
              {vote.note && <Text size="xs" c="dimmed" className="lw-plain">{`${t("items.note")}: ${vote.note}`}</Text>}
            </Stack>
          ),
        },
        { head: t("items.when"), cell: (vote) => <Ago at={vote.created_at} />, width: 140 },
      ]}
    />
  );
}
