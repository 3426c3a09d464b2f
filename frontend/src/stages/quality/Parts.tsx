import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { ConsensusRow } from "../../api/work";
import { decimal, integer, percent } from "../../ui/format";
import { Hint } from "../../ui/Hint";

type Part = ConsensusRow["parts"][number];

const SHOWN = 4;

/** One part of an answer in a line: a score with its interval, a label, a mean rank, a matched box. */
function useLine(several: boolean): (part: Part) => string {
  const { t } = useTranslation();
  return (part) => {
    const answer = several ? t("quality.parts.of", { answer: integer(part.about + 1) }) : "";
    const value = part.value === null ? "" : decimal(part.value, 1);
    switch (part.shape) {
      case "level": {
        const interval = part.low === null || part.high === null ? "" : ` [${decimal(part.low, 1)} to ${decimal(part.high, 1)}]`;
        return t("quality.parts.level", { aspect: part.aspect || t("quality.parts.scale"), answer, score: `${value}${interval}`, levels: part.levels });
      }
      case "rank":
        return t("quality.parts.rank", { answer: integer(part.about + 1), place: part.answer, mean: value });
      case "box": {
        const framed = `${integer(part.votes.framed ?? 0)} / ${integer(part.n)}`;
        return part.value === null ? t("quality.parts.alone", { aspect: part.aspect, framed }) : t("quality.parts.box", { aspect: part.aspect, framed, overlap: percent(part.value) });
      }
      case "category":
        return t("quality.parts.label", { aspect: part.aspect, answer: part.answer, votes: `${integer(part.votes[part.answer] ?? 0)} / ${integer(part.n)}` });
    }
  };
}

/** What is agreed on the parts of an answer; those that do not fit are a hover or a focus away. */
export function Parts({ parts }: { parts: Part[] }) {
  const { t } = useTranslation();
  const line = useLine(parts.some((part) => part.about > 0));
  if (parts.length === 0) return null;
  const lines = parts.map(line);
  const rest = lines.slice(SHOWN);
  return (
    <>
      {lines.slice(0, SHOWN).map((one, at) => <Text key={at} size="xs" c="dimmed" className="lw-number">{one}</Text>)}
      {rest.length > 0 && <Hint focusable label={rest.map((one, at) => <span key={at} style={{ display: "block" }}>{one}</span>)}><Text span size="xs" c="dimmed">{t("quality.parts.more", { n: rest.length })}</Text></Hint>}
    </>
  );
}
