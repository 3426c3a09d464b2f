import { Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { CaseDetail, CaseOpened } from "../../api/cases";
import { DataTable } from "../../ui/DataTable";
import { percent } from "../../ui/format";
import { Section } from "../../ui/Page";
import { Shown } from "../../ui/PlainText";
import { Ago } from "../../ui/Time";
import { Reasons } from "./Reasons";

function useOrder(sides: readonly string[]): string | null {
  const { t } = useTranslation();
  if (sides.length < 2) return null;
  const named = (side: string) => (side === "left" || side === "right" ? t(`adjudication.side.${side}`) : t("adjudication.side.lettered", { letter: side.toUpperCase() }));
  return t("adjudication.order", { order: sides.map((side, index) => t("adjudication.orderOne", { number: index + 1, side: named(side) })).join(", ") });
}

function AskedBack({ asked }: { asked: CaseOpened["asked"] }) {
  const { t } = useTranslation();
  return (
    <>
      {asked.map((one) => (
        <div key={one.id} className="lw-nested">
          <Text size="sm" fw={600} dir="auto"><Shown text={one.text} /></Text>
          <Text size="xs" c="dimmed" component="div">{t("adjudication.askedNote", { answered: one.answers.length, people: one.people })}, <Ago at={one.at} /></Text>
          {one.answers.map((given) => <Text key={given.rater} size="sm" dir="auto"><Text span inherit c="dimmed">{`${given.rater}: `}</Text><Shown text={given.text} /></Text>)}
        </div>
      ))}
    </>
  );
}

/** What the votes come to; a whole of several parts has no probability of its own. */
function Agreed({ consensus: { text, probability, calibrated, undecided } }: { consensus: NonNullable<CaseOpened["consensus"]> }) {
  const { t } = useTranslation();
  const said = probability === null ? text : `${text}, ${t(calibrated ? "adjudication.calibrated" : "adjudication.byModel", { probability: percent(probability) })}`;
  return <Text size="sm" c="dimmed" dir="auto">{t(undecided ? "adjudication.leans" : "adjudication.consensus", { said })}</Text>;
}

/** What others said: why the item is here, the votes without names, what was asked back. */
export function Others({ found, opened }: { found: CaseDetail; opened: CaseOpened }) {
  const { t } = useTranslation();
  const order = useOrder(found.sides);
  const { consensus, votes } = opened;
  return (
    <Section title={t("adjudication.others")}>
      <Stack gap="xs">
        <Reasons reasons={found.case.reasons} />
        {votes.length === 0 ? <Text size="sm" c="dimmed">{t("adjudication.noVotes")}</Text> : (
          <>
            {order && <Text size="sm">{order}</Text>}
            <DataTable
              caption={t("adjudication.votes")}
              rows={votes}
              keyOf={(vote) => vote.rater}
              columns={[
                { head: t("adjudication.rater"), cell: (vote) => vote.rater, width: 120 },
                { head: t("adjudication.answer"), cell: (vote) => <Text size="sm" dir="auto"><Shown text={vote.text} /></Text>, width: 220 },
                { head: t("adjudication.reason"), cell: (vote) => <Text size="sm" dir="auto"><Shown text={vote.reason ?? "\u2013"} /></Text> },
              ]}
            />
          </>
        )}
        {consensus && <Agreed consensus={consensus} />}
        {opened.asked.length > 0 && <Text size="sm" fw={600}>{t("adjudication.asked")}</Text>}
        <AskedBack asked={opened.asked} />
      </Stack>
    </Section>
  );
}
