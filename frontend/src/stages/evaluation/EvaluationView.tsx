import { Group, SimpleGrid, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { read } from "../../api/queries";
import { CopyId } from "../../ui/CopyId";
import { EstimateText } from "../../ui/Estimate";
import { Figure } from "../../ui/Figure";
import { KeyValues } from "../../ui/KeyValues";
import { Loaded } from "../../ui/Loaded";
import { Markdown } from "../../ui/Markdown";
import { Section } from "../../ui/Page";
import { type Evaluation, nameOf, type SideBySide } from "./shape";

const SHOWN = 20;

function Pair({ pair, left, right }: { pair: SideBySide; left: string; right: string }) {
  const prompt = typeof pair.prompt === "string" ? pair.prompt : pair.prompt.map((message) => message.content).join("\n\n");
  return (
    <Stack gap={6} component="article" aria-label={prompt.slice(0, 80)}>
      <Group gap="xs"><Text size="sm" c="dimmed" lineClamp={3} style={{ flex: 1 }}>{prompt}</Text>{pair.outcome && <Text size="sm" fw={600}>{pair.outcome}</Text>}<CopyId id={pair.item_id} /></Group>
      <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
        <div className="lw-panel" style={{ padding: 12 }}><Text size="xs" c="dimmed">{left}</Text><Markdown text={pair.candidate ?? ""} /></div>
        <div className="lw-panel" style={{ padding: 12 }}><Text size="xs" c="dimmed">{right}</Text><Markdown text={pair.reference ?? ""} /></div>
      </SimpleGrid>
    </Stack>
  );
}

export function EvaluationView({ projectId, id }: { projectId: string; id: string }) {
  const { t } = useTranslation();
  const query = useQuery(read<Evaluation>(projectId, `/evaluations/${id}`));
  return (
    <Loaded query={query}>
      {(evaluation) => {
        const left = nameOf(evaluation.candidate ?? evaluation.candidate_id);
        const right = nameOf(evaluation.reference ?? evaluation.reference_id);
        const pairs = evaluation.answers ?? [];
        return (
          <>
            <Figure label={`${left} / ${right}: ${t("evaluation.winRate")}`} note={t("evaluation.half")}>
              <EstimateText estimate={evaluation.win_rate} kind="percent" against={t("evaluation.half")} />
            </Figure>
            {evaluation.metrics && <Section title={t("evaluation.metrics")}><KeyValues values={evaluation.metrics} /></Section>}
            <Section title={t("evaluation.sides")}>
              {pairs.length === 0 && <Text size="sm" c="dimmed">{t("evaluation.noSides")}</Text>}
              <Stack gap="lg">{pairs.slice(0, SHOWN).map((pair) => <Pair key={pair.item_id} pair={pair} left={left} right={right} />)}</Stack>
            </Section>
          </>
        );
      }}
    </Loaded>
  );
}
