import { Stack, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";

/** Says what the place is for and gives the one next step. */
export function Empty({ title, text, action }: { title: string; text: ReactNode; action?: ReactNode }) {
  return (
    <Stack className="lw-panel" p="xl" gap="xs" align="flex-start">
      <Title order={2}>{title}</Title>
      <Text c="dimmed" maw="min(640px, 100%)" component="div">{text}</Text>
      {action}
    </Stack>
  );
}
