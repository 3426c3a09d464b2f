import { Button, Group, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Cases } from "../../api/cases";
import { projectQuery, read } from "../../api/queries";
import { may } from "../../api/roles";
import { Loaded } from "../../ui/Loaded";
import { TextLink } from "../../ui/links";
import { Section } from "../../ui/Page";
import { Ago } from "../../ui/Time";
import { AskDialog } from "./AskDialog";
import { CaseBadges } from "./Queue";
import { Reasons } from "./Reasons";

/** The cases of one item, and the way to make it one. */
export default function ItemCases({ projectId, itemId }: { projectId: string; itemId: string }) {
  const { t } = useTranslation();
  const [asking, setAsking] = useState(false);
  const role = useQuery(projectQuery(projectId)).data?.role;
  const query = useQuery(read<Cases>(projectId, `/cases?item_id=${encodeURIComponent(itemId)}`));
  const ask = <Button size="xs" variant="default" onClick={() => setAsking(true)}>{t("adjudication.item.ask")}</Button>;
  return (
    <Section title={t("adjudication.item.title")} aside={may(role, "judge") && ask}>
      <Loaded query={query} rows={1}>
        {({ cases }) => cases.length === 0 ? <Text size="sm" c="dimmed">{t("adjudication.item.none")}</Text> : cases.map((one) => (
          <Group key={one.id} gap="sm" align="flex-start">
            <CaseBadges one={one} />
            <div style={{ flex: 1, minWidth: 200 }}><Reasons reasons={one.reasons} /></div>
            <Text size="sm" c="dimmed" component="div"><Ago at={one.opened_at} /></Text>
            <TextLink size="sm" to="/p/$project/quality/$tab" params={{ project: projectId, tab: "desk" }} search={{ id: one.id }}>{t("adjudication.look")}</TextLink>
          </Group>
        ))}
      </Loaded>
      {asking && <AskDialog projectId={projectId} itemId={itemId} text={t("adjudication.item.askText")} onClose={() => setAsking(false)} />}
    </Section>
  );
}
