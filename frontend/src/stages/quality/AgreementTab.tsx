import { Text } from "@mantine/core";
import { useParams } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Section } from "../../ui/Page";
import { AgreementBy } from "./AgreementBy";
import { HeatMap } from "./HeatMap";
import { Repair } from "./Repair";

/** Where people differ, why, and how far they agree all the same. */
export default function AgreementTab() {
  const { t } = useTranslation();
  const { project } = useParams({ from: "/p/$project" });
  const note = (text: string) => <Text size="xs" c="dimmed">{text}</Text>;
  return (
    <>
      <Section title={t("agreement.repair")}>{note(t("agreement.repairNote"))}<Repair projectId={project} /></Section>
      <Section title={t("agreement.title")}>{note(t("agreement.note"))}<AgreementBy projectId={project} /></Section>
      <Section title={t("agreement.pairs")}>{note(t("agreement.pairsNote"))}<HeatMap projectId={project} /></Section>
    </>
  );
}
