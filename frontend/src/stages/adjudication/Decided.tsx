import { Button, Group, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { CaseDecision, CaseDetail } from "../../api/cases";
import { percent } from "../../ui/format";
import { Markdown } from "../../ui/Markdown";
import { Section } from "../../ui/Page";
import { Shown } from "../../ui/PlainText";
import { Ago } from "../../ui/Time";
import { StudyForm } from "./StudyForm";
import type { Acting } from "./useCase";

interface DecidedProps {
  projectId: string;
  found: CaseDetail;
  decision: CaseDecision;
  studyId: string | null;
  acting: Acting;
}

/** What was decided, and what can be made of it. */
export default function Decided({ projectId, found, decision, studyId, acting }: DecidedProps) {
  const { t } = useTranslation();
  const [writing, setWriting] = useState(false);
  const closed = found.case.state === "decided";
  const shares = Object.entries(decision.distribution ?? {}).map(([text, share]) => `${text}: ${percent(share)}`);
  return (
    <Section title={t("adjudication.decided")}>
      <Stack gap={6}>
        <Text fw={600} dir="auto"><Shown text={decision.text ?? t("adjudication.irresolvable")} /></Text>
        {shares.length > 0 && <Text size="sm">{shares.join(", ")}</Text>}
        <Text size="xs" c="dimmed" component="div">{t(decision.changed ? "adjudication.decidedChanged" : "adjudication.decidedSame")}, <Ago at={decision.at} /></Text>
        <Markdown text={decision.rationale} />
        {decision.lesson && <div className="lw-nested"><Text size="sm" fw={600}>{t("adjudication.lesson")}</Text><Markdown text={decision.lesson} /></div>}
        {closed && (
          <Group gap="xs">
            {decision.mine && <Button size="xs" variant="default" loading={acting.isPending} title={t("adjudication.againText")} onClick={() => acting.mutate({ what: "reopen" })}>{t("adjudication.again")}</Button>}
            {decision.answer !== null && <Button size="xs" variant="default" onClick={() => setWriting(true)}>{t(studyId ? "adjudication.studyNext" : "adjudication.study")}</Button>}
          </Group>
        )}
        {writing && <StudyForm projectId={projectId} caseId={found.case.id} decision={decision} onClose={() => setWriting(false)} />}
      </Stack>
    </Section>
  );
}
