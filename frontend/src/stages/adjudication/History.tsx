import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { CaseOpened } from "../../api/cases";
import { Section } from "../../ui/Page";
import { Shown } from "../../ui/PlainText";
import { Ago } from "../../ui/Time";

/** What happened to a case, the oldest first. */
export default function History({ events }: { events: CaseOpened["events"] }) {
  const { t } = useTranslation();
  const said = (kind: string) => t(`adjudication.events.${kind}` as "adjudication.events.opened", { defaultValue: kind });
  return (
    <Section title={t("adjudication.history")}>
      <ol style={{ margin: 0, paddingInlineStart: 20 }}>
        {events.map((one, index) => (
          <li key={index}>
            <Text size="sm" component="div">
              {said(one.kind)}{one.by_me && ` ${t("adjudication.byMe")}`}, <Ago at={one.at} />
              {typeof one.detail.note === "string" && <Text span inherit dir="auto">{": "}<Shown text={one.detail.note} /></Text>}
            </Text>
          </li>
        ))}
      </ol>
    </Section>
  );
}
