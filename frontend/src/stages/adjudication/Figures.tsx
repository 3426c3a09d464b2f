import { SimpleGrid } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { CaseFigures } from "../../api/cases";
import { read } from "../../api/queries";
import { EstimateText, Unknown } from "../../ui/Estimate";
import { Figure } from "../../ui/Figure";
import { integer, seconds } from "../../ui/format";
import { Loaded } from "../../ui/Loaded";

/** How the desk does: what waits, how long it takes, and how far seeing the votes moves people. */
export function Figures({ projectId }: { projectId: string }) {
  const { t } = useTranslation();
  const query = useQuery(read<CaseFigures>(projectId, "/cases/figures"));
  return (
    <Loaded query={query} rows={2}>
      {({ open_by_level: level, overdue, oldest_seconds: oldest, held, median_seconds: took, decided, changed }) => (
        <SimpleGrid cols={{ base: 1, xs: 2, md: 4 }} spacing="sm">
          <Figure label={t("adjudication.figures.open")} note={oldest === null ? t("adjudication.figures.openNone") : t("adjudication.figures.openNote", { overdue: integer(overdue), oldest: seconds(oldest) })}>
            {integer((level.senior ?? 0) + (level.specialist ?? 0))}
          </Figure>
          <Figure label={t("adjudication.figures.levels")} note={held.length === 0 ? t("adjudication.figures.nobody") : t("adjudication.figures.levelsNote", { held: held.map(integer).join(", ") })}>
            {`${integer(level.senior ?? 0)} / ${integer(level.specialist ?? 0)}`}
          </Figure>
          <Figure label={t("adjudication.figures.time")} note={t("adjudication.figures.timeNote", { n: integer(decided) })}>
            {took === null ? <Unknown reason={t("adjudication.figures.noDecision")} /> : seconds(took)}
          </Figure>
          <Figure label={t("adjudication.figures.changed")} note={t("adjudication.figures.changedNote")}>
            <EstimateText estimate={changed} kind="percent" against={t("adjudication.figures.against")} />
          </Figure>
        </SimpleGrid>
      )}
    </Loaded>
  );
}
