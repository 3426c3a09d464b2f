import "@mantine/spotlight/styles.css";
import { createSpotlight, Spotlight, type SpotlightActionGroupData } from "@mantine/spotlight";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { projectsQuery } from "../api/queries";
import { may } from "../api/roles";
import { AT_ONCE } from "../ui/Dialog";
import { QualityIcon, SearchIcon } from "../ui/icons";
import { tabsFor } from "../stages/quality/tabs";
import { homeOf, pagesFor } from "./pages";

/** Handed through to the scroll area, which a keyboard must reach; Mantine's type leaves it out. */
const SCROLLS = { viewportProps: { tabIndex: 0 } } as object;

/** An item's id, whole or as the pages shorten it. */
const ITEM = /^itm[_\u2026][a-z0-9]{4,}$/i;

const [store, actions] = createSpotlight();

export default function GoAnywhere({ opened, onClose, projectId }: { opened: boolean; onClose: () => void; projectId?: string }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [query, setQuery] = useState("");
  const typed = query.trim();
  const projects = useQuery(projectsQuery());
  useEffect(() => {
    if (opened) actions.open();
    else actions.close();
  }, [opened]);
  const groups = useMemo(() => {
    const all: SpotlightActionGroupData[] = [];
    if (projectId) {
      const role = projects.data?.find((one) => one.id === projectId)?.role;
      const pages = pagesFor(role).map((page) => ({
        id: page.path,
        label: t(`nav.${page.path}`),
        leftSection: <page.icon />,
        onClick: () => void navigate({ to: `/p/$project/${page.path}`, params: { project: projectId } }),
      }));
      const tabs = tabsFor(role).map((tab) => ({
        id: `quality-${tab.path}`,
        label: `${t("nav.quality")}: ${t(tab.label)}`,
        leftSection: <QualityIcon />,
        onClick: () => void navigate({ to: "/p/$project/quality/$tab", params: { project: projectId, tab: tab.path } }),
      }));
      all.push({ group: t("go.pages"), actions: [...pages, ...tabs] });
      if (may(role, "results") && ITEM.test(typed)) {
        all.push({ group: t("items.list"), actions: [{ id: "item", label: t("items.openNamed", { id: typed }), leftSection: <QualityIcon />, onClick: () => void navigate({ to: "/p/$project/items/$item", params: { project: projectId, item: typed } }) }] });
      }
    }
    all.push({
      group: t("go.projects"),
      actions: (projects.data ?? []).map((one) => ({
        id: `project-${one.id}`,
        label: one.name,
        description: one.id,
        onClick: () => void navigate({ to: homeOf(one.role), params: { project: one.id } }),
      })),
    });
    return all;
  }, [projectId, projects.data, typed, navigate, t]);
  const wanted = typed.toLowerCase();
  const found = groups
    .map(({ group, actions: all }) => ({ group, actions: all.filter((one) => `${one.label} ${one.description ?? ""}`.toLowerCase().includes(wanted)) }))
    .filter((one) => one.actions.length > 0);
  return (
    <Spotlight.Root
      store={store}
      query={query}
      onQueryChange={setQuery}
      shortcut={null}
      returnFocus={false}
      transitionProps={AT_ONCE}
      onSpotlightClose={onClose}
      attributes={{ content: { "aria-label": t("go.title") } }}
    >
      <Spotlight.Search placeholder={t("go.placeholder")} leftSection={<SearchIcon />} aria-label={t("go.placeholder")} />
      <Spotlight.ActionsList {...SCROLLS} mah="60vh">
        {found.map((one) => (
          <Spotlight.ActionsGroup key={one.group} label={one.group}>
            {one.actions.map((action) => <Spotlight.Action key={action.id} {...action} />)}
          </Spotlight.ActionsGroup>
        ))}
        {found.length === 0 && <Spotlight.Empty>{t("go.nothing")}</Spotlight.Empty>}
      </Spotlight.ActionsList>
    </Spotlight.Root>
  );
}
