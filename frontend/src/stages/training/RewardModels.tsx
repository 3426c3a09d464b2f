import { Group, SimpleGrid, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { list } from "../../api/queries";
import type { RewardModel } from "../../api/work";
import { CopyId } from "../../ui/CopyId";
import { EstimateText } from "../../ui/Estimate";
import { accuraciesOf } from "./accuracies";
import { Loaded } from "../../ui/Loaded";
import { Ago } from "../../ui/Time";

const SETS = ["train", "old", "on_policy", "contrast"] as const;

function Card({ model }: { model: RewardModel }) {
  const { t } = useTranslation();
  const nameOf = (name: string) => {
    const known = SETS.find((set) => name === set);
    return known ? t(`training.sets.${known}`) : name.replaceAll("_", " ");
  };
  return (
    <Stack className="lw-panel" p="sm" gap={6} component="article" aria-label={model.name}>
      <Group justify="space-between">
        <Text fw={600}>{model.name}</Text>
        <Group gap="xs"><CopyId id={model.id} /><Text size="xs" c="dimmed" component="span"><Ago at={model.created_at} /></Text></Group>
      </Group>
      {accuraciesOf(model.metrics).map(({ name, estimate }) => (
        <Group key={name} justify="space-between" gap="xs">
          <Text size="sm" c="dimmed">{`${t("training.accuracy")} ${nameOf(name)}`}</Text>
          <Text size="sm" component="span"><EstimateText estimate={estimate} kind="percent" against={t("training.coin")} /></Text>
        </Group>
      ))}
    </Stack>
  );
}

/** A reward model goes stale at once: its accuracy on old, on-policy and contrast pairs stands apart. */
export function RewardModels({ projectId }: { projectId: string }) {
  const { t } = useTranslation();
  const query = useQuery(list<RewardModel>(projectId, "/reward-models"));
  return (
    <Loaded query={query}>
      {(rows) => rows.length === 0 ? <Text size="sm" c="dimmed">{t("training.noRewardModels")}</Text> : (
        <SimpleGrid cols={{ base: 1, md: 2 }} spacing="sm">{rows.map((model) => <Card key={model.id} model={model} />)}</SimpleGrid>
      )}
    </Loaded>
  );
}
