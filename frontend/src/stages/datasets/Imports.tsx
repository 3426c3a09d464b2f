import { Group, Stack, Text } from "@mantine/core";
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
  source?: string;
  kind?: string;
  counts?: Record<string, unknown>;
  rejects?: { row?: number; line?: number; reason?: string; message?: string }[];
  created_at?: number;
}

const NOT_COUNTS = new Set(["id", "created_at", "started_at", "ended_at"]);

function countsOf(report: ImportRun): [string, number][] {
  const from = report.counts ?? (report as unknown as Record<string, unknown>);
  return Object.entries(from).flatMap(([name, value]) => (typeof value === "number" && !NOT_COUNTS.has(name) ? [[name.replaceAll("_", " "), value] as [string, number]] : []));
}

/** The counts of one import, and the rows it left out with their reason. */
export function ImportCounts({ report }: { report: ImportRun }) {
  const { t } = useTranslation();
  const rejects = report.rejects ?? [];
  return (
    <Stack gap={4}>
      <Group gap="md">
        {countsOf(report).map(([name, value]) => <Text key={name} size="sm" className="lw-number">{`${name} ${integer(value)}`}</Text>)}
      </Group>
      {rejects.slice(0, 20).map((reject, index) => (
        <Text key={index} size="sm" c="dimmed">{`${t("data.row", { n: reject.row ?? reject.line ?? "?" })}: ${reject.reason ?? reject.message ?? ""}`}</Text>
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
            { head: t("data.source"), cell: (row) => <>{row.source ?? "\u2013"} <CopyId id={row.id} /></>, width: 200 },
            { head: t("data.kind"), cell: (row) => row.kind ?? "\u2013", width: 120 },
            { head: t("data.counts"), cell: (row) => <ImportCounts report={row} /> },
            { head: t("data.when"), cell: (row) => <Ago at={row.created_at} />, width: 140 },
          ]}
        />
      )}
    </Loaded>
  );
}
