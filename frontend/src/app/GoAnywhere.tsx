import "@mantine/spotlight/styles.css";
import { createSpotlight, Spotlight, type SpotlightActionGroupData } from "@mantine/spotlight";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { projectsQuery } from "../api/queries";
import { SearchIcon } from "../ui/icons";
import { homeOf, pagesFor } from "./pages";

const [store, actions] = createSpotlight();

export default function GoAnywhere({ opened, onClose, projectId }: { opened: boolean; onClose: () => void; projectId?: string }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const projects = useQuery(projectsQuery());
  useEffect(() => {
    if (opened) actions.open();
    else actions.close();
  }, [opened]);
  const groups = useMemo(() => {
    const found: SpotlightActionGroupData[] = [];
    if (projectId) {
      found.push({
        group: t("go.pages"),
        actions: pagesFor(projects.data?.find((one) => one.id === projectId)?.role).map((page) => ({
          id: page.path,
          label: t(`nav.${page.path}`),
          leftSection: <page.icon />,
          onClick: () => void navigate({ to: `/p/$project/${page.path}`, params: { project: projectId } }),
        })),
      });
    }
    found.push({
      group: t("go.projects"),
      actions: (projects.data ?? []).map((one) => ({
        id: `project-${one.id}`,
        label: one.name,
        description: one.id,
        onClick: () => void navigate({ to: homeOf(one.role), params: { project: one.id } }),
      })),
    });
    return found;
  }, [projectId, projects.data, navigate, t]);
  return (
    <Spotlight
      store={store}
      actions={groups}
      shortcut={null}
      onSpotlightClose={onClose}
      nothingFound={t("go.nothing")}
      highlightQuery
      searchProps={{ placeholder: t("go.placeholder"), leftSection: <SearchIcon />, "aria-label": t("go.placeholder") }}
    />
  );
}
