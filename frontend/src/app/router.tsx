import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Outlet, redirect } from "@tanstack/react-router";
import { LabelPage } from "../stages/labeling/LabelPage";
import { worded } from "./i18n";
import { NotFound, RouteError } from "./fallback";
import { may } from "../api/roles";
import { homeOf } from "./pages";
import { ProjectShell } from "./ProjectShell";

const root = createRootRoute({ component: Outlet, notFoundComponent: NotFound, errorComponent: RouteError });

const text = (value: unknown) => (typeof value === "string" ? value : undefined);

const signin = createRoute({
  getParentRoute: () => root,
  path: "/signin",
  validateSearch: (search: Record<string, unknown>): { token?: string; next?: string } => ({ token: text(search.token), next: text(search.next) }),
  component: lazyRouteComponent(() => worded(import("../stages/accounts/SignIn")), "SignIn"),
});
const projects = createRoute({
  getParentRoute: () => root,
  path: "/",
  beforeLoad: async () => {
    // Who only judges, in one project, has nothing to choose here. Asked anew: somebody else may have signed in.
    const [{ queries }, { projectsQuery }] = await Promise.all([import("./client"), import("../api/queries")]);
    const found = await queries.fetchQuery(projectsQuery()).catch(() => []);
    const [only] = found.length === 1 ? found : [];
    if (only && !may(only.role, "results")) throw redirect({ to: homeOf(only.role ?? null), params: { project: only.id } });
  },
  component: lazyRouteComponent(() => worded(import("../stages/projects/Projects")), "Projects"),
});
const project = createRoute({ getParentRoute: () => root, path: "/p/$project", component: ProjectShell });
const home = createRoute({
  getParentRoute: () => project,
  path: "/",
  beforeLoad: async ({ params }) => {
    const [{ queries }, { projectQuery }] = await Promise.all([import("./client"), import("../api/queries")]);
    const found = await queries.ensureQueryData(projectQuery(params.project)).catch(() => null);
    throw redirect({ to: homeOf(found?.role ?? null), params });
  },
});
const label = createRoute({ getParentRoute: () => project, path: "label", component: LabelPage });
const mine = createRoute({
  getParentRoute: () => project,
  path: "my-work",
  component: lazyRouteComponent(() => worded(import("../stages/labeling/MyWorkPage")), "MyWorkPage"),
});
const loop = createRoute({ getParentRoute: () => project, path: "loop", component: lazyRouteComponent(() => worded(import("../stages/loop/LoopPage")), "LoopPage") });
const guidelines = createRoute({
  getParentRoute: () => project,
  path: "guidelines",
  component: lazyRouteComponent(() => worded(import("../stages/guidelines/GuidelinesPage")), "GuidelinesPage"),
});
const qualityStart = createRoute({
  getParentRoute: () => project,
  path: "quality",
  beforeLoad: async ({ params }) => {
    const { TABS } = await import("../stages/quality/tabs");
    throw redirect({ to: "/p/$project/quality/$tab", params: { ...params, tab: TABS[0].path }, replace: true });
  },
});
const quality = createRoute({
  getParentRoute: () => project,
  path: "quality/$tab",
  validateSearch: (search: Record<string, unknown>): { id?: string; by?: string } => ({ id: text(search.id), by: text(search.by) }),
  component: lazyRouteComponent(() => worded(import("../stages/quality/QualityPage")), "QualityPage"),
});
const itemPage = createRoute({
  getParentRoute: () => project,
  path: "items/$item",
  component: lazyRouteComponent(() => worded(import("../stages/quality/ItemPage")), "ItemPage"),
});
const sessionPage = createRoute({
  getParentRoute: () => project,
  path: "sessions/$session",
  component: lazyRouteComponent(() => worded(import("../stages/gold/SessionPage")), "SessionPage"),
});
const thread = createRoute({
  getParentRoute: () => project,
  path: "threads/$thread",
  component: lazyRouteComponent(() => worded(import("../stages/discussion/ThreadPage")), "ThreadPage"),
});
const data = createRoute({
  getParentRoute: () => project,
  path: "data",
  validateSearch: (search: Record<string, unknown>): { ref?: string } => ({ ref: text(search.ref) }),
  component: lazyRouteComponent(() => worded(import("../stages/datasets/DataPage")), "DataPage"),
});
const training = createRoute({
  getParentRoute: () => project,
  path: "training",
  validateSearch: (search: Record<string, unknown>): { run?: string } => ({ run: text(search.run) }),
  component: lazyRouteComponent(() => worded(import("../stages/training/TrainingPage")), "TrainingPage"),
});
const evaluation = createRoute({
  getParentRoute: () => project,
  path: "evaluation",
  validateSearch: (search: Record<string, unknown>): { id?: string } => ({ id: text(search.id) }),
  component: lazyRouteComponent(() => worded(import("../stages/evaluation/EvaluationPage")), "EvaluationPage"),
});
const releases = createRoute({
  getParentRoute: () => project,
  path: "releases",
  component: lazyRouteComponent(() => worded(import("../stages/release/ReleasesPage")), "ReleasesPage"),
});
const settings = createRoute({
  getParentRoute: () => project,
  path: "settings",
  component: lazyRouteComponent(() => worded(import("../stages/projects/SettingsPage")), "SettingsPage"),
});

export const router = createRouter({
  routeTree: root.addChildren([
    signin,
    projects,
    project.addChildren([home, label, mine, loop, guidelines, qualityStart, quality, itemPage, thread, sessionPage, data, training, evaluation, releases, settings]),
  ]),
  defaultPreload: "intent",
  scrollRestoration: true,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
