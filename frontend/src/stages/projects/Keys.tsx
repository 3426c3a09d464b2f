import { Button, Text } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { call, project } from "../../api/http";
import { list } from "../../api/queries";
import type { ApiKey } from "../../api/types";
import { Confirm } from "../../ui/Confirm";
import { CopyId } from "../../ui/CopyId";
import { DataTable } from "../../ui/DataTable";
import { Loaded } from "../../ui/Loaded";
import { StatusBadge } from "../../ui/Status";
import { Ago } from "../../ui/Time";

/** The API keys of the project's people; a secret is shown only when it is made. */
export function Keys({ projectId }: { projectId: string }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const query = useQuery(list<ApiKey>(projectId, "/keys"));
  const [revoking, setRevoking] = useState<ApiKey | null>(null);
  return (
    <>
      <Loaded query={query}>
        {(rows) => rows.length === 0 ? <Text size="sm" c="dimmed">{t("settings.keysEmpty")}</Text> : (
          <DataTable
            caption={t("settings.keys")}
            rows={rows}
            keyOf={(row) => row.id}
            columns={[
              { head: t("settings.name"), cell: (row) => row.person },
              { head: t("settings.keyState"), cell: (row) => row.revoked_at ? <StatusBadge kind="idle">{t("settings.revoked")}</StatusBadge> : <StatusBadge kind="passed">{t("settings.good")}</StatusBadge>, width: 120 },
              { head: t("settings.made"), cell: (row) => <Ago at={row.created_at} />, width: 140 },
              { head: t("settings.id"), cell: (row) => <CopyId id={row.id} />, width: 120 },
              { head: t("settings.change"), cell: (row) => !row.revoked_at && <Button size="compact-xs" variant="default" onClick={() => setRevoking(row)} aria-label={t("settings.revokeTitle", { name: row.person })}>{t("settings.revoke")}</Button>, width: 100 },
            ]}
          />
        )}
      </Loaded>
      {revoking && (
        <Confirm
          title={t("settings.revokeTitle", { name: revoking.person })}
          text={t("settings.revokeText")}
          action={t("settings.revoke")}
          run={async () => {
            await call("DELETE", project(projectId, `/keys/${revoking.id}`));
            await queries.invalidateQueries({ queryKey: ["project", projectId] });
          }}
          onClose={() => setRevoking(null)}
        />
      )}
    </>
  );
}
