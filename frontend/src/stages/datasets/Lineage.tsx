import { Button, Group, SegmentedControl, Stack, Text, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { read } from "../../api/queries";
import type { LineageView } from "../../api/work";
import { CopyId } from "../../ui/CopyId";
import { DataTable } from "../../ui/DataTable";
import { integer } from "../../ui/format";
import { Loaded } from "../../ui/Loaded";
import { TextLink } from "../../ui/links";
import { More } from "../../ui/More";
import { Ago } from "../../ui/Time";

type Node = LineageView["nodes"][number];

/** Longer groups fold, and show this many. */
const MOST = 100;
const FOLDED_FROM = 8;

function NodeTable({ projectId, kind, nodes }: { projectId: string; kind: string; nodes: Node[] }) {
  const { t } = useTranslation();
  return (
    <DataTable
      caption={kind}
      rows={nodes.slice(0, MOST)}
      keyOf={(node) => node.ref}
      columns={[
        { head: kind, cell: (node) => <TextLink size="sm" to="/p/$project/data" params={{ project: projectId }} search={{ ref: node.ref }} hash="lineage">{node.title || node.ref}</TextLink> },
        { head: t("data.digest"), cell: (node) => <Group gap={8} wrap="nowrap"><CopyId id={node.ref} />{node.kind === "item" && <TextLink size="xs" to="/p/$project/items/$item" params={{ project: projectId, item: node.ref }}>{t("items.open")}</TextLink>}</Group>, width: 120 },
        { head: t("data.when"), cell: (node) => <Ago at={node.at} />, width: 140 },
      ]}
    />
  );
}

/** What a walk found, kind by kind: a dataset's thousand judgments must not hide its guideline. */
function Walk({ projectId, start, direction }: { projectId: string; start: string; direction: string }) {
  const { t } = useTranslation();
  const query = useQuery(read<LineageView>(projectId, `/lineage/${encodeURIComponent(start)}?direction=${direction}`));
  return (
    <Loaded query={query}>
      {(walk) => {
        const kinds = [...new Set(walk.nodes.map((node) => node.kind))];
        if (walk.nodes.length < 2) return <Text size="sm" c="dimmed">{t("data.noLineage")}</Text>;
        return (
          <Stack gap="xs">
            {kinds.map((kind) => {
              const nodes = walk.nodes.filter((node) => node.kind === kind);
              const name = kind.replaceAll("_", " ");
              if (nodes.length < FOLDED_FROM) return <NodeTable key={kind} projectId={projectId} kind={name} nodes={nodes} />;
              const said = nodes.length > MOST ? t("data.someOf", { kind: name, n: integer(nodes.length), shown: MOST }) : `${name} (${integer(nodes.length)})`;
              return <More key={kind} title={said}>{() => <NodeTable projectId={projectId} kind={name} nodes={nodes} />}</More>;
            })}
          </Stack>
        );
      }}
    </Loaded>
  );
}

/** From anything to what it came from, or to what came of it. */
export function Lineage({ projectId, start }: { projectId: string; start: string | undefined }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [typed, setTyped] = useState(start ?? "");
  const [direction, setDirection] = useState("back");
  useEffect(() => setTyped(start ?? ""), [start]);
  return (
    <Stack gap="sm">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void navigate({ to: "/p/$project/data", params: { project: projectId }, search: { ref: typed.trim() || undefined }, hash: "lineage" });
        }}
      >
        <Group align="flex-end" gap="sm">
          <TextInput label={t("data.ref")} description={t("data.lineageHint")} value={typed} onChange={(event) => setTyped(event.currentTarget.value)} style={{ flex: 1, minWidth: 220 }} />
          <SegmentedControl aria-label={t("data.lineage")} size="sm" value={direction} onChange={setDirection} data={[{ value: "back", label: t("data.back") }, { value: "forward", label: t("data.forward") }]} />
          <Button type="submit" disabled={!typed.trim()}>{t("data.walk")}</Button>
        </Group>
      </form>
      {start && <Walk key={`${start}-${direction}`} projectId={projectId} start={start} direction={direction} />}
    </Stack>
  );
}
