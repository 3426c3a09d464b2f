import { Stack, Text } from "@mantine/core";
import { useParams } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { EarlyExitView } from "../../api/work";
import { DataTable } from "../../ui/DataTable";
import { EstimateText } from "../../ui/Estimate";
import { integer, percent, shortId } from "../../ui/format";
import { Hint } from "../../ui/Hint";
import { StatusBadge, type StatusKind } from "../../ui/Status";
import { Ago } from "../../ui/Time";
import { ItemLink } from "./ItemLink";

type View = { view: EarlyExitView };

const GATE: Record<EarlyExitView["gates"][number]["state"], StatusKind> = { running: "passed", waiting: "idle", paused: "held" };

/** Each question's gate, and why it does not run. */
export function Gates({ view }: View) {
  const { t } = useTranslation();
  if (view.gates.length === 0) return <Text size="sm" c="dimmed">{t("saved.noQuestions")}</Text>;
  return (
    <Stack gap="xs">
      <DataTable
        caption={t("saved.gates")}
        rows={view.gates}
        keyOf={(gate) => gate.question_id}
        columns={[
          { head: t("saved.question"), cell: (gate) => gate.question_id },
          { head: t("saved.state"), cell: (gate) => <StatusBadge kind={GATE[gate.state]}>{t(`saved.states.${gate.state}`)}</StatusBadge> },
          { head: t("saved.threshold"), cell: (gate) => (gate.threshold === null ? <Text size="sm" c="dimmed">{t("saved.none")}</Text> : <span className="lw-number">{percent(gate.threshold, 1)}</span>), align: "end" },
          { head: t("saved.gold"), cell: (gate) => <Hint focusable label={t("saved.goldHint", { calibrate: gate.calibrated_on, set: gate.set_on })}><span className="lw-number">{t("saved.goldOf", { calibrate: integer(gate.calibrated_on), set: integer(gate.set_on) })}</span></Hint>, align: "end" },
          { head: t("saved.onGold"), cell: (gate) => (gate.error.value === null ? <Text size="sm" c="dimmed">{t("saved.none")}</Text> : <EstimateText estimate={gate.error} kind="percent" />) },
          { head: t("saved.savedOnGold"), cell: (gate) => (gate.saved.value === null ? <Text size="sm" c="dimmed">{t("saved.none")}</Text> : <EstimateText estimate={gate.saved} kind="percent" />) },
        ]}
      />
      {view.gates.flatMap((gate) => (gate.reason === null ? [] : [<Text key={gate.question_id} size="sm" c="dimmed">{`${gate.question_id}: ${gate.reason}`}</Text>]))}
    </Stack>
  );
}

/** A long table scrolls inside itself, so that what comes after it stays near. */
function Long({ children }: { children: ReactNode }) {
  return <div style={{ maxHeight: 340, overflowY: "auto" }}>{children}</div>;
}

/** Items that go on by lot, and what came of them. */
export function Audits({ view }: View) {
  const { t } = useTranslation();
  const { project } = useParams({ from: "/p/$project" });
  if (view.audits.length === 0) return <Text size="sm" c="dimmed">{t("saved.noAudits")}</Text>;
  return (
    <Long>
      <DataTable
        caption={t("saved.audits")}
        rows={view.audits}
        keyOf={(audit) => audit.item_id}
        columns={[
          { head: t("saved.item"), cell: (audit) => <ItemLink projectId={project} id={audit.item_id} title={shortId(audit.item_id)} /> },
          { head: t("saved.would"), cell: (audit) => audit.text },
          { head: t("saved.progress"), cell: (audit) => <span className="lw-number">{`${integer(audit.votes)} / ${integer(audit.wanted)}`}</span>, align: "end" },
          { head: t("saved.result"), cell: (audit) => <Result wrong={audit.wrong} /> },
          { head: t("saved.since"), cell: (audit) => <Ago at={audit.since} /> },
        ]}
      />
    </Long>
  );
}

function Result({ wrong }: { wrong: boolean | null }) {
  const { t } = useTranslation();
  if (wrong === null) return <StatusBadge kind="idle">{t("saved.results.pending")}</StatusBadge>;
  return wrong ? <StatusBadge kind="refused">{t("saved.results.wrong")}</StatusBadge> : <StatusBadge kind="passed">{t("saved.results.right")}</StatusBadge>;
}

/** What early exit did to which item, the newest first. */
export function Ledger({ view }: View) {
  const { t } = useTranslation();
  const { project } = useParams({ from: "/p/$project" });
  if (view.ledger.length === 0) return <Text size="sm" c="dimmed">{t("saved.noLedger")}</Text>;
  return (
    <Long>
      <DataTable
        caption={t("saved.ledger")}
        rows={view.ledger}
        keyOf={(fact) => `${fact.item_id} ${fact.at} ${fact.kind} ${fact.wanted_before}`}
        columns={[
          { head: t("saved.item"), cell: (fact) => <ItemLink projectId={project} id={fact.item_id} title={shortId(fact.item_id)} /> },
          { head: t("saved.kind"), cell: (fact) => t(`saved.kinds.${fact.kind}`) },
          { head: t("quality.answer"), cell: (fact) => fact.text },
          { head: t("saved.progress"), cell: (fact) => <span className="lw-number">{integer(fact.votes)}</span>, align: "end" },
          { head: t("saved.change"), cell: (fact) => <span className="lw-number">{`${integer(fact.wanted_before)} \u2192 ${integer(fact.wanted_after)}`}</span>, align: "end" },
          { head: t("saved.confidence"), cell: (fact) => (fact.confidence === null ? <Text size="sm" c="dimmed">{t("saved.none")}</Text> : <span className="lw-number">{percent(fact.confidence, 1)}</span>), align: "end" },
          { head: t("saved.when"), cell: (fact) => <Ago at={fact.at} /> },
        ]}
      />
    </Long>
  );
}
