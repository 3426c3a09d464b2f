import { Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { list } from "../../api/queries";
import type { ConsensusRow } from "../../api/work";
import { DataTable } from "../../ui/DataTable";
import { integer, percent } from "../../ui/format";
import { Loaded } from "../../ui/Loaded";
import { StatusBadge } from "../../ui/Status";
import { Ago } from "../../ui/Time";
import { CopyId } from "../../ui/CopyId";

/** The answer, or that there is none yet: what is not more likely right than wrong only leads. */
function Answer({ row }: { row: ConsensusRow }) {
  const { t } = useTranslation();
  const answer = row.answer === "first" || row.answer === "second" ? t(`quality.answers.${row.answer}`) : row.answer.replaceAll("_", " ");
  if (!row.undecided) return answer;
  return (
    <>
      <StatusBadge kind="unknown">{t("quality.undecided")}</StatusBadge>
      <Text size="xs" c="dimmed">{t("quality.leaning", { answer })}</Text>
    </>
  );
}

/** Each item's answer with its probability, the newest first, as the judgments come in. */
export function ConsensusList({ projectId }: { projectId: string }) {
  const { t } = useTranslation();
  const query = useQuery(list<ConsensusRow>(projectId, "/consensus?limit=20&offset=0&order=updated"));
  return (
    <Loaded query={query}>
      {(rows) => rows.length === 0 ? <Text size="sm" c="dimmed">{t("quality.noConsensus")}</Text> : (
        <DataTable
          caption={t("quality.live")}
          rows={rows}
          keyOf={(row) => row.item_id}
          columns={[
            { head: t("quality.prompt"), cell: (row) => <><Text size="sm" lineClamp={1}>{row.prompt}</Text><CopyId id={row.item_id} /></> },
            { head: t("quality.answer"), cell: (row) => <Answer row={row} />, width: 140 },
            { head: t("quality.probability"), cell: (row) => <span className="lw-number">{percent(row.probability)}</span>, align: "end", width: 100 },
            { head: t("quality.count"), cell: (row) => <span className="lw-number">{integer(row.n)}</span>, align: "end", width: 60 },
            { head: t("quality.updated"), cell: (row) => <Ago at={row.updated_at} />, width: 140 },
          ]}
        />
      )}
    </Loaded>
  );
}
