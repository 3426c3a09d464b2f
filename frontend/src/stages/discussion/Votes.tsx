import { Stack, Text, Title } from "@mantine/core";
import { Fragment } from "react";
import { useTranslation } from "react-i18next";
import type { Thread } from "../../api/threads";
import { Shown } from "../../ui/PlainText";
import styles from "./discussion.module.css";

function Moves({ thread }: { thread: Thread }) {
  const { t } = useTranslation();
  if (thread.moves === null) return <Text size="sm" c="dimmed">{t("discussion.nowHidden")}</Text>;
  if (thread.moves.length === 0) return <Text size="sm" c="dimmed">{t("discussion.nowNone")}</Text>;
  return (
    <ul style={{ margin: 0, paddingInlineStart: 20 }}>
      {thread.moves.map((one) => {
        const key = one.before === null ? "fresh" : one.before === one.after ? "stayed" : "moved";
        return <Text component="li" size="sm" key={`${one.before}>${one.after}`}>{t(`discussion.${key}`, { ...one })}</Text>;
      })}
    </ul>
  );
}

/** The independent answers, and how people moved since. */
export function Votes({ thread }: { thread: Thread }) {
  const { t } = useTranslation();
  return (
    <Stack gap="xs">
      <Title order={3}>{t("discussion.votes")}</Title>
      {thread.votes.length === 0 ? <Text size="sm" c="dimmed">{t("discussion.votesNone")}</Text> : (
        <dl className={styles.shares}>
          {thread.votes.map((one) => (
            <Fragment key={one.text}>
              <Text component="dt" size="sm" fw={one.mine ? 600 : undefined}><Shown text={one.text} />{one.mine && ` (${t("discussion.yours")})`}</Text>
              <dd className="lw-number">{one.votes}</dd>
              {one.reasons.map((reason, index) => <dd key={index} className={styles.reasons} dir="auto"><Shown text={reason} /></dd>)}
            </Fragment>
          ))}
        </dl>
      )}
      <Text size="xs" c="dimmed">{t("discussion.votesNote")}</Text>
      <Title order={3}>{t("discussion.now")}</Title>
      <Moves thread={thread} />
    </Stack>
  );
}
