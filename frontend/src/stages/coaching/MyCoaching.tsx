import { Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { read } from "../../api/queries";
import type { PersonView } from "../../api/work";
import { Loaded } from "../../ui/Loaded";
import { Section } from "../../ui/Page";
import { MyPlan } from "./MyPlan";
import { Trend } from "./Trend";

/** All that leads can read of one, and the plan drawn from it. */
export function MyCoaching({ projectId }: { projectId: string }) {
  const { t } = useTranslation();
  const query = useQuery(read<PersonView>(projectId, "/my/coaching"));
  return (
    <>
      <MyPlan projectId={projectId} judged={(query.data?.judged ?? 0) > 0} />
      <Section title={t("coaching.mine")}>
        <Loaded query={query}>
          {(mine) => (
            <Stack gap="sm">
              <Text size="sm" c="dimmed" maw={760}>{t("coaching.mineNote")}</Text>
              {mine.noticed.map((line) => <Text key={line} size="sm">{line}</Text>)}
              {mine.trends.length === 0 && <Text size="sm" c="dimmed">{t("coaching.nothingYet")}</Text>}
              {mine.trends.map((trend) => <Trend key={`${trend.question_id}/${trend.aspect}`} trend={trend} />)}
            </Stack>
          )}
        </Loaded>
      </Section>
    </>
  );
}
