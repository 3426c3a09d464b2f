import { Button, Group, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { read } from "../../api/queries";
import { Dialog } from "../../ui/Dialog";
import { Shown } from "../../ui/PlainText";
import { TextLink } from "../../ui/links";
import { Ago } from "../../ui/Time";
import type { LabelDesk } from "./desk";
import { saidOf } from "./inWords";
import { mayUndo, type Past } from "./past";
import { toldOf } from "./revealed";

interface Known {
  judgments: { id: string; can_undo: boolean }[];
}

/** What was sent last from this browser, newest first; each can be taken back while its item is open. */
export default function LastAnswers({ desk, past, onClose }: { desk: LabelDesk; past: readonly Past[]; onClose: () => void }) {
  const { t } = useTranslation();
  const mine = useQuery({ ...read<Known>(desk.projectId, "/my/judgments?limit=20"), retry: false, staleTime: 0 });
  const closed = new Set(mine.data?.judgments.filter((one) => !one.can_undo).map((one) => one.id));
  const rows = [...past].reverse();
  return (
    <Dialog title={t("desk.last.title")} onClose={onClose} size="lg">
      <Stack gap="sm">
        <Text size="sm" c="dimmed">{rows.length === 0 ? t("desk.last.none") : t("desk.last.hint")}</Text>
        {rows.map((one) => {
          const { entry } = one;
          const prompt = entry.assignment.prompt.at(-1)?.content.slice(0, 120) ?? "";
          const isClosed = one.judgmentId !== null && closed.has(one.judgmentId);
          return (
            <Group key={entry.clientId} justify="space-between" wrap="nowrap" gap="sm" align="flex-start">
              <div style={{ minWidth: 0 }}>
                <Text size="sm" truncate dir="auto"><Shown text={prompt} /></Text>
                <Text size="sm" c="dimmed" component="div">
                  {entry.answer ? saidOf(entry.assignment, { ...entry.answer }, t) : t("desk.last.skipped")}, <Ago at={entry.at / 1000} />
                  {!one.sent && `, ${t("desk.last.waiting")}`}
                  {one.revealed && `, ${toldOf(one.revealed, t)}`}
                  {isClosed && `, ${t("desk.last.closed")}`}
                </Text>
              </div>
              {mayUndo(one) && !isClosed && (
                <Button
                  size="compact-sm"
                  variant="default"
                  aria-label={t("desk.last.undoOf", { prompt })}
                  onClick={() => {
                    onClose();
                    void desk.undo(entry.clientId);
                  }}
                >
                  {t("desk.last.undo")}
                </Button>
              )}
            </Group>
          );
        })}
        <TextLink to="/p/$project/my-work" params={{ project: desk.projectId }} size="sm">{t("desk.last.all")}</TextLink>
      </Stack>
    </Dialog>
  );
}
