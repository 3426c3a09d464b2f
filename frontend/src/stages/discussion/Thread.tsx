import { Alert, Badge, Button, Group, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { meQuery } from "../../api/queries";
import { type Thread as Shape, threadQuery, useThreadStream } from "../../api/threads";
import { Loaded } from "../../ui/Loaded";
import { SimulatedBadge } from "../../ui/Status";
import { ItemShown } from "../labeling/AnswerField";
import { Ending, Stance } from "./Answering";
import { Composer } from "./Composer";
import styles from "./discussion.module.css";
import { End } from "./End";
import { Log } from "./Log";
import { useOutbox } from "./outbox";
import { usePresence } from "./usePresence";
import { Votes } from "./Votes";

interface ThreadProps {
  projectId: string;
  threadId: string;
}

function People({ thread, here }: { thread: Shape; here: readonly string[] | null }) {
  const { t } = useTranslation();
  return (
    <ul className={styles.people} aria-label={t("discussion.people")}>
      {thread.people.map((one) => {
        const isHere = one.me || (here?.includes(one.name) ?? one.here);
        return (
          <li key={one.name}>
            <span className={styles.dot} data-here={isHere || undefined} aria-hidden />
            <span>{one.me ? t("discussion.you", { name: one.name }) : one.name}</span>
            <span className="lw-unseen">{t(isHere ? "discussion.here" : "discussion.away")}</span>
            <SimulatedBadge simulated={one.simulated} />
          </li>
        );
      })}
    </ul>
  );
}

function Talk({ projectId, thread, person }: { projectId: string; thread: Shape; person: string }) {
  const { t } = useTranslation();
  const { state, here } = useThreadStream(projectId, thread.id);
  const outbox = useOutbox(projectId, thread.id, person);
  usePresence(projectId, thread.id, thread.seq);
  return (
    <Stack gap="sm">
      <Group justify="space-between" gap="xs">
        <People thread={thread} here={here} />
        <Group gap="xs">
          {state === "connecting" && <Text span size="xs" c="dimmed">{t("discussion.connecting")}</Text>}
          <Badge color={thread.state === "open" ? "tide" : thread.state === "resolved" ? "green" : "gray"}>{t(`discussion.state.${thread.state}`)}</Badge>
        </Group>
      </Group>
      {state === "lost" && <Alert color="yellow" variant="outline" className="lw-panel" role="status" p="xs">{t("discussion.lost")}</Alert>}
      <Log projectId={projectId} thread={thread} waiting={outbox.waiting} />
      {thread.may.write && <Composer thread={thread} outbox={outbox} />}
      <End thread={thread} />
    </Stack>
  );
}

type Doing = "stance" | "end" | null;

function Actions({ thread, onDo }: { thread: Shape; onDo: (doing: Doing) => void }) {
  const { t } = useTranslation();
  if (!thread.may.answer && !thread.may.resolve) return null;
  return (
    <Group gap="xs">
      {thread.may.answer && <Button variant={thread.stance ? "default" : "filled"} onClick={() => onDo("stance")}>{t(thread.stance ? "discussion.answerAnew" : "discussion.answer")}</Button>}
      {thread.may.resolve && <Button variant="default" onClick={() => onDo("end")}>{t("discussion.end")}</Button>}
    </Group>
  );
}

function About({ projectId, thread, doing, onDo }: { projectId: string; thread: Shape; doing: Doing; onDo: (doing: Doing) => void }) {
  const { t } = useTranslation();
  const done = () => onDo(null);
  return (
    <Stack gap="md" component="section" aria-label={t("discussion.about")}>
      {doing === "stance" && <Stance projectId={projectId} thread={thread} onDone={done} />}
      {doing === "end" && <Ending projectId={projectId} thread={thread} onDone={done} />}
      {doing === null && thread.item && <ItemShown assignment={thread.item} />}
      {thread.item && thread.item.completions.length > 1 && <Text size="xs" c="dimmed">{t("discussion.order")}</Text>}
      {doing === null && <Actions thread={thread} onDo={onDo} />}
      {thread.item && <Votes thread={thread} />}
    </Stack>
  );
}

function Whole({ projectId, thread }: { projectId: string; thread: Shape }) {
  const [asked, onDo] = useState<Doing>(null);
  const doing = thread.state === "open" ? asked : null;
  const person = useQuery(meQuery()).data?.person_id;
  // An answer in the making has the whole width: its choices stand in a line.
  return (
    <div className={styles.thread} data-wide={(thread.item !== null && doing === null) || undefined}>
      {(thread.item || thread.may.resolve) && <About projectId={projectId} thread={thread} doing={doing} onDo={onDo} />}
      {person && <Talk projectId={projectId} thread={thread} person={person} />}
    </div>
  );
}

/** A thread: what it is about, what was said, and what may be done; on its own page or in a panel anywhere. */
export function Thread({ projectId, threadId }: ThreadProps) {
  const thread = useQuery(threadQuery(projectId, threadId));
  return <Loaded query={thread} rows={6}>{(found) => <Whole key={found.id} projectId={projectId} thread={found} />}</Loaded>;
}
