import { useQuery } from "@tanstack/react-query";
import { useParams, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { projectQuery } from "../../api/queries";
import { may } from "../../api/roles";
import { Page, Section } from "../../ui/Page";
import { Feedback } from "../feedback/Feedback";
import { ImportForm } from "./ImportForm";
import { ImportsTable } from "./Imports";
import { Lineage } from "./Lineage";
import { Freeze } from "./Freeze";
import { DatasetVersions } from "./Versions";

export function DataPage() {
  const { t } = useTranslation();
  const { project } = useParams({ from: "/p/$project" });
  const { ref } = useSearch({ from: "/p/$project/data" });
  const records = may(useQuery(projectQuery(project)).data?.role, "records");
  return (
    <Page title={t("nav.data")}>
      <Section title={t("data.versions")} aside={<Freeze projectId={project} />}><DatasetVersions projectId={project} /></Section>
      {records && <Section title={t("data.lineage")} id="lineage"><Lineage projectId={project} start={ref} /></Section>}
      <Section title={t("data.import")}><ImportForm projectId={project} /></Section>
      {records && <Section title={t("feedback.title")} id="feedback"><Feedback projectId={project} /></Section>}
      <Section title={t("data.imports")}><ImportsTable projectId={project} /></Section>
    </Page>
  );
}
