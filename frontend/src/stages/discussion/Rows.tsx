import { Badge, Group, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { ThreadRow } from "../../api/threads";
import { TextLink } from "../../ui/links";
import { Shown } from "../../ui/PlainText";
import { Ago } from "../../ui/Time";
import styles from "./discussion.module.css";

/** Threads as links, one below the other; what waits for the reader says why. */
export function Rows({ projectId, rows, label }: { projectId: string; rows: readonly ThreadRow[]; label: string }) {
  const { t } = useTranslation();
  return (
    <ul className={styles.rows} aria-label={label}>
      {rows.map((row) => (
        <li key={row.id}>
          <div>
            <TextLink to="/p/$project/threads/$thread" params={{ project: projectId, thread: row.id }} size="sm" dir="auto" lineClamp={2}><Shown text={row.subject.title} /></TextLink>
            <Text size="xs" c="dimmed" component="div">
              {t(`discussion.kind.${row.subject.kind}`)}, {t("discussion.messages", { count: row.messages })}
              {row.stances > 0 && `, ${t("discussion.stances", { count: row.stances })}`}, {t(`discussion.by.${row.opened_by}`)}, <Ago at={row.created_at} />
            </Text>
          </div>
          <Group gap={6}>
            {row.waits && row.waits !== "unread" && <Badge color="tide">{t(`discussion.waits.${row.waits}`)}</Badge>}
            {row.unread > 0 && <Badge color="tide" variant="outline">{t("discussion.unread", { count: row.unread })}</Badge>}
            {row.state !== "open" && <Badge color={row.state === "resolved" ? "green" : "gray"}>{t(`discussion.state.${row.state}`)}</Badge>}
          </Group>
        </li>
      ))}
    </ul>
  );
}
