import { Stack, Text, Title } from "@mantine/core";
import { diffArrays, diffWordsWithSpace } from "diff";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Criterion, GuidelineVersion } from "../../api/types";
import styles from "./label.module.css";

interface Change {
  value: ReactNode;
  added: boolean;
  removed: boolean;
}

function Mark({ value, added, removed }: Change) {
  if (added) return <ins>{value}</ins>;
  return removed ? <del>{value}</del> : value;
}

function Words({ before, now }: { before: string; now: string }) {
  return diffWordsWithSpace(before, now).map((change, index) => <Mark key={index} {...change} />);
}

function scaleOf(one: Criterion): string {
  return Array.isArray(one.scale) ? one.scale.map(String).join("; ") : "";
}
const inFull = (one: Criterion) => [one.name, one.description ?? "", scaleOf(one)].filter(Boolean).join(". ");

/** Criteria by their id: new, gone, or with other words. */
function criteriaChanges(before: readonly Criterion[], now: readonly Criterion[]) {
  const [was, is] = [new Map(before.map((one) => [one.id, one])), new Map(now.map((one) => [one.id, one]))];
  return [...new Set([...is.keys(), ...was.keys()])]
    .map((id) => ({ id, before: was.has(id) ? inFull(was.get(id)!) : "", now: is.has(id) ? inFull(is.get(id)!) : "" }))
    .filter((one) => one.before !== one.now);
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return <section><Title order={3} mb={2}>{title}</Title>{children}</section>;
}

/** What is new and what is gone between two versions of the guideline: checklist, criteria, text. */
export default function GuidelineNews({ before, now }: { before: GuidelineVersion; now: GuidelineVersion }) {
  const { t } = useTranslation();
  const lines = diffArrays(before.checklist, now.checklist).flatMap(({ value, added, removed }) => value.map((line) => ({ value: line, added, removed })));
  const criteria = criteriaChanges(before.criteria, now.criteria);
  const same = <Text size="sm" c="dimmed">{t("desk.news.same")}</Text>;
  return (
    <Stack gap="xs" className={styles.news} fz="sm">
      <Part title={t("desk.news.checklist")}>
        {lines.every((line) => !line.added && !line.removed) ? same : (
          <ul style={{ margin: 0, paddingInlineStart: 20 }}>{lines.map((line, index) => <li key={index} dir="auto"><Mark {...line} /></li>)}</ul>
        )}
      </Part>
      <Part title={t("desk.news.criteria")}>
        {criteria.length === 0 ? same : criteria.map((one) => <div key={one.id} dir="auto"><Words before={one.before} now={one.now} /></div>)}
      </Part>
      <Part title={t("desk.news.text")}>
        {before.text === now.text ? same : <div className="lw-text lw-plain" dir="auto"><Words before={before.text} now={now.text} /></div>}
      </Part>
    </Stack>
  );
}
