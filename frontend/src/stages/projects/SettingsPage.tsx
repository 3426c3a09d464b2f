import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { projectQuery } from "../../api/queries";
import { may } from "../../api/roles";
import { Page, Section } from "../../ui/Page";
import { QueuePanel } from "../labeling/QueuePanel";
import { Webhooks } from "../webhooks/Webhooks";
import { Keys } from "./Keys";
import { People } from "./People";
import { ProjectFile } from "./ProjectFile";

export function SettingsPage() {
  const { t } = useTranslation();
  const { project } = useParams({ from: "/p/$project" });
  const self = useQuery(projectQuery(project));
  return (
    <Page title={t("nav.settings")}>
      {may(self.data?.role, "people") && <Section title={t("settings.people")}><People projectId={project} /></Section>}
      {may(self.data?.role, "change") && <Section title={t("queue.title")} id="queue"><QueuePanel projectId={project} /></Section>}
      {may(self.data?.role, "people") && <Section title={t("settings.keys")}><Keys projectId={project} /></Section>}
      {may(self.data?.role, "webhooks") && <Section title={t("webhooks.title")} id="webhooks"><Webhooks projectId={project} /></Section>}
      <ProjectFile projectId={project} />
    </Page>
  );
}
