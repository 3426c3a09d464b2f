import { useQuery } from "@tanstack/react-query";
import { useParams, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { list, projectQuery } from "../../api/queries";
import { may } from "../../api/roles";
import type { Evaluation } from "../../api/work";
import { DataTable } from "../../ui/DataTable";
import { Empty } from "../../ui/Empty";
import { EstimateText } from "../../ui/Estimate";
import { Loaded } from "../../ui/Loaded";
import { ButtonLink, TextLink } from "../../ui/links";
import { Page, Section } from "../../ui/Page";
import { StateBadge } from "../../ui/Status";
import { Ago } from "../../ui/Time";
import { EvaluationView } from "./EvaluationView";

function Evaluations({ projectId }: { projectId: string }) {
  const { t } = useTranslation();
  const query = useQuery(list<Evaluation>(projectId, "/evaluations"));
  const opens = may(useQuery(projectQuery(projectId)).data?.role, "records");
  return (
    <Loaded query={query}>
      {(rows) => rows.length === 0 ? (
        <Empty title={t("evaluation.empty")} text={t("evaluation.emptyText")} action={<ButtonLink to="/p/$project/loop" params={{ project: projectId }} mt="xs">{t("nav.loop")}</ButtonLink>} />
      ) : (
        <Section title={t("evaluation.list")}>
          <DataTable
            caption={t("evaluation.list")}
            rows={rows}
            keyOf={(row) => row.id}
            columns={[
              { head: t("evaluation.candidate"), cell: (row) => opens ? <TextLink to="/p/$project/evaluation" params={{ project: projectId }} search={{ id: row.id }} size="sm">{row.candidate}</TextLink> : row.candidate },
              { head: t("evaluation.reference"), cell: (row) => row.reference },
              { head: t("evaluation.winRate"), cell: (row) => <EstimateText estimate={row.win_rate ?? { value: null, low: null, high: null, n: 0, method: "", reason: t("evaluation.waits", { count: row.wanted }) }} kind="percent" against={t("evaluation.half")} /> },
              { head: t("evaluation.state"), cell: (row) => <StateBadge state={row.state} /> },
              { head: t("evaluation.when"), cell: (row) => <Ago at={row.created_at} /> },
            ]}
          />
        </Section>
      )}
    </Loaded>
  );
}

export function EvaluationPage() {
  const { t } = useTranslation();
  const { project } = useParams({ from: "/p/$project" });
  const { id } = useSearch({ from: "/p/$project/evaluation" });
  return <Page title={t("nav.evaluation")}>{id ? <EvaluationView projectId={project} id={id} /> : <Evaluations projectId={project} />}</Page>;
}
