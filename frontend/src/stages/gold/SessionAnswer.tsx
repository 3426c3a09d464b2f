import { Button, Group, Stack, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { call, project } from "../../api/http";
import { read } from "../../api/queries";
import type { Assignment } from "../../api/types";
import type { SessionView } from "../../api/work";
import { ErrorPanel } from "../../ui/ErrorPanel";
import { Key } from "../../ui/Key";
import { Loaded } from "../../ui/Loaded";
import { useKey } from "../../ui/useKey";
import { AnswerField, ItemShown } from "../labeling/AnswerField";
import { EMPTY, type Partly } from "../labeling/drafts";
import { sealed } from "../labeling/kinds/kind";
import { useKind } from "../labeling/kinds/registry";

interface SessionAnswerProps {
  projectId: string;
  sessionId: string;
  itemId: string;
  onDone: () => void;
}

function Field({ shown, path, projectId, sessionId, onDone }: { shown: Assignment; path: string; projectId: string; sessionId: string; onDone: () => void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [answer, setAnswer] = useState<Partly>({});
  const { kind } = useKind(shown.question.kind, []);
  const sending = useMutation({
    mutationFn: (given: unknown) => call<SessionView>("POST", project(projectId, path), { json: { answer: given } }),
    onSuccess: (view) => {
      queries.setQueryData(read<SessionView>(projectId, `/sessions/${encodeURIComponent(sessionId)}`).queryKey, view);
      onDone();
    },
  });
  const lacking = kind ? kind.missing(shown, answer, t) : t("loading");
  const send = () => kind && lacking === null && !sending.isPending && sending.mutate(sealed(kind, shown, { ...EMPTY, answer }));
  useKey("enter, mod+enter", send);
  return (
    <Stack gap="sm">
      <AnswerField assignment={shown} answer={answer} onAnswer={setAnswer} />
      {sending.error && <ErrorPanel error={sending.error} />}
      <Group>
        <Button loading={sending.isPending} disabled={lacking !== null} onClick={send} rightSection={<Key>Enter</Key>}>{t("sessions.send")}</Button>
        {lacking && <Text size="sm" c="dimmed" role="status">{lacking}</Text>}
      </Group>
    </Stack>
  );
}

function useShown(projectId: string, sessionId: string, itemId: string, how = "") {
  const path = `/sessions/${encodeURIComponent(sessionId)}/items/${encodeURIComponent(itemId)}`;
  return { path, query: useQuery({ ...read<{ shown: Assignment }>(projectId, path + how), staleTime: Infinity }) };
}

/** What an item of a session says, in the item's own order: so are the answers of all told. */
export function SessionTexts({ projectId, sessionId, itemId }: Omit<SessionAnswerProps, "onDone">) {
  const { t } = useTranslation();
  const { query } = useShown(projectId, sessionId, itemId, "?in_order=true");
  return (
    <Loaded query={query}>
      {({ shown }) => (
        <Stack gap="xs">
          {shown.completions.length === 2 && <Text size="xs" c="dimmed">{t("sessions.order")}</Text>}
          <ItemShown assignment={shown} />
        </Stack>
      )}
    </Loaded>
  );
}

/** One item of a session with the widget of its question: the same keys as at the desk. */
export function SessionAnswer({ projectId, sessionId, itemId, onDone }: SessionAnswerProps) {
  const { path, query } = useShown(projectId, sessionId, itemId);
  return <Loaded query={query}>{({ shown }) => <Field shown={shown} path={path} projectId={projectId} sessionId={sessionId} onDone={onDone} />}</Loaded>;
}
