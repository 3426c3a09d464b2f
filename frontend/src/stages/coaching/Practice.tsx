import { Button, Group, Stack, Text, Title } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { call, project } from "../../api/http";
import type { Assignment } from "../../api/types";
import type { Practised } from "../../api/work";
import { ErrorPanel } from "../../ui/ErrorPanel";
import { Key } from "../../ui/Key";
import { Shown } from "../../ui/PlainText";
import { StatusBadge } from "../../ui/Status";
import { useKey } from "../../ui/useKey";
import { AnswerField, ItemShown } from "../labeling/AnswerField";
import { EMPTY, type Partly } from "../labeling/drafts";
import { sealed } from "../labeling/kinds/kind";
import { useKind } from "../labeling/kinds/registry";

interface OneProps {
  projectId: string;
  item: Assignment;
  onNext: () => void;
}

function One({ projectId, item, onNext }: OneProps) {
  const { t } = useTranslation();
  const [answer, setAnswer] = useState<Partly>({});
  const { kind } = useKind(item.question.kind, []);
  const checking = useMutation({
    mutationFn: (given: unknown) => call<Practised>("POST", project(projectId, `/my/plan/items/${encodeURIComponent(item.item_id)}`), { json: { answer: given } }),
  });
  const found = checking.data;
  const lacking = kind ? kind.missing(item, answer, t) : t("loading");
  const send = () => kind && lacking === null && !checking.isPending && checking.mutate(sealed(kind, item, { ...EMPTY, answer }));
  useKey("enter, mod+enter", () => (found ? onNext() : send()));
  return (
    <Stack gap="sm">
      {found ? <ItemShown assignment={item} /> : <AnswerField assignment={item} answer={answer} onAnswer={setAnswer} />}
      {checking.error && <ErrorPanel error={checking.error} />}
      {found && (
        <Stack gap={4} role="status">
          <Group gap="xs"><StatusBadge kind={found.is_right ? "passed" : "held"}>{t(found.is_right ? "coaching.asSettled" : "coaching.otherwiseSettled")}</StatusBadge></Group>
          <Text size="sm" dir="auto"><Shown text={t("coaching.yours", { answer: found.yours })} /></Text>
          <Text size="sm" fw={600} dir="auto"><Shown text={t("coaching.settled", { answer: found.right })} /></Text>
        </Stack>
      )}
      <Group>
        {found
          ? <Button onClick={onNext} rightSection={<Key>Enter</Key>}>{t("coaching.next")}</Button>
          : <Button loading={checking.isPending} disabled={lacking !== null} onClick={send} rightSection={<Key>Enter</Key>}>{t("coaching.send")}</Button>}
        {!found && lacking && <Text size="sm" c="dimmed" role="status">{lacking}</Text>}
      </Group>
    </Stack>
  );
}

interface PracticeProps {
  projectId: string;
  next: Assignment | null;
  onClose: () => void;
}

/** Practice items one after another; the one in view stays until one goes on, whatever the page fetches meanwhile. */
export function Practice({ projectId, next, onClose }: PracticeProps) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [item, setItem] = useState(next);
  useKey("escape", onClose);
  const go = async () => {
    await queries.invalidateQueries({ queryKey: ["project", projectId, "/my/plan"] });
    setItem(queries.getQueryData<{ next: Assignment | null }>(["project", projectId, "/my/plan"])?.next ?? null);
  };
  return (
    <Stack gap="sm" className="lw-nested" role="region" aria-label={t("coaching.practice")}>
      <Group justify="space-between">
        <Title order={3}>{t("coaching.practice")}</Title>
        <Button size="compact-sm" variant="default" onClick={onClose} rightSection={<Key>Esc</Key>}>{t("close")}</Button>
      </Group>
      <Text size="xs" c="dimmed">{t("coaching.practiceNote")}</Text>
      {item ? <One key={item.item_id} projectId={projectId} item={item} onNext={() => void go()} /> : <Text size="sm">{t("coaching.practiceDone")}</Text>}
    </Stack>
  );
}
