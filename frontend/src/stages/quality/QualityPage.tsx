import { Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { Suspense } from "react";
import { useTranslation } from "react-i18next";
import { projectQuery } from "../../api/queries";
import { Empty } from "../../ui/Empty";
import { TabLink } from "../../ui/links";
import { Page } from "../../ui/Page";
import { tabsFor } from "./tabs";

/** The frame of the Quality page: one address and one file per tab. */
export function QualityPage() {
  const { t } = useTranslation();
  const { project, tab: path } = useParams({ from: "/p/$project/quality/$tab" });
  const role = useQuery(projectQuery(project)).data?.role;
  const tabs = tabsFor(role);
  const tab = tabs.find((one) => one.path === path);
  return (
    <Page title={t("nav.quality")} part={tab && t(tab.label)}>
      <nav className="lw-tabs" aria-label={t("quality.tabs.label")}>
        {tabs.map((one) => <TabLink key={one.path} to="/p/$project/quality/$tab" params={{ project, tab: one.path }}>{t(one.label)}</TabLink>)}
      </nav>
      {tab && <Suspense fallback={<Skeleton height={180} />}><tab.Tab /></Suspense>}
      {role !== undefined && !tab && <Empty title={t("quality.tabs.none")} text={t("quality.tabs.noneText")} />}
    </Page>
  );
}
