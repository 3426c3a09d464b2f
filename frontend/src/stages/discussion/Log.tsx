import { Button, Text } from "@mantine/core";
import { Fragment, useLayoutEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Thread } from "../../api/threads";
import styles from "./discussion.module.css";
import { Entry } from "./Entry";
import type { Waiting } from "./outbox";

const NEAR_PX = 40;

/** What was said, oldest first. It follows the newest only for who is there already: nobody's reading is moved. */
export function Log({ projectId, thread, waiting }: { projectId: string; thread: Thread; waiting: readonly Waiting[] }) {
  const { t } = useTranslation();
  const box = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  // Where reading began, not where it is: the line stays while one reads.
  const [readBefore] = useState(thread.read);
  const [seen, setSeen] = useState(thread.seq);
  const { entries } = thread;
  const newest = entries.at(-1)?.seq ?? 0;
  const firstNew = entries.find((entry) => entry.seq > readBefore && !entry.mine && entry.kind === "message");
  const below = entries.filter((entry) => entry.seq > seen && entry.kind === "message" && !entry.mine).length;
  const toEnd = () => {
    const log = box.current;
    if (log) log.scrollTop = log.scrollHeight;
    atEnd.current = true;
    setSeen(newest);
  };
  useLayoutEffect(() => {
    if (atEnd.current) toEnd();
  }, [newest, waiting.length]);
  const scrolled = () => {
    const log = box.current;
    if (!log) return;
    atEnd.current = log.scrollHeight - log.scrollTop - log.clientHeight < NEAR_PX;
    if (atEnd.current) setSeen(newest);
  };
  const quiet = waiting.length === 0 && !entries.some((entry) => entry.kind === "message");
  return (
    <div>
      <div ref={box} className={styles.log} role="log" aria-live="polite" aria-label={t("discussion.said")} tabIndex={0} onScroll={scrolled}>
        {entries.map((entry) => (
          <Fragment key={entry.id}>
            {entry.id === firstNew?.id && readBefore > 0 && <div className={styles.new}>{t("discussion.new")}</div>}
            <Entry projectId={projectId} thread={thread} entry={entry} />
          </Fragment>
        ))}
        {quiet && <Text size="sm" c="dimmed">{t("discussion.nothing")}</Text>}
        {waiting.map((one) => (
          <div key={one.clientId} className={styles.entry} data-mine data-waiting>
            <Text size="xs" c="dimmed">{t("discussion.waiting")}</Text>
            <Text size="sm" className="lw-plain" dir="auto">{one.text}</Text>
          </div>
        ))}
      </div>
      {below > 0 && <div className={styles.below}><Button size="compact-sm" onClick={toEnd}>{t("discussion.down", { count: below })}</Button></div>}
    </div>
  );
}
