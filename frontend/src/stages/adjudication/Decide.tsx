import { Button, Checkbox, Chip, Group, Stack, Text, Textarea } from "@mantine/core";
import { useRef } from "react";
import { useTranslation } from "react-i18next";
import { useQuery } from "@tanstack/react-query";
import type { CaseDetail } from "../../api/cases";
import { guidelinesQuery } from "../../api/queries";
import { Key } from "../../ui/Key";
import { Section } from "../../ui/Page";
import { useKey } from "../../ui/useKey";
import { AnswerField } from "../labeling/AnswerField";
import { EMPTY } from "../labeling/drafts";
import { sealed } from "../labeling/kinds/kind";
import { useKind } from "../labeling/kinds/registry";
import { type Acting, useCaseDraft } from "./useCase";

interface DecideProps {
  projectId: string;
  found: CaseDetail;
  acting: Acting;
}

/** The final decision: begins with the blind answer, which may be kept or changed. */
export function Decide({ projectId, found, acting }: DecideProps) {
  const { t } = useTranslation();
  const { shown } = found;
  const why = useRef<HTMLTextAreaElement>(null);
  const { kind } = useKind(shown.question.kind, []);
  const { draft, put, forget } = useCaseDraft(found.case.id);
  const criteria = useQuery(guidelinesQuery(projectId)).data?.[0]?.criteria ?? [];
  const { reason: _, ...blind } = found.blind?.answer ?? {};
  const answer = draft.answer ?? blind;
  const differs = !draft.none && draft.answer !== null && JSON.stringify(draft.answer) !== JSON.stringify(blind);
  const unanswered = draft.none ? null : kind ? kind.missing(shown, answer, t) : t("loading");
  const lacking = unanswered ?? (draft.rationale.trim() === "" ? t("adjudication.rationaleMissing") : null);
  const send = () => {
    if (!kind || acting.isPending) return;
    if (lacking !== null) {
      why.current?.focus();
      return;
    }
    const final = draft.none ? null : sealed(kind, shown, { ...EMPTY, answer });
    const json = { answer: final, rationale: draft.rationale.trim(), lesson: draft.lesson.trim() || null, criteria: draft.criteria, gold: draft.gold && !draft.none };
    acting.mutate({ what: "decide", json }, { onSuccess: forget });
  };
  useKey("mod+enter", send, { inFields: true });
  useKey("r", () => why.current?.focus());
  return (
    <Section title={t("adjudication.decideTitle")}>
      <Stack gap="sm">
        {!draft.none && <AnswerField assignment={shown} answer={answer} onAnswer={(next) => put({ answer: next })} />}
        <Checkbox checked={draft.none} onChange={(event) => put({ none: event.currentTarget.checked })} label={t("adjudication.irresolvable")} description={t("adjudication.irresolvableNote")} />
        {differs && <Text size="sm" role="status">{t("adjudication.changes")}</Text>}
        <Textarea ref={why} label={t("adjudication.rationale")} description={t("adjudication.rationaleHint")} required autosize minRows={2} maxRows={10} maxLength={4000} value={draft.rationale} onChange={(event) => put({ rationale: event.currentTarget.value })} rightSection={<Key>R</Key>} />
        <Textarea label={t("adjudication.lesson")} autosize minRows={1} maxRows={8} maxLength={4000} value={draft.lesson} onChange={(event) => put({ lesson: event.currentTarget.value })} />
        {criteria.length > 0 && (
          <Stack gap={4} role="group" aria-label={t("adjudication.criteria")}>
            <Text size="sm" fw={500}>{t("adjudication.criteria")}</Text>
            <Chip.Group multiple value={draft.criteria} onChange={(chosen) => put({ criteria: chosen })}>
              <Group gap={6}>{criteria.map((one) => <Chip key={one.id} value={one.id} size="sm">{one.name}</Chip>)}</Group>
            </Chip.Group>
          </Stack>
        )}
        {!draft.none && <Checkbox checked={draft.gold} onChange={(event) => put({ gold: event.currentTarget.checked })} label={t("adjudication.gold")} />}
        <Group>
          <Button onClick={send} variant={lacking === null ? "filled" : "light"} loading={acting.isPending} rightSection={<Key>Ctrl Enter</Key>}>{t("adjudication.decide")}</Button>
          <Text size="sm" c="dimmed" role="status">{lacking ?? ""}</Text>
        </Group>
      </Stack>
    </Section>
  );
}
