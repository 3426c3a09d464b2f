import { Button, Group, Text } from "@mantine/core";
import { useClipboard } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { project } from "../../api/http";
import { read } from "../../api/queries";
import { Loaded } from "../../ui/Loaded";
import { Page, Section } from "../../ui/Page";
import { People } from "./People";

function YamlView({ projectId }: { projectId: string }) {
  const { t } = useTranslation();
  const clipboard = useClipboard();
  const query = useQuery(read<string | { yaml: string }>(projectId, "/yaml"));
  const text = typeof query.data === "object" ? query.data.yaml : query.data;
  const tools = text ? (
    <Group gap="xs">
      <Button size="xs" variant="default" onClick={() => clipboard.copy(text)}>{clipboard.copied ? t("settings.copied") : t("settings.copy")}</Button>
      <Button size="xs" variant="default" component="a" href={project(projectId, "/yaml")} download={`${projectId}.yaml`}>{t("settings.download")}</Button>
    </Group>
  ) : undefined;
  return (
    <Section title={t("settings.yaml")} aside={tools}>
      <Text size="sm" c="dimmed">{t("settings.yamlText")}</Text>
      <Loaded query={query}>
        {() => <pre className="lw-log" style={{ maxHeight: 520 }} tabIndex={0} aria-label={t("settings.yaml")}>{text}</pre>}
      </Loaded>
    </Section>
  );
}

export function SettingsPage() {
  const { t } = useTranslation();
  const { project: projectId } = useParams({ from: "/p/$project" });
  return (
    <Page title={t("nav.settings")}>
      <Section title={t("settings.people")}><People projectId={projectId} /></Section>
      <YamlView projectId={projectId} />
    </Page>
  );
}
