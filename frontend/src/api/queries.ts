import { queryOptions } from "@tanstack/react-query";
import { call, project } from "./http";
import type { GuidelineVersion, Me, ProjectSummary } from "./types";

type Many<T> = T[] | Record<string, T[]>;

/** Lists come bare or under one name. */
export function listOf<T>(answer: Many<T>): T[] {
  if (Array.isArray(answer)) return answer;
  return Object.values(answer).find(Array.isArray) ?? [];
}

export const meQuery = () => queryOptions({ queryKey: ["me"], queryFn: ({ signal }) => call<Me>("GET", "/api/me", { signal }), staleTime: 60_000 });

export const projectsQuery = () =>
  queryOptions({ queryKey: ["projects"], queryFn: async ({ signal }) => listOf(await call<Many<ProjectSummary>>("GET", "/api/projects", { signal })) });

export const projectQuery = (id: string) =>
  queryOptions({ queryKey: ["project", id, "self"], queryFn: ({ signal }) => call<ProjectSummary>("GET", project(id), { signal }), staleTime: 60_000 });

/** Any read of a project: live pages ask again when an event says so. */
export const read = <T>(id: string, rest: string) =>
  queryOptions({ queryKey: ["project", id, rest], queryFn: ({ signal }) => call<T>("GET", project(id, rest), { signal }) });

export const list = <T>(id: string, rest: string) =>
  queryOptions({ queryKey: ["project", id, rest], queryFn: async ({ signal }) => listOf(await call<Many<T>>("GET", project(id, rest), { signal })) });

export const guidelinesQuery = (id: string) => list<GuidelineVersion>(id, "/guidelines");
