import { Button, SegmentedControl } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { call, project as address } from "../../api/http";
import { type ThreadPage, useThreadStream } from "../../api/threads";
import { Empty } from "../../ui/Empty";
import { ErrorPanel } from "../../ui/ErrorPanel";
import { Section } from "../../ui/Page";
import { Rows } from "./Rows";

const PAGE = 50;
const STATES = ["all", "open", "resolved", "irresolvable"] as const;

/** Every thread of the project, the latest activity first. */
export default function ThreadsTab() {
  const { t } = useTranslation();
  const { project } = useParams({ from: "/p/$project/quality/$tab" });
  const [state, setState] = useState<(typeof STATES)[number]>("all");
  useThreadStream(project, null);
  const base = `/threads?limit=${PAGE}${state === "all" ? "" : `&state=${state}`}`;
  const pages = useInfiniteQuery({
    queryKey: ["project", project, base],
    queryFn: ({ pageParam, signal }) => call<ThreadPage>("GET", address(project, `${base}${pageParam && `&before=${pageParam}`}`), { signal }),
    initialPageParam: "",
    getNextPageParam: (last) => last.next ?? undefined,
  });
  const rows = pages.data?.pages.flatMap((page) => page.threads) ?? [];
  const choose = <SegmentedControl size="xs" aria-label={t("discussion.filter")} value={state} onChange={(next) => setState(next as typeof state)} data={STATES.map((one) => ({ value: one, label: t(`discussion.filters.${one}`) }))} />;
  if (pages.data && rows.length === 0 && state === "all") return <Empty title={t("discussion.allNone")} text={t("discussion.allNoneText")} />;
  return (
    <Section title={t("discussion.tab")} aside={choose}>
      {pages.error && <ErrorPanel error={pages.error} onRetry={() => void pages.refetch()} />}
      {pages.data && rows.length === 0 ? <span>{t("discussion.allNone")}</span> : <Rows projectId={project} rows={rows} label={t("discussion.tab")} />}
      {pages.hasNextPage && <Button variant="default" loading={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()} style={{ alignSelf: "flex-start" }}>{t("discussion.more")}</Button>}
    </Section>
  );
}
