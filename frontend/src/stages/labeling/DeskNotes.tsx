import { Alert, Button, CopyButton, Group, Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { TextLink } from "../../ui/links";
import { Shown } from "../../ui/PlainText";
import type { LabelDesk } from "./desk";
import type { DeskState } from "./deskState";
import { saidOf } from "./inWords";
import type { Refused } from "./outbox";

export function Note({ title, children }: { title?: string; children: ReactNode }) {
  return <Alert color="yellow" p="xs" title={title} role="status">{children}</Alert>;
}

const skippedFor = (reason: string | null, t: ReturnType<typeof useTranslation>["t"]) =>
  t("desk.refused.skip", { reason: t(`label.skipForm.reasons.${reason ?? ""}` as "label.skipForm.reasons.broken", { defaultValue: reason ?? "" }) });

/** Where an answer can no longer be sent, all of it in plain lines. */
function linesOf(entry: Refused, t: ReturnType<typeof useTranslation>["t"]): string[] {
  const prompt = entry.assignment.prompt.at(-1)?.content ?? "";
  return [
    t("desk.refused.item", { prompt: prompt.length > 160 ? `${prompt.slice(0, 160)}\u2026` : prompt }),
    t("desk.refused.answer", { answer: entry.answer ? saidOf(entry.assignment, { ...entry.answer }, t) : skippedFor(entry.skipReason, t) }),
    ...(entry.answer?.reason ? [t("desk.refused.because", { reason: entry.answer.reason })] : []),
    ...(entry.note ? [t("desk.refused.note", { note: entry.note })] : []),
  ];
}

/** An answer that the server did not take is shown until its writer puts it away. */
function RefusedNote({ entry, onPutAway }: { entry: Refused; onPutAway: () => void }) {
  const { t } = useTranslation();
  const lines = linesOf(entry, t);
  return (
    <Note title={t("desk.refused.title")}>
      <Stack gap={4}>
        <Text size="sm">{entry.code === "lease_lost" ? t("desk.refused.lease_lost") : t("desk.refused.other", { message: entry.message })}</Text>
        {lines.map((line) => <Text key={line} size="sm" dir="auto" style={{ overflowWrap: "anywhere" }}><Shown text={line} /></Text>)}
        <Group gap="xs" mt={4}>
          <CopyButton value={lines.join("\n")}>
            {({ copied, copy }) => <Button size="compact-sm" variant="default" onClick={copy}>{t(copied ? "desk.refused.copied" : "desk.refused.copy")}</Button>}
          </CopyButton>
          <Button size="compact-sm" variant="default" onClick={onPutAway}>{t("desk.refused.dismiss")}</Button>
        </Group>
      </Stack>
    </Note>
  );
}

/** What is in the way, each in its own calm line. Shown only while it is so. */
export function DeskNotes({ desk, state }: { desk: LabelDesk; state: DeskState }) {
  const { t } = useTranslation();
  return (
    <>
      {state.signedOut && <Note>{t("desk.signedOut")} <TextLink to="/signin" target="_blank">{t("desk.signIn")}</TextLink></Note>}
      {state.away && !state.signedOut && state.held.length > 0 && <Note>{t("desk.away")}</Note>}
      {state.unkept && state.waiting > 0 && <Note>{t("desk.unkept")}</Note>}
      {state.undoProblem && (
        <Note title={t("desk.stays.title")}>
          <Group justify="space-between" gap="xs">
            <Text size="sm">{state.undoProblem}</Text>
            <Button size="compact-sm" variant="default" onClick={desk.forgetUndoProblem}>{t("desk.stays.ok")}</Button>
          </Group>
        </Note>
      )}
      {state.refused.map((entry) => <RefusedNote key={entry.clientId} entry={entry} onPutAway={() => void desk.putAway(entry.clientId)} />)}
    </>
  );
}
