import { Button, Checkbox, Group, Text } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Studies as List, Study } from "../../api/cases";
import { call, project } from "../../api/http";
import { guidelinesQuery, read } from "../../api/queries";
import { Confirm } from "../../ui/Confirm";
import { DataTable } from "../../ui/DataTable";
import { Loaded } from "../../ui/Loaded";
import { Section } from "../../ui/Page";
import { Shown } from "../../ui/PlainText";
import { StatusBadge } from "../../ui/Status";
import { Ago } from "../../ui/Time";
import { StudyPanel } from "./StudyView";

function Mine({ study }: { study: Study }) {
  const { t } = useTranslation();
  if (!study.read) return <StatusBadge kind="idle">{t("adjudication.studies.unread")}</StatusBadge>;
  if (study.right === null) return <StatusBadge kind="passed">{t("adjudication.studies.read")}</StatusBadge>;
  return <StatusBadge kind={study.right ? "passed" : "held"}>{t(study.right ? "adjudication.studies.right" : "adjudication.studies.wrong")}</StatusBadge>;
}

/** The guideline's library of decided cases. */
export function Studies({ projectId }: { projectId: string }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [retired, setRetired] = useState(false);
  const [open, setOpen] = useState<Study | null>(null);
  const [leaving, setLeaving] = useState<Study | null>(null);
  const query = useQuery(read<List>(projectId, `/case-studies${retired ? "?retired=true" : ""}`));
  const criteria = useQuery(guidelinesQuery(projectId)).data?.[0]?.criteria ?? [];
  const named = (ids: readonly string[]) => ids.map((id) => criteria.find((one) => one.id === id)?.name ?? id).join(", ") || "\u2013";
  const retire = async (study: Study) => {
    await call("POST", project(projectId, `/case-studies/${study.id}/retire`));
    await queries.invalidateQueries({ queryKey: ["project", projectId] });
  };
  return (
    <Section title={t("adjudication.studies.title")} aside={query.data?.may_write && <Checkbox size="xs" label={t("adjudication.studies.retiredToo")} checked={retired} onChange={(event) => setRetired(event.currentTarget.checked)} />}>
      <Text size="sm" c="dimmed">{t("adjudication.studies.text")}</Text>
      <Loaded query={query}>
        {({ studies, may_write: writes }) => studies.length === 0 ? <Text size="sm" c="dimmed">{t("adjudication.studies.none")}</Text> : (
          <DataTable
            caption={t("adjudication.studies.title")}
            rows={studies}
            keyOf={(one) => one.id}
            columns={[
              { head: t("adjudication.studies.formTitle"), cell: (one) => <><Text size="sm" fw={600} dir="auto"><Shown text={one.title} /></Text><Text size="xs" c="dimmed" component="div">{t("adjudication.studies.version", { version: one.version })}, <Ago at={one.written_at} />{one.retired_at !== null && `, ${t("adjudication.studies.retired")}`}</Text></> },
              { head: t("adjudication.studies.criteria"), cell: (one) => <Text size="sm">{named(one.criteria)}</Text>, width: 180 },
              { head: t("adjudication.studies.yours"), cell: (one) => <Mine study={one} />, width: 170 },
              {
                head: t("adjudication.studies.open"),
                width: 170,
                cell: (one) => (
                  <Group gap={6}>
                    <Button size="compact-sm" variant="default" onClick={() => setOpen(one)} aria-label={t("adjudication.studies.openOf", { title: one.title })}>{t("adjudication.studies.open")}</Button>
                    {writes && one.retired_at === null && <Button size="compact-sm" variant="subtle" onClick={() => setLeaving(one)}>{t("adjudication.studies.retire")}</Button>}
                  </Group>
                ),
              },
            ]}
          />
        )}
      </Loaded>
      {open && <StudyPanel projectId={projectId} studyId={open.id} title={open.title} onClose={() => setOpen(null)} />}
      {leaving && <Confirm title={t("adjudication.studies.retire")} text={t("adjudication.studies.retireText")} action={t("adjudication.studies.retire")} run={() => retire(leaving)} onClose={() => setLeaving(null)} />}
    </Section>
  );
}
