import { Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Assignment, Message } from "../../api/types";
import { Markdown } from "../../ui/Markdown";
import styles from "./label.module.css";

function roleName(role: string, t: ReturnType<typeof useTranslation>["t"]): string {
  return role === "assistant" || role === "system" ? t(`label.role.${role}`) : t("label.role.user");
}

/** The conversation so far; the role is said only where there is more than one turn. */
export function PromptView({ messages }: { messages: Message[] }) {
  const { t } = useTranslation();
  return (
    <section aria-label={t("label.prompt")} className={styles.prompt}>
      <Stack gap="xs">
        {messages.map((message, turn) => (
          <div key={turn}>
            {(messages.length > 1 || message.role !== "user") && <Text size="xs" c="dimmed">{roleName(message.role, t)}</Text>}
            <Markdown text={message.content} />
          </div>
        ))}
      </Stack>
    </section>
  );
}

interface AnswersProps {
  assignment: Assignment;
  chosen: string | null;
  /** Left out where a click on an answer chooses nothing. */
  onChoose?: (side: string) => void;
}

/** The answers, of equal width and fold; a click on one chooses it too. */
export function Answers({ assignment, chosen: side, onChoose }: AnswersProps) {
  const { t } = useTranslation();
  const paired = assignment.completions.length > 1;
  const named = (of: string) => (of === "left" || of === "right" ? t(`label.${of}`) : t("label.only"));
  return (
    <div className={paired ? styles.answers : styles.single}>
      {assignment.completions.map((completion) => {
        const chosen = paired && side === completion.side;
        return (
          <article
            key={completion.side}
            className={styles.answer}
            data-chosen={chosen || undefined}
            aria-label={named(completion.side)}
            onClick={onChoose && !window.getSelection()?.toString() ? () => onChoose(completion.side) : undefined}
            style={onChoose ? undefined : { cursor: "auto" }}
          >
            <div className={styles.head}>
              <Text span size="sm" fw={600}>{named(completion.side)}</Text>
              {chosen && <Text span size="sm" c="var(--mantine-color-anchor)" fw={600}>{`\u2713 ${t("label.chosen")}`}</Text>}
            </div>
            <div className={styles.body}>
              <Markdown text={completion.text} />
            </div>
          </article>
        );
      })}
    </div>
  );
}
