import { Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { list } from "../../api/queries";
import type { ImportRun } from "../../api/work";
import { CopyId } from "../../ui/CopyId";
import { DataTable } from "../../ui/DataTable";
import { Loaded } from "../../ui/Loaded";
import { Ago } from "../../ui/Time";
import { Rejects } from "./Rejects";

/** What one import did, and the way to the rows that it left out. */
export function ImportSentence({ projectId, report }: { projectId: string; report: ImportRun }) {
  return (
    <Stack gap={4}>
      <Text size="sm">{report.sentence}</Text>
      {Number(report.counts.rejected ?? 0) > 0 && <Rejects projectId={projectId} importId={report.id} />}
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
            { head: t("data.counts"), cell: (row) => <ImportSentence projectId={projectId} report={row} /> },
            { head: t("data.when"), cell: (row) => <Ago at={row.created_at} />, width: 140 },
          ]}
        />
      )}
    </Loaded>
  );
}
