import { Code, Group, SimpleGrid, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { read } from "../../api/queries";
import type { EarlyExitView } from "../../api/work";
import { Empty } from "../../ui/Empty";
import { EstimateText } from "../../ui/Estimate";
import { Figure } from "../../ui/Figure";
import { decimal, integer, percent } from "../../ui/format";
import { Loaded } from "../../ui/Loaded";
import { Section } from "../../ui/Page";
import { SimulatedBadge } from "../../ui/Status";
import { Calibration } from "./Calibration";
import { Audits, Gates, Ledger } from "./ExitTables";

const EXAMPLE = `early_exit: {min: 2, max: 5, error: 0.05, audit: 0.1}
costs: {judgment: 0.12, currency: EUR}`;

function Off() {
  const { t } = useTranslation();
  return <Empty title={t("saved.off")} text={<Stack gap="xs"><Text inherit>{t("saved.offText")}</Text><Code block>{EXAMPLE}</Code></Stack>} />;
}

function Money({ view }: { view: EarlyExitView }) {
  const { t } = useTranslation();
  const { money, currency, votes } = view.saved;
  if (money === null || currency === null) return <Figure label={t("saved.money")} note={t("saved.noMoneyNote")}><Text span c="dimmed" fs="italic">{t("saved.noMoney")}</Text></Figure>;
  const note = votes === 0 ? undefined : t("saved.moneyNote", { price: `${decimal(money / votes)} ${currency}` });
  return <Figure label={t("saved.money")} note={note}><span className="lw-number">{`${decimal(money)} ${currency}`}</span></Figure>;
}

function Figures({ view }: { view: EarlyExitView }) {
  const { t } = useTranslation();
  const { saved, items, settings } = view;
  const planned = integer(saved.planned);
  const note = saved.votes === 0 || saved.share === null ? t("saved.votesNone", { planned }) : t("saved.votesNote", { planned, share: percent(saved.share, 1) });
  const promise = settings ? t("saved.errorAgainst", { promise: percent(settings.error, 1) }) : undefined;
  return (
    <SimpleGrid cols={{ base: 1, xs: 2, md: 4 }} spacing="sm">
      <Figure label={t("saved.votes")} note={note}><span className="lw-number">{integer(saved.votes)}</span></Figure>
      <Money view={view} />
      <Figure label={t("saved.error")} note={promise}><EstimateText estimate={view.error} kind="percent" against={promise} /></Figure>
      <Figure label={t("saved.items")} note={t("saved.itemsNote", { reopened: integer(items.reopened), audited: integer(items.audited), checked: integer(items.checked) })}>
        <span className="lw-number">{integer(items.closed)}</span>
      </Figure>
    </SimpleGrid>
  );
}

/** What early exit saves, how sure one may be of it, and how far probabilities come true. */
export default function VotesSaved() {
  const { t } = useTranslation();
  const { project } = useParams({ from: "/p/$project" });
  const query = useQuery(read<EarlyExitView>(project, "/early-exit"));
  return (
    <Loaded query={query} rows={6}>
      {(view) => (
        <>
          {!view.on && <Off />}
          {(view.on || view.saved.votes !== 0) && <Figures view={view} />}
          {view.settings && <Section title={t("saved.gates")} aside={<Text size="xs" c="dimmed">{t("saved.gatesNote", { min: view.settings.min })}</Text>}><Gates view={view} /></Section>}
          <Section title={t("saved.calibration")} aside={<Text size="xs" c="dimmed">{t("saved.calibrationNote")}</Text>}><Calibration found={view.calibration} /></Section>
          {view.settings && <Section title={t("saved.audits")} aside={<Text size="xs" c="dimmed">{t("saved.auditsNote", { max: view.settings.max })}</Text>}><Audits view={view} /></Section>}
          {(view.on || view.ledger.length > 0) && <Section title={t("saved.ledger")} aside={<Group gap="xs"><SimulatedBadge simulated={view.simulated} /><Text size="xs" c="dimmed">{t("saved.ledgerNote")}</Text></Group>}><Ledger view={view} /></Section>}
        </>
      )}
    </Loaded>
  );
}
