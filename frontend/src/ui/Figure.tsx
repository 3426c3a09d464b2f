import { Paper, Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";

interface FigureProps {
  label: string;
  children: ReactNode;
  note?: ReactNode;
}

/** One headline number with its name above and what it is compared with below. */
export function Figure({ label, children, note }: FigureProps) {
  return (
    <Paper className="lw-panel" p="sm" role="group" aria-label={label}>
      <Stack gap={2}>
        <Text size="xs" c="dimmed">{label}</Text>
        <Text component="div" size="lg" lh={1.3}>{children}</Text>
        {note && <Text component="div" size="xs" c="dimmed">{note}</Text>}
      </Stack>
    </Paper>
  );
}
