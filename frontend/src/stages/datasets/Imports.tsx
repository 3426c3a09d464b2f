import { Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { list } from "../../api/queries";
import { CopyId } from "../../ui/CopyId";
import { DataTable } from "../../ui/DataTable";
import { integer } from "../../ui/format";
import { Loaded } from "../../ui/Loaded";
import { Ago } from "../../ui/Time";

export interface ImportRun {
  id: string;
  kind: string;
  source: string;
  file: string;
  counts: Record<string, unknown>;
  rejects?: { place: string; reason: string }[];
  seconds: number;
  created_at: number;
}

const SHOWN = ["rows", "judgments_added", "items_added", "prompts_added", "repeated", "rejected"] as const;
const MOST_REJECTS = 20;

/** The counts of one import, and the rows it left out with their reason. */
export function ImportCounts({ report }: { report: ImportRun }) {
  const { t } = useTranslation();
  const rejects = report.rejects ?? [];
  return (
    <Stack gap={4}>
      <Text size="sm" className="lw-number" style={{ whiteSpace: "normal" }}>
        {SHOWN.flatMap((name) => {
          const value = report.counts[name];
          return typeof value === "number" && (value > 0 || name === "rows") ? [`${integer(value)} ${t(`data.importCounts.${name}`)}`] : [];
        }).join(", ")}
      </Text>
      {rejects.slice(0, MOST_REJECTS).map((reject) => (
        <Text key={`${reject.place}-${reject.reason}`} size="sm" c="dimmed">{`${reject.place}: ${reject.reason}`}</Text>
      ))}
    </Stack>
  );
}

export function ImportsTable({ projectId }: { projectId: string }) {
  const { t } = useTranslation();
  const query = useQuery(list<ImportRun>(projectId, "/imports"));
  return (
    <Loaded query={query}>
      {(rows) => rows.length === 0 ? <Text size="sm" c="dimmed">{t("data.noImports")}</Text> : (
        <DataTable
          caption={t("data.imports")}
          rows={rows}
          keyOf={(row) => row.id}
          columns={[
            { head: t("data.source"), cell: (row) => <>{row.source} <CopyId id={row.id} /></>, width: 200 },
            { head: t("data.kind"), cell: (row) => row.kind, width: 120 },
            { head: t("data.counts"), cell: (row) => <ImportCounts report={row} /> },
            { head: t("data.when"), cell: (row) => <Ago at={row.created_at} />, width: 140 },
          ]}
        />
      )}
    </Loaded>
  );
}
