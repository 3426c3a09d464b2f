import { Text } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useRef } from "react";
import { useTranslation } from "react-i18next";
import { list } from "../../api/queries";
import type { ConsensusRow } from "../../api/work";
import { DataTable } from "../../ui/DataTable";
import { decimal, integer, percent } from "../../ui/format";
import { Hint } from "../../ui/Hint";
import { Loaded } from "../../ui/Loaded";
import { StatusBadge } from "../../ui/Status";
import { Ago } from "../../ui/Time";
import { CopyId } from "../../ui/CopyId";
import { Parts } from "./Parts";
import { useRowKeys } from "../../ui/useRowKeys";
import { ItemLink } from "./ItemLink";

/** The answer, or that there is none yet: split votes decide nothing, and what is not more likely right than wrong only leads. */
function Answer({ row }: { row: ConsensusRow }) {
  const { t } = useTranslation();
  if (row.settled) {
    return (
      <>
        <Text size="sm">{row.settled.text}</Text>
        <Text size="xs" c="dimmed">{t(`quality.settledBy.${row.settled.source}`)}</Text>
      </>
    );
  }
  if (!row.undecided) return <Text size="sm">{row.text}</Text>;
  return (
    <>
      <StatusBadge kind="unknown">{t("quality.undecided")}</StatusBadge>
      <Text size="xs" c="dimmed">{row.split ? t("quality.split") : t("quality.leaning", { answer: row.text })}</Text>
    </>
  );
}

/** How the votes fell, the most first. */
function Votes({ row }: { row: ConsensusRow }) {
  return row.shares.map((share) => (
    <Text key={share.answer} size="xs" className="lw-number">{`${integer(share.votes)} \u00d7 ${share.text}`}</Text>
  ));
}

/** By how much one more vote would help. */
function Worth({ row }: { row: ConsensusRow }) {
  const { t } = useTranslation();
  if (row.one_more_vote === null) return null;
  return row.one_more_vote < 0.0005 ? t("quality.noWorth") : t("quality.worth", { points: decimal(100 * row.one_more_vote, 1) });
}

/** What the model says, which nothing has held against gold yet: never shown as if it came true. */
function Uncalibrated({ row }: { row: ConsensusRow }) {
  const { t } = useTranslation();
  const partsOnly = row.shares.every((share) => share.probability === null);
  return (
    <Hint focusable label={<>{`${row.not_calibrated}.`} <Worth row={row} /></>}>
      <span className="lw-number">{percent(row.probability)}</span>
      <Text span size="xs" c="dimmed" style={{ display: "block" }}>{t(partsOnly ? "quality.ofParts" : "quality.notCalibrated")}</Text>
    </Hint>
  );
}

/** A figure of a decision only: beside split votes it would read as one. The lean stays a hover away. */
function Probability({ row }: { row: ConsensusRow }) {
  const { t } = useTranslation();
  if (row.settled) return <Hint focusable label={t("quality.votesSay", { answer: row.text, share: percent(row.probability) })}><Text span size="sm" c="dimmed">{t("quality.settled")}</Text></Hint>;
  if (!row.undecided && row.calibrated !== null) return <Hint focusable label={<>{t("quality.calibratedHint", { share: percent(row.probability) })} <Worth row={row} /></>}><span className="lw-number">{percent(row.calibrated)}</span></Hint>;
  if (!row.undecided) return <Uncalibrated row={row} />;
  return <Hint focusable label={t("quality.lean", { answer: row.text, share: percent(row.probability) })}><Text span size="sm" c="dimmed">{t("quality.noDecision")}</Text></Hint>;
}

export const consensusQuery = (projectId: string, { order = "updated", limit = 20, offset = 0 }: Omit<ConsensusListProps, "projectId">) =>
  list<ConsensusRow>(projectId, `/consensus?limit=${limit}&offset=${offset}&order=${order}`);

interface ConsensusListProps {
  projectId: string;
  order?: "updated" | "unsure";
  limit?: number;
  offset?: number;
}

/** Each item's answer with its probability, as the judgments come in; j and k go through the rows. */
export function ConsensusList({ projectId, ...page }: ConsensusListProps) {
  const { t } = useTranslation();
  const query = useQuery({ ...consensusQuery(projectId, page), placeholderData: keepPreviousData });
  const table = useRef<HTMLDivElement>(null);
  useRowKeys(table);
  return (
    <Loaded query={query}>
      {(rows) => rows.length === 0 ? <Text size="sm" c="dimmed">{t("quality.noConsensus")}</Text> : (
        <div ref={table}><DataTable
          caption={t("quality.live")}
          rows={rows}
          keyOf={(row) => row.item_id}
          columns={[
            { head: t("quality.prompt"), cell: (row) => <><ItemLink projectId={projectId} id={row.item_id} title={row.prompt} /><CopyId id={row.item_id} /></> },
            { head: t("quality.answer"), cell: (row) => <><Answer row={row} /><Parts parts={row.parts} /></>, width: 190 },
            { head: t("quality.votes"), cell: (row) => <Votes row={row} />, width: 190 },
            { head: t("quality.probability"), cell: (row) => <Probability row={row} />, align: "end", width: 110 },
            { head: t("quality.count"), cell: (row) => <span className="lw-number">{integer(row.n)}</span>, align: "end", width: 60 },
            { head: t("quality.updated"), cell: (row) => <Ago at={row.updated_at} />, width: 140 },
          ]}
        /></div>
      )}
    </Loaded>
  );
}
