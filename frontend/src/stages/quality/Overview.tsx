import { SimpleGrid, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { read } from "../../api/queries";
import type { QualityView } from "../../api/work";
import { Empty } from "../../ui/Empty";
import { EstimateText } from "../../ui/Estimate";
import { Figure } from "../../ui/Figure";
import { integer } from "../../ui/format";
import { ButtonLink } from "../../ui/links";
import { Loaded } from "../../ui/Loaded";
import { Section } from "../../ui/Page";
import { ConsensusList } from "./ConsensusList";
import { Ratings, ReliabilityTable } from "./Ratings";

function Counts({ view }: { view: QualityView }) {
  const { t } = useTranslation();
  const { consensus } = view;
  return (
    <SimpleGrid cols={{ base: 2, sm: 4 }} spacing="sm">
      <Figure label={t("quality.judgments")}>{integer(view.judgments)}</Figure>
      <Figure label={t("quality.annotators")}>{integer(view.annotators)}</Figure>
      <Figure label={t("quality.items")} note={t("quality.consensusNote", { closed: integer(consensus.closed), open: integer(consensus.open), undecided: integer(consensus.undecided) })}>{integer(view.items)}</Figure>
      <Figure label={t("quality.sources")}>{integer(view.sources)}</Figure>
    </SimpleGrid>
  );
}

/** How good the judgments are at a glance, and what they say of the policies. */
export default function Overview() {
  const { t } = useTranslation();
  const { project } = useParams({ from: "/p/$project" });
  const quality = useQuery(read<QualityView>(project, "/quality"));
  return (
    <Loaded query={quality} rows={6}>
      {(view) => view.judgments === 0 ? (
        <Empty title={t("quality.empty")} text={t("quality.emptyText")} action={<ButtonLink to="/p/$project/label" params={{ project }} mt="xs">{t("quality.toLabel")}</ButtonLink>} />
      ) : (
        <>
          <Counts view={view} />
          <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
            <Figure label={t("quality.alpha")} note={t("quality.alphaNote")}><EstimateText estimate={view.alpha} against={t("quality.alphaNote")} /></Figure>
            <Figure label={t("quality.position")} note={t("quality.positionNote")}><EstimateText estimate={view.position_bias} against={t("quality.half")} /></Figure>
          </SimpleGrid>
          <Section title={t("quality.ratings")} aside={<Text size="xs" c="dimmed">{t("quality.ratingsNote")}</Text>}><Ratings projectId={project} ratings={view.ratings} /></Section>
          <Section title={t("quality.live")}><ConsensusList projectId={project} /></Section>
          <Section title={t("quality.reliability")}><ReliabilityTable rows={view.reliability} /></Section>
        </>
      )}
    </Loaded>
  );
}
