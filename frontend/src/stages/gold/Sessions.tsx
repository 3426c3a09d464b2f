import { Button, Group, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { call, project as address } from "../../api/http";
import { projectQuery, read } from "../../api/queries";
import { may } from "../../api/roles";
import type { SessionList, SessionView } from "../../api/work";
import { DataTable } from "../../ui/DataTable";
import { Dialog } from "../../ui/Dialog";
import { Empty } from "../../ui/Empty";
import { ErrorPanel } from "../../ui/ErrorPanel";
import { integer } from "../../ui/format";
import { TextLink } from "../../ui/links";
import { Loaded } from "../../ui/Loaded";
import { Section } from "../../ui/Page";
import { StatusBadge } from "../../ui/Status";
import { Ago } from "../../ui/Time";

const COLOUR = { blind: "held", revealed: "held", closed: "idle" } as const;
type State = keyof typeof COLOUR;

export function SessionState({ state }: { state: string }) {
  const { t } = useTranslation();
  return <StatusBadge kind={COLOUR[state as State]}>{t(`sessions.states.${state as State}`)}</StatusBadge>;
}

export function SessionTable({ projectId, sessions }: { projectId: string; sessions: SessionList["sessions"] }) {
  const { t } = useTranslation();
  return (
    <DataTable
      caption={t("sessions.list")}
      rows={sessions}
      keyOf={(row) => row.id}
      columns={[
        { head: t("sessions.name"), cell: (row) => <TextLink size="sm" to="/p/$project/sessions/$session" params={{ project: projectId, session: row.id }}>{row.name}</TextLink> },
        { head: t("sessions.state"), cell: (row) => <SessionState state={row.state} />, width: 120 },
        { head: t("sessions.count"), cell: (row) => integer(row.items), align: "end", width: 70 },
        { head: t("sessions.made"), cell: (row) => <Ago at={row.made_at} />, width: 130 },
        { head: t("sessions.lesson"), cell: (row) => <Text size="sm">{row.lesson ?? ""}</Text> },
      ]}
    />
  );
}

function Begin({ projectId, onClose }: { projectId: string; onClose: () => void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [name, setName] = useState("");
  const [items, setItems] = useState("");
  const making = useMutation({
    mutationFn: () => call<SessionView>("POST", address(projectId, "/sessions"), { json: { name: name.trim(), items: items.split(/\s+/).filter(Boolean) } }),
    onSuccess: async (made) => {
      await queries.invalidateQueries({ queryKey: ["project", projectId] });
      await navigate({ to: "/p/$project/sessions/$session", params: { project: projectId, session: made.session.id } });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim()) making.mutate();
  };
  return (
    <Dialog title={t("sessions.begin")} onClose={onClose}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <TextInput label={t("sessions.name")} placeholder={t("sessions.namePlaceholder")} value={name} onChange={(event) => setName(event.currentTarget.value)} maxLength={200} required data-autofocus />
          <Textarea label={t("sessions.items")} description={t("sessions.itemsHint")} value={items} onChange={(event) => setItems(event.currentTarget.value)} autosize minRows={2} maxRows={8} />
          {making.error && <ErrorPanel error={making.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>{t("cancel")}</Button>
            <Button type="submit" loading={making.isPending} disabled={!name.trim()}>{t("sessions.begin")}</Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}

/** The Sessions tab of Quality: what was calibrated together, and the next one. */
export default function Sessions() {
  const { t } = useTranslation();
  const { project } = useParams({ from: "/p/$project" });
  const query = useQuery(read<SessionList>(project, "/sessions"));
  const role = useQuery(projectQuery(project)).data?.role;
  const [beginning, setBeginning] = useState(false);
  const begin = may(role, "people") && <Button size="compact-sm" onClick={() => setBeginning(true)}>{t("sessions.begin")}</Button>;
  return (
    <Loaded query={query}>
      {({ sessions }) => (
        <>
          {sessions.length === 0 ? <Empty title={t("sessions.empty")} text={t("sessions.emptyText")} action={begin || undefined} /> : (
            <Section title={t("sessions.list")} aside={begin || undefined}>
              <Text size="sm" c="dimmed" maw={820}>{t("sessions.about")}</Text>
              <SessionTable projectId={project} sessions={sessions} />
            </Section>
          )}
          {beginning && <Begin projectId={project} onClose={() => setBeginning(false)} />}
        </>
      )}
    </Loaded>
  );
}

/** Sessions that are open, on My work; nothing at all where there is none. */
export function MySessions({ projectId }: { projectId: string }) {
  const { t } = useTranslation();
  const found = useQuery(read<SessionList>(projectId, "/sessions")).data?.sessions ?? [];
  const open = found.filter((one) => one.state !== "closed");
  const shown = open.length > 0 ? open : found.slice(0, 1);
  if (shown.length === 0) return null;
  return <Section title={t("sessions.list")}><SessionTable projectId={projectId} sessions={shown} /></Section>;
}
