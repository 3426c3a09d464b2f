import { Anchor, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { project } from "../../api/http";
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
  project_id: string;
  seconds: number;
  created_at: number;
}

const SHOWN = ["rows", "judgments_added", "items_added", "prompts_added", "repeated", "rejected"] as const;

/** The counts of one import, and the way to the rows that it left out. */
export function ImportCounts({ report }: { report: ImportRun }) {
  const { t } = useTranslation();
  return (
    <Stack gap={4}>
      <Text size="sm" className="lw-number" style={{ whiteSpace: "normal" }}>
        {SHOWN.flatMap((name) => {
          const value = report.counts[name];
          return typeof value === "number" && (value > 0 || name === "rows") ? [`${integer(value)} ${t(`data.importCounts.${name}`)}`] : [];
        }).join(", ")}
      </Text>
      {Number(report.counts.rejected ?? 0) > 0 && (
        <Anchor size="xs" href={project(report.project_id, `/imports/${report.id}/rejects`)} download>{t("data.rejects")}</Anchor>
      )}
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
