import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { read } from "../../api/queries";
import type { ReleaseList } from "../../api/work";
import { Empty } from "../../ui/Empty";
import { Loaded } from "../../ui/Loaded";
import { ButtonLink } from "../../ui/links";
import { Page } from "../../ui/Page";
import { ReleaseView } from "./ReleaseView";

export function ReleasesPage() {
  const { t } = useTranslation();
  const { project } = useParams({ from: "/p/$project" });
  const query = useQuery(read<ReleaseList>(project, "/releases"));
  return (
    <Page title={t("nav.releases")}>
      <Loaded query={query}>
        {({ releases }) => releases.length === 0 ? (
          <Empty title={t("releases.empty")} text={t("releases.emptyText")} action={<ButtonLink to="/p/$project/loop" params={{ project }} mt="xs">{t("nav.loop")}</ButtonLink>} />
        ) : releases.map((release) => <ReleaseView key={release.id} projectId={project} release={release} />)}
      </Loaded>
    </Page>
  );
}
