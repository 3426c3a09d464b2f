import { Button, Group, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { guidelinesQuery } from "../../api/queries";
import { Key } from "../../ui/Key";
import { TextLink } from "../../ui/links";
import { Note } from "./DeskNotes";
import { useNews } from "./news";

const load = () => import("./GuidelineNews");
const GuidelineNews = lazy(load);

interface NewsProps {
  projectId: string;
  person: string;
  /** The version in force for the item in view. */
  number: number;
  /** The newest version under which this person judged before. */
  last: number | null;
}

/** Says once that the guideline changed since one last worked, and shows what; after that it can be opened again. */
export function GuidelineNote({ projectId, person, number, last }: NewsProps) {
  const { t } = useTranslation();
  const [shown, setShown] = useState(false);
  const { news, remember, read } = useNews(`${projectId}-${person}`, last, number);
  const versions = useQuery(guidelinesQuery(projectId));
  useEffect(() => void remember());
  const [before, now] = [news?.since, number].map((one) => versions.data?.find((version) => version.number === one));
  if (!news || !before || !now) return null;
  const changes = shown && <Suspense><GuidelineNews before={before} now={now} /></Suspense>;
  if (news.read) {
    return (
      <div>
        <Button variant="subtle" size="compact-sm" aria-expanded={shown} onClick={() => setShown(!shown)}>{t("desk.news.again", { since: news.since })}</Button>
        {changes}
      </div>
    );
  }
  return (
    <Note title={t("desk.news.title", { since: news.since, number })}>
      {changes}
      <Group gap="xs" mt={shown ? "xs" : 0}>
        <Button size="compact-sm" variant="default" aria-expanded={shown} onClick={() => setShown(!shown)}>{t(shown ? "desk.news.hide" : "desk.news.show")}</Button>
        <Button size="compact-sm" onClick={() => { setShown(false); read(); }}>{t("desk.news.ok")}</Button>
      </Group>
    </Note>
  );
}

const ToGuideline = ({ projectId }: { projectId: string }) => (
  <TextLink to="/p/$project/guidelines" params={{ project: projectId }} size="sm">{useTranslation().t("label.openGuideline")}</TextLink>
);

/** The guideline's checklist at hand, folded or open as one left it; without one, at least the way to the guideline. */
export function Checklist({ projectId, number, opened, onToggle }: { projectId: string; number: number; opened: boolean; onToggle: () => void }) {
  const { t } = useTranslation();
  const versions = useQuery(guidelinesQuery(projectId));
  const version = versions.data?.find((one) => one.number === number);
  if (!version || version.checklist.length === 0) {
    return (
      <Group gap="xs" px={14}>
        <Text span size="sm" c="dimmed">{t("label.guideline", { number })}</Text>
        <ToGuideline projectId={projectId} />
      </Group>
    );
  }
  return (
    <details open={opened} className="lw-panel" style={{ padding: "8px 14px" }}>
      <summary
        onClick={(event) => {
          event.preventDefault();
          onToggle();
        }}
      >
        <Text span size="sm" fw={600}>{t("label.checklist")}</Text>{" "}
        <Text span size="sm" c="dimmed">{t("label.guideline", { number })}</Text> <Key>G</Key>
      </summary>
      <ul style={{ margin: "6px 0", paddingInlineStart: 20 }}>
        {version.checklist.map((line) => <li key={line} dir="auto"><Text size="sm">{line}</Text></li>)}
      </ul>
      <ToGuideline projectId={projectId} />
    </details>
  );
}
