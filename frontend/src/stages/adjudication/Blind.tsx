import { Button, Group, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { CaseDetail } from "../../api/cases";
import { Key } from "../../ui/Key";
import { Section } from "../../ui/Page";
import { useKey } from "../../ui/useKey";
import { AnswerField } from "../labeling/AnswerField";
import { EMPTY } from "../labeling/drafts";
import { sealed } from "../labeling/kinds/kind";
import { useKind } from "../labeling/kinds/registry";
import { type Acting, useCaseDraft } from "./useCase";

/** The first step: the item alone. The server sends nothing else before this is answered. */
export function Blind({ found, acting }: { found: CaseDetail; acting: Acting }) {
  const { t } = useTranslation();
  const { shown } = found;
  const { kind } = useKind(shown.question.kind, []);
  const { draft, put } = useCaseDraft(found.case.id);
  const lacking = kind ? kind.missing(shown, draft.blind, t) : t("loading");
  const send = () => {
    if (!kind || lacking !== null || acting.isPending) return;
    acting.mutate({ what: "blind", json: { answer: sealed(kind, shown, { ...EMPTY, answer: draft.blind }) } });
  };
  useKey("enter, mod+enter", send);
  return (
    <Section title={t("adjudication.blindTitle")}>
      <Text size="sm" c="dimmed" maw={760}>{t("adjudication.blindText")}</Text>
      <Stack gap="sm">
        <AnswerField assignment={shown} answer={draft.blind} onAnswer={(blind) => put({ blind })} />
        <Group>
          <Button onClick={send} variant={lacking === null ? "filled" : "light"} loading={acting.isPending} rightSection={<Key>Enter</Key>}>{t("adjudication.blindSend")}</Button>
          <Text size="sm" c="dimmed" role="status">{lacking ?? ""}</Text>
        </Group>
      </Stack>
    </Section>
  );
}
