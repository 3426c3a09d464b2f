import { Anchor, Group, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { project } from "../../api/http";
import { list } from "../../api/queries";
import type { DatasetVersion } from "../../api/work";
import { CopyId } from "../../ui/CopyId";
import { DataTable } from "../../ui/DataTable";
import { integer } from "../../ui/format";
import { Loaded } from "../../ui/Loaded";
import { TextLink } from "../../ui/links";
import { Ago } from "../../ui/Time";

const OWN = ["jsonl", "parquet"];
const PAIRS = [...OWN, "trl-preference", "trl-preference-conversational"];
const SHOWN = [...OWN, "trl-prompt-completion", "trl-prompt-completion-conversational"];
const FIRST = ["rows", "judgments"];

function counted(counts: Record<string, unknown>): string {
  const names = [...FIRST, ...Object.keys(counts).filter((name) => !FIRST.includes(name))];
  return names.map((name) => [name, counts[name]] as const).flatMap(([name, value]) => (typeof value === "number" && value > 0 ? [`${integer(value)} ${name.replaceAll("_", " ")}`] : [])).join(", ");
}

export function DatasetVersions({ projectId }: { projectId: string }) {
  const { t } = useTranslation();
  const query = useQuery(list<DatasetVersion>(projectId, "/datasets"));
  return (
    <Loaded query={query}>
      {(rows) => rows.length === 0 ? <Text size="sm" c="dimmed">{t("data.noVersions")}</Text> : (
        <DataTable
          caption={t("data.versions")}
          rows={rows}
          keyOf={(row) => row.digest}
          columns={[
            { head: t("data.digest"), cell: (row) => <CopyId id={row.digest} />, width: 110 },
            { head: t("data.kind"), cell: (row) => row.kind, width: 130 },
            { head: t("data.counts"), cell: (row) => <span className="lw-number" style={{ whiteSpace: "normal" }}>{counted(row.counts)}</span> },
            { head: t("data.when"), cell: (row) => <Ago at={row.created_at} />, width: 140 },
            {
              head: t("data.export"),
              cell: (row) => (
                <Group gap={8}>
                  {(row.kind === "preferences" ? PAIRS : SHOWN).map((format) => (
                    <Anchor key={format} size="xs" href={project(projectId, `/datasets/${encodeURIComponent(row.digest)}/export?format=${format}`)} download>{format}</Anchor>
                  ))}
                </Group>
              ),
            },
            { head: t("data.lineage"), cell: (row) => <TextLink size="xs" to="/p/$project/data" params={{ project: projectId }} search={{ ref: row.digest }} hash="lineage">{t("data.walk")}</TextLink>, width: 80 },
          ]}
        />
      )}
    </Loaded>
  );
}
