import { Select, Stack, Text } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Fragment, useState } from "react";
import { useTranslation } from "react-i18next";
import { read } from "../../api/queries";
import type { AgreementsView, RaterPair, RaterPairsView } from "../../api/work";
import { ChartOrTable } from "../../ui/ChartOrTable";
import { CopyId } from "../../ui/CopyId";
import { DataTable } from "../../ui/DataTable";
import { EstimateText } from "../../ui/Estimate";
import { decimal, integer, shortId } from "../../ui/format";
import { Loaded } from "../../ui/Loaded";
import { nameOf } from "./aspects";
import styles from "./heat.module.css";

const STEPS = [1, 2, 3, 4] as const;

/** How strong a cell's colour is: the more two people differ, the stronger. */
const stepOf = (value: number) => (value < 0.4 ? 1 : value < 0.6 ? 2 : value < 0.8 ? 3 : 4);

const letter = (at: number) => String.fromCharCode(65 + at);

function Cell({ pair }: { pair: RaterPair | undefined }) {
  const { t } = useTranslation();
  if (!pair) return <div className={styles.cell} />;
  const value = pair.gwet?.value ?? null;
  if (pair.n === null || value === null || !pair.enough) return <div className={styles.cell} data-step="unread" title={pair.reason ?? t("agreement.unsure")}>{pair.n !== null && <small>{`n=${integer(pair.n)}`}</small>}</div>;
  return <div className={styles.cell} data-step={stepOf(value)}>{decimal(value)}<small>{`n=${integer(pair.n)}`}</small></div>;
}

function Legend({ shownFrom }: { shownFrom: number }) {
  const { t } = useTranslation();
  return (
    <ul className={styles.legend}>
      <li>{t("agreement.cell")}</li>
      {STEPS.map((step) => <li key={step}><span className={styles.cell} data-step={step} />{t(`agreement.scale.${step}`)}</li>)}
      <li><span className={styles.cell} data-step="unread" />{`${t("agreement.few", { n: shownFrom })}, ${t("agreement.unsure")}`}</li>
    </ul>
  );
}

function Grid({ found }: { found: RaterPairsView }) {
  const of = new Map(found.pairs.flatMap((pair) => [[`${pair.first} ${pair.second}`, pair], [`${pair.second} ${pair.first}`, pair]] as const));
  return (
    <div className={styles.grid} style={{ gridTemplateColumns: `max-content repeat(${found.raters.length}, minmax(54px, 1fr))` }}>
      <span />
      {found.raters.map((rater, at) => <span key={rater} className={styles.head}>{letter(at)}</span>)}
      {found.raters.map((row, at) => (
        <Fragment key={row}>
          <span className={`${styles.head} ${styles.row}`}>{letter(at)} <code>{shortId(row)}</code></span>
          {found.raters.map((column) => <Cell key={column} pair={of.get(`${row} ${column}`)} />)}
        </Fragment>
      ))}
    </div>
  );
}

function PairTable({ found }: { found: RaterPairsView }) {
  const { t } = useTranslation();
  const few = { value: null, low: null, high: null, n: 0, method: "", reason: t("agreement.few", { n: found.shown_from }) };
  return (
    <DataTable
      caption={t("agreement.pairs")}
      rows={found.pairs}
      keyOf={(pair) => `${pair.first} ${pair.second}`}
      columns={[
        { head: t("agreement.first"), cell: (pair) => <CopyId id={pair.first} />, width: 110 },
        { head: t("agreement.second"), cell: (pair) => <CopyId id={pair.second} />, width: 110 },
        { head: t("agreement.common"), cell: (pair) => pair.n === null ? t("agreement.few", { n: found.shown_from }) : <span className="lw-number">{integer(pair.n)}</span>, align: "end", width: 110 },
        { head: t("agreement.cohen"), cell: (pair) => <EstimateText estimate={pair.cohen ?? few} compact /> },
        { head: t("agreement.ac1"), cell: (pair) => <><EstimateText estimate={pair.gwet ?? few} compact />{pair.n !== null && !pair.enough && <Text size="xs" c="dimmed">{pair.reason ?? t("agreement.unsure")}</Text>}</> },
        { head: t("agreement.partMost"), cell: (pair) => pair.differing.map((one) => <Text key={`${one.first} ${one.second}`} size="xs">{t("agreement.part", { ...one, n: integer(one.n) })}</Text>) },
      ]}
    />
  );
}

/** Annotators against annotators on one aspect: who reads which rule differently. */
export function HeatMap({ projectId }: { projectId: string }) {
  const { t } = useTranslation();
  const [chosen, setChosen] = useState<string | null>(null);
  const aspects = useQuery(read<AgreementsView>(projectId, "/agreement?by=criterion")).data?.rows ?? [];
  const at = aspects.find((one) => `${one.question_id} ${one.aspect}` === chosen) ?? aspects[0];
  const asked = at ? `?question=${encodeURIComponent(at.question_id)}&aspect=${encodeURIComponent(at.aspect)}` : "";
  const query = useQuery({ ...read<RaterPairsView>(projectId, `/agreement/pairs${asked}`), placeholderData: keepPreviousData });
  const title = (
    <Select
      size="xs"
      w={240}
      label={t("agreement.aspect")}
      value={at ? `${at.question_id} ${at.aspect}` : null}
      onChange={setChosen}
      data={aspects.map((one) => ({ value: `${one.question_id} ${one.aspect}`, label: nameOf(one) }))}
      allowDeselect={false}
    />
  );
  return (
    <Loaded query={query}>
      {(found) => found.pairs.length === 0 ? <Text size="sm" c="dimmed">{t("agreement.noPairs")}</Text> : (
        <Stack gap="xs">
          <ChartOrTable
            title={title}
            caption={`${t("agreement.pairs")}: ${nameOf(found)}`}
            summary={t("agreement.pairsSummary", { n: found.pairs.length, unread: found.pairs.filter((pair) => !pair.enough).length })}
            chart={<div className="lw-scroll"><Grid found={found} /></div>}
            table={<PairTable found={found} />}
          />
          <Legend shownFrom={found.shown_from} />
          {found.left_out > 0 && <Text size="xs" c="dimmed">{t("agreement.leftOut", { count: found.left_out })}</Text>}
        </Stack>
      )}
    </Loaded>
  );
}
