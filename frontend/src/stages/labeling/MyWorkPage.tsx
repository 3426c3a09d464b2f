import { Button, Text } from "@mantine/core";
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { call, project as address } from "../../api/http";
import type { MyDay, MyJudgment, MyJudgments } from "../../api/mine";
import { list } from "../../api/queries";
import { DataTable } from "../../ui/DataTable";
import { Empty } from "../../ui/Empty";
import { ErrorPanel } from "../../ui/ErrorPanel";
import { integer, percent, seconds } from "../../ui/format";
import { Loaded } from "../../ui/Loaded";
import { Shown } from "../../ui/PlainText";
import { Page, Section } from "../../ui/Page";
import { Ago } from "../../ui/Time";
import { MyCases } from "../adjudication/MyCases";
import { MyCoaching } from "../coaching/MyCoaching";
import { MyGold } from "../gold/MyGold";
import { MySessions } from "../gold/Sessions";
import { Begin } from "../discussion/Begin";
import { MyThreads } from "../discussion/MyThreads";
import { inWords } from "./inWords";

const PAGE = 50;

function Days({ projectId }: { projectId: string }) {
  const { t } = useTranslation();
  const days = useQuery(list<MyDay>(projectId, "/my/days"));
  return (
    <Section title={t("mine.days")}>
      <Loaded query={days}>
        {(rows) => rows.length === 0 ? <Text size="sm" c="dimmed">{t("mine.daysEmpty")}</Text> : (
          <DataTable
            caption={t("mine.days")}
            rows={rows}
            keyOf={(row) => row.day}
            columns={[
              { head: t("mine.day"), cell: (row) => row.day },
              { head: t("mine.judged"), cell: (row) => integer(row.judged), align: "end" },
              { head: t("mine.skipped"), cell: (row) => integer(row.skipped), align: "end" },
              { head: t("mine.active"), cell: (row) => spent(row.active_ms), align: "end" },
            ]}
          />
        )}
      </Loaded>
    </Section>
  );
}

/** Time of a person, in seconds at the least: nobody thinks of their own work in milliseconds. */
const spent = (ms: number) => (ms < 1000 ? `${(ms / 1000).toFixed(1)} s` : seconds(ms / 1000));

/** Everything measured about one judgment, in plain words. */
function Measured({ row }: { row: MyJudgment }) {
  const { t } = useTranslation();
  const { signals } = row;
  const sideName = (side: string) => (side === "left" || side === "right" || side === "only" ? t(`mine.side.${side}`) : t("mine.side.lettered", { letter: side.toUpperCase() }));
  const said: string[] = [];
  if (row.active_ms !== null) said.push(t("mine.took", { time: spent(row.active_ms) }));
  if (row.revisions !== null) said.push(row.revisions === 0 ? t("mine.revisions_zero") : t("mine.revisions", { count: row.revisions }));
  if (signals?.first_choice) {
    const first = { choice: signals.first_choice };
    said.push(signals.first_choice_ms === null ? t("mine.first", first) : t("mine.firstAfter", { ...first, time: spent(signals.first_choice_ms) }));
  }
  for (const [side, share] of Object.entries(signals?.scroll ?? {})) said.push(t("mine.seen", { side: sideName(side), share: percent(share) }));
  if (signals?.pasted_characters) said.push(t("mine.pasted", { count: signals.pasted_characters }));
  return (
    <>
      <Text size="sm">{said.join(", ") || "\u2013"}</Text>
      {row.note && <Text size="sm" dir="auto">{t("mine.note", { note: row.note })}</Text>}
    </>
  );
}

function Undo({ row, onUndo, busy }: { row: MyJudgment; onUndo: () => void; busy: boolean }) {
  const { t } = useTranslation();
  if (row.undone) return <Text size="sm" c="dimmed">{t("mine.undone")}</Text>;
  if (!row.can_undo) return null;
  return <Button size="compact-sm" variant="default" loading={busy} onClick={onUndo} aria-label={t("mine.undoOf", { prompt: row.prompt_start })}>{t("mine.undo")}</Button>;
}

