import { Group, Stack, Title } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import type { ReactNode } from "react";

interface PageProps {
  title: string;
  /** Which part of the page is shown: for the window's title. */
  part?: string;
  actions?: ReactNode;
  children: ReactNode;
}

export function Page({ title, part, actions, children }: PageProps) {
  useDocumentTitle([part, title, "Loopwright"].filter(Boolean).join(" \u00b7 "));
  return (
    <Stack gap="md" maw={1240} mx="auto" w="100%">
      <Group justify="space-between" align="center">
        <Title order={1}>{title}</Title>
        {actions && <Group gap="xs">{actions}</Group>}
      </Group>
      {children}
    </Stack>
  );
}

export function Section({ title, aside, children, id }: { title: string; aside?: ReactNode; children: ReactNode; id?: string }) {
  return (
    <Stack component="section" gap="xs" className="lw-panel" p="md" id={id}>
      <Group justify="space-between" align="center" gap="xs">
        <Title order={2}>{title}</Title>
        {aside}
      </Group>
      {children}
    </Stack>
  );
}
