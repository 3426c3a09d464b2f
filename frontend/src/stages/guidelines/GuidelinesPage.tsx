import { Group, NativeSelect, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { guidelinesQuery } from "../../api/queries";
import type { Criterion, GuidelineVersion } from "../../api/types";
import { CopyId } from "../../ui/CopyId";
import { DataTable } from "../../ui/DataTable";
import { Empty } from "../../ui/Empty";
import { Loaded } from "../../ui/Loaded";
import { Markdown } from "../../ui/Markdown";
import { Page, Section } from "../../ui/Page";
import { Ago } from "../../ui/Time";
import { Studies } from "../adjudication/Studies";
import { SectionThread } from "../discussion/SectionThread";

function scaleText(scale: unknown): string {
  if (scale === null || scale === undefined) return "\u2013";
  if (Array.isArray(scale)) return scale.map(String).join(", ");
  return typeof scale === "object" ? Object.entries(scale).map(([point, meaning]) => `${point}: ${String(meaning)}`).join("; ") : String(scale);
}

/** A version; `discussIn` is the project in which its sections can be discussed, left out for versions that are no longer in force. */
export function VersionView({ version, discussIn }: { version: GuidelineVersion; discussIn?: string }) {
  const { t } = useTranslation();
  return (
    <>
      <Section
        title={t("guidelines.text")}
        aside={
          <Group gap="xs">
            <Text size="sm" c="dimmed" component="span">{t("guidelines.published")} <Ago at={version.published_at} /></Text>
            <CopyId id={version.digest} />
          </Group>
        }
      >
        <Markdown text={version.text} />
      </Section>
      <Section title={t("guidelines.checklist")}>
        {version.checklist.length === 0 ? <Text size="sm" c="dimmed">{t("guidelines.noChecklist")}</Text> : (
          <ul style={{ margin: 0, paddingInlineStart: 20 }}>{version.checklist.map((line) => <li key={line}>{line}{discussIn && <> <SectionThread projectId={discussIn} subject={{ kind: "checklist", id: line, title: line }} /></>}</li>)}</ul>
        )}
      </Section>
      <Section title={t("guidelines.criteria")}>
        {version.criteria.length === 0 ? <Text size="sm" c="dimmed">{t("guidelines.noCriteria")}</Text> : (
          <DataTable
            caption={t("guidelines.criteria")}
            rows={version.criteria}
            keyOf={(row) => row.id}
            columns={[
              { head: t("guidelines.criterion"), cell: (row) => <Text size="sm" fw={600}>{row.name}</Text>, width: 180 },
              { head: t("guidelines.meaning"), cell: (row) => row.description ?? "\u2013" },
              { head: t("guidelines.scale"), cell: (row) => scaleText(row.scale) },
              ...(discussIn ? [{ head: t("discussion.title"), cell: (row: Criterion) => <SectionThread projectId={discussIn} subject={{ kind: "criterion", id: row.id, title: row.name }} /> }] : []),
            ]}
          />
        )}
      </Section>
      {version.flags.length > 0 && (
        <Section title={t("guidelines.flags")}>
          <DataTable
            caption={t("guidelines.flags")}
            rows={version.flags}
            keyOf={(row) => row.id}
            columns={[
              { head: t("guidelines.rule"), cell: (row) => <Text size="sm" fw={600}>{row.name}</Text>, width: 180 },
              { head: t("guidelines.meaning"), cell: (row) => row.description || "\u2013" },
              { head: t("guidelines.severities"), cell: (row) => scaleText(row.severities) },
            ]}
          />
        </Section>
      )}
    </>
  );
}

export function GuidelinesPage() {
  const { t } = useTranslation();
  const { project } = useParams({ from: "/p/$project" });
  const query = useQuery(guidelinesQuery(project));
  const [number, setNumber] = useState<number | null>(null);
  const versions = [...(query.data ?? [])].sort((a, b) => b.number - a.number);
  const shown = versions.find((one) => one.number === number) ?? versions[0];
  const choose = (
    <NativeSelect
      size="sm"
      aria-label={t("guidelines.version")}
      value={shown ? String(shown.number) : ""}
      onChange={(event) => setNumber(Number(event.currentTarget.value))}
      data={versions.map((one, index) => ({ value: String(one.number), label: `${t("guidelines.version")} ${one.number}${index === 0 ? ` (${t("guidelines.current")})` : ""}` }))}
    />
  );
  return (
    <Page title={t("nav.guidelines")} actions={versions.length > 0 ? choose : undefined}>
      <Loaded query={query}>
        {() => (shown ? <VersionView version={shown} discussIn={shown === versions[0] ? project : undefined} /> : <Empty title={t("guidelines.empty")} text={t("guidelines.emptyText")} />)}
      </Loaded>
      {shown && <Studies projectId={project} />}
    </Page>
  );
}
