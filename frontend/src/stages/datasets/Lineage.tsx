import { Button, Group, SegmentedControl, Stack, Text, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { read } from "../../api/queries";
import type { LineageView } from "../../api/work";
import { CopyId } from "../../ui/CopyId";
import { DataTable } from "../../ui/DataTable";
import { Loaded } from "../../ui/Loaded";
import { TextLink } from "../../ui/links";
import { Ago } from "../../ui/Time";

const MOST = 200;

function Walk({ projectId, start, direction }: { projectId: string; start: string; direction: string }) {
  const { t } = useTranslation();
  const query = useQuery(read<LineageView>(projectId, `/lineage/${encodeURIComponent(start)}?direction=${direction}`));
  return (
    <Loaded query={query}>
      {(walk) => walk.nodes.length === 0 ? <Text size="sm" c="dimmed">{t("data.noLineage")}</Text> : (
        <DataTable
          caption={t("data.lineage")}
          rows={walk.nodes.slice(0, MOST)}
          keyOf={(node) => node.ref}
          columns={[
            { head: t("data.kind"), cell: (node) => node.kind.replaceAll("_", " "), width: 150 },
            { head: t("data.title"), cell: (node) => <TextLink size="sm" to="/p/$project/data" params={{ project: projectId }} search={{ ref: node.ref }} hash="lineage">{node.title || node.ref}</TextLink> },
            { head: t("data.digest"), cell: (node) => <CopyId id={node.ref} />, width: 120 },
            { head: t("data.when"), cell: (node) => <Ago at={node.at} />, width: 140 },
          ]}
        />
      )}
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
