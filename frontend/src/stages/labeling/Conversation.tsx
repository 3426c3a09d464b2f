import { Button, Text } from "@mantine/core";
import { useRef } from "react";
import { useTranslation } from "react-i18next";
import type { Message } from "../../api/types";
import { Markdown } from "../../ui/Markdown";
import { PROMPT, useLocated } from "./flagging";
import styles from "./label.module.css";
import { useReading } from "./reading";
import { useFold } from "./useFold";

/** A longer conversation shows where it began and how it ended. */
const MOST = 7;
const FIRST = 2;
const LAST = 3;

const ROLES = ["system", "assistant", "tool"] as const;
const roleOf = (role: string) => ROLES.find((one) => one === role) ?? "user";

function Turn({ message, named, base }: { message: Message; named: boolean; base: number }) {
  const { t } = useTranslation();
  const role = roleOf(message.role);
  return (
    <div className={styles.turn} data-role={role}>
      {named && <Text size="xs" fw={600} c="dimmed">{t(`label.role.${role}`)}</Text>}
      <Markdown text={message.content} located={useLocated(PROMPT, base)} />
    </div>
  );
}

/** The conversation so far; the role is said only where there is more than one turn. */
export function PromptView({ messages }: { messages: readonly Message[] }) {
  const { t } = useTranslation();
  const { whole, onWhole } = useReading();
  const root = useRef<HTMLElement>(null);
  const long = useFold(root, messages);
  const named = messages.length > 1 || roleOf(messages[0]?.role ?? "user") !== "user";
  const between = messages.length > MOST && !whole ? messages.length - FIRST - LAST : 0;
  // Each turn stands one line below the one before it.
  const bases = messages.map((_, turn) => messages.slice(0, turn).reduce((sum, before) => sum + before.content.length + 1, 0));
  const shown = messages.map((message, turn) => <Turn key={turn} message={message} named={named} base={bases[turn] ?? 0} />);
  const folded = long === null || whole ? {} : { style: { maxHeight: long * 0.7 }, tabIndex: 0, "data-folded": true };
  return (
    <section ref={root} aria-label={t("label.prompt")} className={styles.prompt} {...folded}>
      <div data-text data-located={PROMPT} className={styles.turns}>
        {between === 0 ? shown : (
          <>
            {shown.slice(0, FIRST)}
            <Button variant="default" size="compact-sm" onClick={onWhole}>{t("desk.reading.between", { count: between })}</Button>
            {shown.slice(-LAST)}
          </>
        )}
      </div>
    </section>
  );
}
