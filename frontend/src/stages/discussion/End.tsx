import { Stack, Text, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Thread } from "../../api/threads";
import { Markdown } from "../../ui/Markdown";
import { Shown } from "../../ui/PlainText";
import { Ago } from "../../ui/Time";

/** How a thread ended: the answer, why, and the lesson; or how people differed. */
export function End({ thread }: { thread: Thread }) {
  const { t } = useTranslation();
  const { end } = thread;
  if (!end) return null;
  const fell = (counts: readonly { text: string; people: number }[]) => counts.map((one) => `${one.people} \u00d7 ${one.text}`).join(", ");
  return (
    <Stack gap={6} className="lw-panel" p="md">
      <Title order={3}>{t("discussion.ended")}</Title>
      <Text size="xs" c="dimmed" component="div">{t("discussion.endedBy", { name: end.by })}, <Ago at={end.at} /></Text>
      {end.answer !== null && <Text fw={600}>{t("discussion.endedAnswer")}: <Shown text={end.answer} /></Text>}
      <Markdown text={end.rationale} />
      {end.lesson && <div className="lw-nested"><Text size="sm" fw={600}>{t("discussion.endedLesson")}</Text><Markdown text={end.lesson} /></div>}
      {end.before.length > 0 && <Text size="sm" c="dimmed">{t("discussion.before")}: <Shown text={fell(end.before)} /></Text>}
      {end.after.length > 0 && <Text size="sm" c="dimmed">{t("discussion.after")}: <Shown text={fell(end.after)} /></Text>}
    </Stack>
  );
}
