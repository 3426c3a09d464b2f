import { Alert, Button, Code, CopyButton, Group, NativeSelect, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { call, project } from "../../api/http";
import { list } from "../../api/queries";
import type { NewPerson, Person } from "../../api/types";
import { CopyId } from "../../ui/CopyId";
import { DataTable } from "../../ui/DataTable";
import { ErrorPanel } from "../../ui/ErrorPanel";
import { Loaded } from "../../ui/Loaded";
import { SimulatedBadge } from "../../ui/Status";
import { PersonRole, ROLES } from "./PersonRole";
import { PersonTags } from "./PersonTags";

/** What is shown once, to be copied at once. */
function Secret({ label, value }: { label: string; value: string }) {
  const { t } = useTranslation();
  return (
    <Stack gap={2} mb={6}>
      <Group gap="xs">
        <Text size="sm">{label}</Text>
        <CopyButton value={value}>
          {({ copied, copy }) => <Button size="compact-xs" variant="default" aria-label={t("settings.copyOf", { what: label })} onClick={copy}>{t(copied ? "settings.copied" : "settings.copy")}</Button>}
        </CopyButton>
      </Group>
      <Code block className="lw-whole">{value}</Code>
    </Stack>
  );
}

export function AddPerson({ projectId, kinds }: { projectId: string; kinds: { value: string; label: string }[] }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [name, setName] = useState("");
  const [role, setRole] = useState("annotator");
  const [kind, setKind] = useState(kinds[0]?.value ?? "human");
  const add = useMutation({
    mutationFn: (added: string) => call<NewPerson>("POST", project(projectId, "/people"), { json: { name: added, role, kind } }),
    onSuccess: () => {
      setName("");
      return queries.invalidateQueries({ queryKey: ["project", projectId] });
    },
  });
  return (
    <Stack gap="xs">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          add.mutate(name.trim());
        }}
      >
        <Group align="flex-end" gap="sm">
          <TextInput label={t("settings.name")} value={name} onChange={(event) => setName(event.currentTarget.value)} required style={{ flex: 1, minWidth: 160 }} />
          <NativeSelect label={t("settings.role")} value={role} onChange={(event) => setRole(event.currentTarget.value)} data={ROLES} />
          <NativeSelect label={t("settings.kind")} value={kind} onChange={(event) => setKind(event.currentTarget.value)} data={kinds} />
          <Button type="submit" loading={add.isPending} disabled={!name.trim()}>{t("settings.add")}</Button>
        </Group>
      </form>
      {add.error && <ErrorPanel error={add.error} />}
      {add.data && (
        <Alert color="green" role="status" title={t("settings.added", { name: add.variables })}>
          <Text size="sm" mb={6}>{t("settings.keyText")}</Text>
          <Secret label={t("settings.link")} value={add.data.signin_link} />
          <Secret label={t("settings.key")} value={add.data.api_key} />
        </Alert>
      )}
    </Stack>
  );
}

/** Who may do what here; an API key or a sign-in link is shown once, when it is made. */
export function People({ projectId }: { projectId: string }) {
  const { t } = useTranslation();
  const query = useQuery(list<Person>(projectId, "/people"));
  const kinds = [{ value: "human", label: t("settings.kinds.person") }, { value: "service", label: t("settings.kinds.service") }];
  return (
    <Stack>
      <Loaded query={query}>
        {(rows) => rows.length === 0 ? <Text size="sm" c="dimmed">{t("settings.peopleEmpty")}</Text> : (
          <DataTable
            caption={t("settings.people")}
            rows={rows}
            keyOf={(row) => `${row.id}-${row.role}`}
            columns={[
              { head: t("settings.name"), cell: (row) => <Group gap="xs">{row.name}<SimulatedBadge simulated={row.kind === "simulated"} /></Group> },
              { head: t("settings.role"), cell: (row) => <PersonRole projectId={projectId} person={row} /> },
              { head: t("settings.tags"), cell: (row) => <PersonTags projectId={projectId} person={row} />, width: 200 },
              { head: t("settings.kind"), cell: (row) => row.kind },
              { head: t("settings.id"), cell: (row) => <CopyId id={row.id} /> },
            ]}
          />
        )}
      </Loaded>
      <AddPerson projectId={projectId} kinds={kinds} />
    </Stack>
  );
}
