import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { LoopView } from "../../api/work";
import { integer } from "../../ui/format";
import { TextLink } from "../../ui/links";
import { Section } from "../../ui/Page";
import styles from "./loop.module.css";

const STEPS = ["items", "people", "judgments", "cycle"] as const;
const PLACES = { items: "/p/$project/data", people: "/p/$project/settings", judgments: "/p/$project/label", cycle: null } as const;

/** What a new project still lacks before its first turn, from its real state; gone once a cycle has run. */
export function FirstSteps({ projectId, beginnings, cycles }: { projectId: string; beginnings: LoopView["beginnings"]; cycles: number }) {
  const { t } = useTranslation();
  if (cycles > 0) return null;
  const counts = { items: beginnings.queued || beginnings.prompts, people: beginnings.annotators, judgments: beginnings.judgments, cycle: cycles };
  const next = STEPS.find((step) => counts[step] === 0);
  return (
    <Section title={t("loop.first.title")}>
      <ol className={styles.steps}>
        <li data-done><Text size="sm"><span aria-hidden>{"\u2713 "}</span>{t("loop.first.project")}</Text></li>
        {STEPS.map((step) => {
          const done = counts[step] > 0;
          const place = PLACES[step];
          return (
            <li key={step} data-done={done || undefined} aria-current={step === next ? "step" : undefined}>
              <Text size="sm" fw={step === next ? 600 : undefined}>
                <span aria-hidden>{done ? "\u2713 " : "\u25cb "}</span>
                {t(`loop.first.${step}`)}
                {done && `: ${integer(counts[step])}`}
                {!done && place && <>{" "}<TextLink size="sm" to={place} params={{ project: projectId }}>{t(`loop.first.${step}Go` as "loop.first.itemsGo")}</TextLink></>}
              </Text>
              {step === next && <Text size="sm" c="dimmed">{t(`loop.first.${step}Hint`)}</Text>}
            </li>
          );
        })}
      </ol>
    </Section>
  );
}
