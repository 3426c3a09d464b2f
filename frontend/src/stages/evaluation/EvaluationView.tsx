import { Group, SimpleGrid, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { read } from "../../api/queries";
import type { ComparedPair, EvaluationDetail } from "../../api/work";
import { CopyId } from "../../ui/CopyId";
import { EstimateText } from "../../ui/Estimate";
import { Figure } from "../../ui/Figure";
import { KeyValues } from "../../ui/KeyValues";
import { Loaded } from "../../ui/Loaded";
import { ButtonLink } from "../../ui/links";
import { Markdown } from "../../ui/Markdown";
import { Section } from "../../ui/Page";

const SHOWN = 20;

function Pair({ pair, left, right }: { pair: ComparedPair; left: string; right: string }) {
  const prompt = pair.prompt.map((message) => String(message.content ?? "")).join("\n\n");
  return (
    <Stack gap={6} component="article" aria-label={prompt.slice(0, 80)}>
      <Group gap="xs" wrap="nowrap">
        <Text size="sm" c="dimmed" lineClamp={3} style={{ flex: 1 }}>{prompt}</Text>
        {pair.outcome && <Text size="sm" fw={600} className="lw-number">{pair.outcome}</Text>}
        <CopyId id={pair.item_id} />
      </Group>
      <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
        <div className="lw-panel" style={{ padding: 12 }}><Text size="xs" c="dimmed">{left}</Text><Markdown text={pair.candidate} /></div>
        <div className="lw-panel" style={{ padding: 12 }}><Text size="xs" c="dimmed">{right}</Text><Markdown text={pair.baseline} /></div>
      </SimpleGrid>
    </Stack>
  );
}

/** One comparison: its win rate, its other figures, and the answers next to each other. */
export function EvaluationView({ projectId, id }: { projectId: string; id: string }) {
  const { t } = useTranslation();
  const query = useQuery(read<EvaluationDetail>(projectId, `/evaluations/${id}`));
  return (
    <Loaded query={query}>
      {(found) => (
        <>
          <Group justify="flex-end"><ButtonLink to="/p/$project/evaluation" params={{ project: projectId }} search={{}} variant="default" size="xs">{t("evaluation.close")}</ButtonLink></Group>
          <Figure label={t("evaluation.title", { candidate: found.candidate, reference: found.reference })} note={t("evaluation.half")}>
            <EstimateText estimate={found.win_rate ?? { value: null, low: null, high: null, n: 0, method: "", reason: t("evaluation.waits", { count: found.wanted }) }} kind="percent" against={t("evaluation.half")} />
          </Figure>
          {found.metrics && Object.keys(found.metrics).length > 0 && <Section title={t("evaluation.metrics")}><KeyValues values={found.metrics} /></Section>}
          <Section title={t("evaluation.sides")}>
            {found.pairs.length === 0 && <Text size="sm" c="dimmed">{t("evaluation.noSides")}</Text>}
            <Stack gap="lg">{found.pairs.slice(0, SHOWN).map((pair) => <Pair key={pair.prompt_id} pair={pair} left={found.candidate} right={found.reference} />)}</Stack>
          </Section>
        </>
      )}
    </Loaded>
  );
}