function Judgments({ projectId }: { projectId: string }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const key = ["project", projectId, "/my/judgments"];
  const pages = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam, signal }) => call<MyJudgments>("GET", address(projectId, `/my/judgments?limit=${PAGE}${pageParam ? `&before=${encodeURIComponent(pageParam)}` : ""}`), { signal }),
    initialPageParam: "",
    getNextPageParam: (last) => last.next ?? undefined,
  });
  const undo = useMutation({
    mutationFn: (id: string) => call("POST", address(projectId, `/judgments/${id}/undo`)),
    onSettled: () => queries.invalidateQueries({ queryKey: ["project", projectId] }),
  });
  const rows = pages.data?.pages.flatMap((page) => page.judgments) ?? [];
  const questions = Object.assign({}, ...(pages.data?.pages.map((page) => page.questions) ?? [])) as MyJudgments["questions"];
  return (
    <Section title={t("mine.list")}>
      {undo.error && <ErrorPanel error={undo.error} />}
      {pages.error && <ErrorPanel error={pages.error} onRetry={() => void pages.refetch()} />}
      {pages.data && rows.length === 0 && <Empty title={t("mine.empty.title")} text={t("mine.empty.text")} />}
      {rows.length > 0 && (
        <DataTable
          caption={t("mine.list")}
          rows={rows}
          keyOf={(row) => row.id}
          columns={[
            { head: t("mine.item"), cell: (row) => <><Text size="sm" dir="auto" lineClamp={2}><Shown text={row.prompt_start} /></Text><Text size="xs" c="dimmed" component="div"><Ago at={row.created_at} />{row.guideline_number !== null && `, ${t("mine.guideline", { number: row.guideline_number })}`}</Text></> },
            { head: t("mine.answer"), cell: (row) => <Text size="sm" dir="auto" lineClamp={3}><Shown text={inWords(row.answer, { asked: questions[row.question_id], t, unchanged: row.unchanged })} /></Text>, width: 200 },
            { head: t("mine.measured"), cell: (row) => <Measured row={row} /> },
            { head: t("mine.undo"), cell: (row) => <Undo row={row} busy={undo.isPending && undo.variables === row.id} onUndo={() => undo.mutate(row.id)} />, width: 110 },
            { head: t("discussion.begin"), cell: (row) => !row.undone && <Begin projectId={projectId} subject={{ kind: "item", id: row.item_id, title: row.prompt_start }} />, width: 110 },
          ]}
        />
      )}
      {pages.hasNextPage && <Button variant="default" loading={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()} style={{ alignSelf: "flex-start" }}>{t("mine.more")}</Button>}
    </Section>
  );
}

const SIGNALS = ["active", "revisions", "first", "seen", "pasted", "note"] as const;

function Explained() {
  const { t } = useTranslation();
  return (
    <Section title={t("mine.explain.title")}>
      <Text size="sm" maw={760}>{t("mine.explain.lead")}</Text>
      <dl style={{ margin: 0, maxWidth: 760 }}>
        {SIGNALS.map((name) => (
          <div key={name} style={{ marginBottom: 8 }}>
            <Text component="dt" size="sm" fw={600}>{t(`mine.explain.${name}Name`)}</Text>
            <Text component="dd" size="sm" m={0}>{t(`mine.explain.${name}`)}</Text>
          </div>
        ))}
      </dl>
    </Section>
  );
}

/** Own days and judgments, and everything measured about oneself, with what it is for and who sees it. */
export function MyWorkPage() {
  const { t } = useTranslation();
  const { project } = useParams({ from: "/p/$project" });
  return (
    <Page title={t("nav.my-work")}>
      <MyCases projectId={project} />
      <MyThreads projectId={project} />
      <Days projectId={project} />
      <MySessions projectId={project} />
      <MyCoaching projectId={project} />
      <MyGold projectId={project} />
      <Judgments projectId={project} />
      <Explained />
    </Page>
  );
}
