import { SimpleGrid, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { ConsensusRow, ItemView } from "../../api/work";
import { DataTable } from "../../ui/DataTable";
import { Figure } from "../../ui/Figure";
import { Unknown } from "../../ui/Estimate";
import { decimal, integer, percent } from "../../ui/format";
import { Ago } from "../../ui/Time";

/** How the votes fell, the most first: kept beside the answer, whatever it is. */
function Distribution({ found }: { found: ConsensusRow }) {
  const { t } = useTranslation();
  return (
    <DataTable
      caption={t("items.distribution")}
      rows={found.shares}
      keyOf={(share) => share.answer}
      columns={[
        { head: t("items.distribution"), cell: (share) => share.text },
        { head: t("items.count"), cell: (share) => <span className="lw-number">{`${integer(share.votes)} / ${integer(found.n)}`}</span>, align: "end", width: 90 },
        { head: t("items.share"), cell: (share) => share.probability === null ? <Unknown /> : <span className="lw-number">{percent(share.probability)}</span>, align: "end", width: 130 },
      ]}
    />
  );
}

/** An answer of several parts: what is agreed on each. */
function Parts({ found }: { found: ConsensusRow }) {
  const { t } = useTranslation();
  if (found.parts.length === 0) return null;
  const nameOf = (part: ConsensusRow["parts"][number]) => [part.aspect, part.shape === "category" ? "" : t("items.part.about", { n: part.about + 1 })].filter(Boolean).join(", ");
  return (
    <DataTable
      caption={t("items.parts")}
      rows={found.parts.map((part, at) => ({ ...part, key: String(at) }))}
      keyOf={(part) => part.key}
      columns={[
        { head: t("items.part.shape"), cell: nameOf },
        { head: t("items.answer"), cell: (part) => part.answer },
        { head: t("items.part.value"), cell: (part) => part.value === null ? "" : <span className="lw-number">{part.low === null || part.high === null ? decimal(part.value) : `${decimal(part.value)} [${decimal(part.low)} to ${decimal(part.high)}]`}</span>, align: "end" },
        { head: t("items.count"), cell: (part) => <span className="lw-number">{integer(part.n)}</span>, align: "end", width: 70 },
      ]}
    />
  );
}

function Leaning({ found }: { found: ConsensusRow }) {
  const { t } = useTranslation();
  if (!found.undecided || found.settled) return <>{found.text}</>;
  return <>{found.split ? `${t("quality.undecided")}: ${t("quality.split")}` : `${t("quality.undecided")}: ${t("quality.leaning", { answer: found.text })}`}</>;
}

/** The consensus with its probability, the settled answer where there is one, and how the votes fell. */
export function ItemAnswer({ item }: { item: ItemView }) {
  const { t } = useTranslation();
  const { consensus, settled } = item;
  return (
    <Stack gap="sm">
      {settled && (
        <Figure label={`${t("items.settled")}: ${t(`quality.settledBy.${settled.source}`)}`} note={t("items.settledNote")}>
          {settled.text} <Text span size="sm" c="dimmed"><Ago at={settled.settled_at} /></Text>
        </Figure>
      )}
      {!consensus ? <Text size="sm" c="dimmed">{t("items.noConsensus")}</Text> : (
        <>
          <SimpleGrid cols={{ base: 1, sm: 3 }} spacing="sm">
            <Figure label={t("items.consensus")} note={settled ? undefined : t("items.notSettled")}><Leaning found={consensus} /></Figure>
            <Figure label={t("items.probability")} note={consensus.calibrated === null ? consensus.not_calibrated ?? undefined : `${t("items.calibrated")}: ${percent(consensus.calibrated)}`}>
              <span className="lw-number">{percent(consensus.probability)}</span>{" "}
              <Text span size="sm" c="dimmed" className="lw-number">{`n=${integer(consensus.n)}`}</Text>
            </Figure>
            <Figure label={t("items.oneMore")} note={t("items.oneMoreNote")}>{consensus.one_more_vote === null ? <Unknown /> : <span className="lw-number">{percent(consensus.one_more_vote)}</span>}</Figure>
          </SimpleGrid>
          {consensus.shares.length > 0 && <Distribution found={consensus} />}
          <Parts found={consensus} />
        </>
      )}
    </Stack>
  );
}
