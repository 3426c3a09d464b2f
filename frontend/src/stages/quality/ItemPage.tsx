import { Group, Skeleton, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import { Suspense, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useKeySheet } from "../../app/keys";
import { asApiError } from "../../api/errors";
import { projectQuery, read } from "../../api/queries";
import { may } from "../../api/roles";
import type { ItemView } from "../../api/work";
import { CopyId } from "../../ui/CopyId";
import { Empty } from "../../ui/Empty";
import { integer } from "../../ui/format";
import { Loaded } from "../../ui/Loaded";
import { ButtonLink, TextLink } from "../../ui/links";
import { Page, Section } from "../../ui/Page";
import { StatusBadge } from "../../ui/Status";
import { useKey } from "../../ui/useKey";
import { ItemAnswer } from "./ItemAnswer";
import { panelsFor } from "./itemPanels";
import { ItemTexts } from "./ItemTexts";
import { ItemVotes } from "./ItemVotes";

const STATE = { open: "held", closed: "passed", stuck: "refused" } as const;

function Facts({ projectId, item, lineage }: { projectId: string; item: ItemView; lineage: boolean }) {
  const { t } = useTranslation();
  return (
    <Group gap="md" wrap="wrap">
      <CopyId id={item.id} />
      {item.state === null ? <Text size="sm" c="dimmed">{t("items.notQueued")}</Text> : (
        <Group gap={6}>
          <StatusBadge kind={STATE[item.state]}>{t(`items.states.${item.state}`)}</StatusBadge>
          <Text size="sm" className="lw-number">{t("items.progress", { done: integer(item.done ?? 0), wanted: integer(item.wanted ?? 0) })}</Text>
        </Group>
      )}
      <Text size="sm">{`${t("items.segment")}: ${item.segment}`}</Text>
      <Text size="sm">{`${t("items.purpose")}: ${item.purpose.replaceAll("_", " ")}`}</Text>
      {lineage && <TextLink size="sm" to="/p/$project/data" params={{ project: projectId }} search={{ ref: item.id }} hash="lineage">{t("items.lineage")}</TextLink>}
    </Group>
  );
}

/** One item with all that became of it: what was shown, how people judged it, what was decided, and when. */
export function ItemPage() {
  const { t } = useTranslation();
  const { project, item: id } = useParams({ from: "/p/$project/items/$item" });
  const navigate = useNavigate();
  const role = useQuery(projectQuery(project)).data?.role;
  const query = useQuery(read<ItemView>(project, `/items/${encodeURIComponent(id)}`));
  // What was read before stays nowhere on the screen once the item is on one's own desk.
  const stillBlind = query.error !== null && asApiError(query.error).code === "still_blind";
  const records = may(role, "records");
  useKey("escape", () => void navigate({ to: "/p/$project/quality/$tab", params: { project, tab: "items" } }));
  useKeySheet(useMemo(() => [{ keys: ["Esc"], what: t("items.keys.back") }, ...(records ? [{ keys: ["R"], what: t("items.keys.reveal") }] : [])], [records, t]));
  return (
    <Page title={t("items.title")} actions={<ButtonLink to="/p/$project/quality/$tab" params={{ project, tab: "items" }} variant="default" size="xs">{t("items.back")}</ButtonLink>}>
      {stillBlind ? (
        <Empty title={t("items.yours")} text={t("items.yoursText")} action={<ButtonLink to="/p/$project/label" params={{ project }} mt="xs">{t("items.toLabel")}</ButtonLink>} />
      ) : <Loaded query={query} rows={6}>
        {(item) => (
          <>
            <Facts projectId={project} item={item} lineage={records} />
            <Section title={item.question ?? item.question_id}><ItemTexts projectId={project} item={item} mayReveal={records} /></Section>
            <Section title={t("items.consensus")}><ItemAnswer item={item} /></Section>
            <Section title={t("items.votes")}><ItemVotes item={item} /></Section>
            {panelsFor(role).map(({ id: panel, Panel }) => <Suspense key={panel} fallback={<Skeleton height={80} />}><Panel projectId={project} itemId={item.id} /></Suspense>)}
          </>
        )}
      </Loaded>}
    </Page>
  );
}
