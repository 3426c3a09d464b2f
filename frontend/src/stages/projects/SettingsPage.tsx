import { useParams } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Page, Section } from "../../ui/Page";
import { People } from "./People";
import { ProjectFile } from "./ProjectFile";

export function SettingsPage() {
  const { t } = useTranslation();
  const { project } = useParams({ from: "/p/$project" });
  return (
    <Page title={t("nav.settings")}>
      <Section title={t("settings.people")}><People projectId={project} /></Section>
      <ProjectFile projectId={project} />
    </Page>
  );
}
