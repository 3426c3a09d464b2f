import { Alert, Button, Group, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Empty } from "../../ui/Empty";
import { integer } from "../../ui/format";
import { TextLink } from "../../ui/links";
import type { DeskState, LabelDesk } from "./desk";
import { inWords } from "./inWords";
import type { Sealed } from "./outbox";

function answered(entry: Sealed): string {
  return entry.answer ? inWords({ ...entry.answer }) : (entry.skipReason ?? "");
}

/** An answer that the server did not take is shown until its writer puts it away. */
function RefusedNote({ entry, onPutAway }: { entry: Sealed; onPutAway: () => void }) {
  const { t } = useTranslation();
  return (
    <Alert color="yellow" variant="outline" className="lw-panel" title={t("label.refused.title")} role="status">
      <Stack gap={4}>
        <Text size="sm">{t("label.refused.text")}</Text>
        <Text size="sm">{t("label.refused.answer", { answer: answered(entry) })}</Text>
        {entry.answer?.reason && <Text size="sm">{t("label.refused.because", { reason: entry.answer.reason })}</Text>}
        <Group><Button size="compact-sm" variant="default" onClick={onPutAway}>{t("label.refused.dismiss")}</Button></Group>
      </Stack>
    </Alert>
  );
}

export function DeskNotes({ desk, state }: { desk: LabelDesk; state: DeskState }) {
  const { t } = useTranslation();
  return (
    <>
      {state.signedOut && (
        <Alert color="yellow" variant="outline" className="lw-panel" role="status">
          {t("label.signedOut")} <TextLink to="/signin">{t("label.signIn")}</TextLink>
        </Alert>
      )}
      {state.refused.map((entry) => (
        <RefusedNote key={entry.clientId} entry={entry} onPutAway={() => void desk.putAway(entry.clientId)} />
      ))}
    </>
  );
}

/** Nothing to judge: why, how far one is, and the one next step. */
export function NothingOpen({ state, onLook }: { state: DeskState; onLook: () => void }) {
  const { t } = useTranslation();
  const { progress } = state;
  const lines = [t("label.empty.done")];
  if (progress) lines.push(t("label.empty.mine", { count: progress.mine }));
  if (progress && progress.remaining > 0) lines.push(t("label.empty.open", { count: progress.remaining }));
  return <Empty title={t("label.empty.title")} text={lines.map((line) => <div key={line}>{line}</div>)} action={<Button mt="xs" variant="default" onClick={onLook}>{t("label.empty.look")}</Button>} />;
}

export function ProgressLine({ state }: { state: DeskState }) {
  const { t } = useTranslation();
  const { progress, waiting } = state;
  return (
    <Group gap="sm" role="status" aria-live="off">
      {progress && (
        <Text size="sm" c="dimmed" className="lw-number">
          {t("label.progress", { mine: integer(progress.mine), remaining: integer(progress.remaining) })}
        </Text>
      )}
      {waiting > 1 && <Text size="sm" c="dimmed">{t("label.outbox", { count: waiting })}</Text>}
    </Group>
  );
}
