import { Button, Group, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { meQuery, projectsQuery } from "../../api/queries";
import { may } from "../../api/roles";
import { PlainShell } from "../../app/PlainShell";
import { DataTable } from "../../ui/DataTable";
import { Empty } from "../../ui/Empty";
import { TextLink } from "../../ui/links";
import { Loaded } from "../../ui/Loaded";
import { Page } from "../../ui/Page";
import { SimulatedBadge } from "../../ui/Status";
import { Ago } from "../../ui/Time";
import { NewProject } from "./NewProject";

export function Projects() {
  const { t } = useTranslation();
  const projects = useQuery(projectsQuery());
  const [making, setMaking] = useState(false);
  const everywhere = useQuery(meQuery()).data?.roles["*"];
  const make = may(everywhere, "change") && <Button onClick={() => setMaking(true)}>{t("projects.new")}</Button>;
  return (
    <PlainShell>
      <Page title={t("projects.title")} actions={projects.data?.length && make ? make : undefined}>
        <Loaded query={projects}>
          {(rows) =>
            rows.length === 0 ? (
              <Empty title={t("projects.empty")} text={t(make ? "projects.emptyText" : "projects.noneYours")} action={make || undefined} />
            ) : (
              <div className="lw-panel">
                <DataTable
                  caption={t("projects.title")}
                  rows={rows}
                  keyOf={(row) => row.id}
                  columns={[
                    {
                      head: t("projects.name"),
                      cell: (row) => (
                        <Group gap="xs">
                          <TextLink to="/p/$project" params={{ project: row.id }} fw={500}>{row.name}</TextLink>
                          <SimulatedBadge simulated={row.simulated} />
                        </Group>
                      ),
                    },
                    { head: t("projects.description"), cell: (row) => <Text size="sm" c="dimmed" lineClamp={2}>{row.description ?? ""}</Text> },
                    { head: t("projects.created"), cell: (row) => <Ago at={row.created_at} />, width: 140 },
                  ]}
                />
              </div>
            )
          }
        </Loaded>
      </Page>
      {making && <NewProject onClose={() => setMaking(false)} />}
    </PlainShell>
  );
}
