import { Skeleton, Stack, Text } from "@mantine/core";
import { lazy, Suspense } from "react";
import { kindWords } from "../../app/i18n";
import type { Assignment } from "../../api/types";
import { ErrorPanel } from "../../ui/ErrorPanel";
import { PromptView } from "./Conversation";
import type { Partly } from "./drafts";
import { Answers } from "./ItemView";
import { useKind } from "./kinds/registry";

const ItemPicture = lazy(async () => (await Promise.all([import("./Picture"), kindWords()]))[0]);

/** An item as it was judged: prompt, picture, answers. Nothing can be chosen. */
export function ItemShown({ assignment }: { assignment: Assignment }) {
  return (
    <Stack gap="sm">
      <PromptView messages={assignment.prompt} />
      {assignment.image && <Suspense><ItemPicture image={assignment.image} /></Suspense>}
      {assignment.completions.length > 0 && <Answers assignment={assignment} chosen={null} />}
    </Stack>
  );
}

interface AnswerFieldProps {
  assignment: Assignment;
  answer: Partly;
  onAnswer: (answer: Partly) => void;
}

/** An item with the widget of its question, away from the desk: the same screens, the same keys. */
export function AnswerField({ assignment, answer, onAnswer }: AnswerFieldProps) {
  const { kind, problem, again } = useKind(assignment.question.kind, []);
  if (problem) return <ErrorPanel error={problem} onRetry={again} />;
  if (!kind) return <Skeleton height={160} />;
  const { Body, Bar, choosingSide } = kind;
  const screen = { assignment, answer, onAnswer: (next: Partly) => onAnswer(next) };
  const clickable = choosingSide?.(assignment, "left") ? choosingSide : null;
  return (
    <Stack gap="sm">
      <PromptView messages={assignment.prompt} />
      {assignment.image && !kind.drawsPicture && <Suspense><ItemPicture image={assignment.image} /></Suspense>}
      {Body ? <Body {...screen} /> : (
        <Answers
          assignment={assignment}
          chosen={kind.chosenSide?.(answer) ?? null}
          onChoose={clickable ? (side) => onAnswer(clickable(assignment, side) ?? {}) : undefined}
        />
      )}
      <Text fw={600} dir="auto">{assignment.question.text}</Text>
      {Bar && <Bar {...screen} />}
    </Stack>
  );
}
