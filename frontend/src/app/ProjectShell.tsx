import { Alert, AppShell, Burger, Group, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { Outlet, useParams, useRouterState } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useConnection } from "../api/connection";
import { useLiveProject } from "../api/live";
import { projectQuery } from "../api/queries";
import { ErrorPanel } from "../ui/ErrorPanel";
import { PageLink } from "../ui/links";
import { SimulatedBadge } from "../ui/Status";
import { Brand, HeaderTools } from "./Chrome";
import { pagesFor } from "./pages";

function LostBanner() {
  const { t } = useTranslation();
  const connection = useConnection();
  if (connection !== "lost") return null;
  return (
    <Alert color="yellow" mb="md" role="status" p="xs">
      {t("connection.lost")}
    </Alert>
  );
}

/** Header, pages and the live connection of one project. */
export function ProjectShell() {
  const { t } = useTranslation();
  const { project: projectId } = useParams({ from: "/p/$project" });
  const path = useRouterState({ select: (state) => state.location.pathname });
  const [opened, { toggle, close }] = useDisclosure(false);
  const project = useQuery(projectQuery(projectId));
  useLiveProject(projectId);
  const main = useRef<HTMLElement>(null);
  const part = path.split("/")[3];
  // A new page takes the focus: its keys (Enter above all) must not go to the link that led here. Another tab of it does not.
  useEffect(() => main.current?.focus({ preventScroll: true }), [projectId, part]);
  return (
    <AppShell header={{ height: 48 }} navbar={{ width: 184, breakpoint: "sm", collapsed: { mobile: !opened } }} padding="md">
      <a className="lw-skip" href="#page">{t("skipToContent")}</a>
      <AppShell.Header bg="var(--lw-surface)">
        <Group h="100%" px="md" justify="space-between" wrap="nowrap" gap="xs">
          <Group gap="sm" wrap="nowrap" style={{ minWidth: 0 }}>
            <Burger opened={opened} onClick={toggle} hiddenFrom="sm" size="sm" aria-label={t("nav.open")} />
            <Brand />
            <Text span c="dimmed" aria-hidden visibleFrom="sm">/</Text>
            <Text span truncate fw={500}>{project.data?.name ?? projectId}</Text>
            <SimulatedBadge simulated={project.data?.simulated} />
          </Group>
          <HeaderTools projectId={projectId} />
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" bg="var(--lw-surface)" aria-label={t("nav.main")}>
        {pagesFor(project.data?.role).map((page) => (
          <PageLink
            key={page.path}
            to={`/p/$project/${page.path}`}
            params={{ project: projectId }}
            label={t(`nav.${page.path}`)}
            leftSection={<page.icon />}
            active={page.path === (part === "items" ? "quality" : part)}
            onClick={close}
            py={7}
            style={{ borderRadius: 4 }}
          />
        ))}
      </AppShell.Navbar>
      <AppShell.Main ref={main} id="page" tabIndex={-1} style={{ outline: "none" }}>
        <LostBanner />
        {/* A refresh that fails leaves the page, and the work on it, where it is. */}
        {project.error && !project.data ? <ErrorPanel error={project.error} onRetry={() => void project.refetch()} /> : <Outlet />}
      </AppShell.Main>
    </AppShell>
  );
}
