import { AppShell, Group } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Brand, HeaderTools } from "./Chrome";

/** The frame of pages that belong to no project. */
export function PlainShell({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  return (
    <AppShell header={{ height: 48 }} padding="md">
      <a className="lw-skip" href="#page">{t("skipToContent")}</a>
      <AppShell.Header bg="var(--lw-surface)">
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Brand />
          <HeaderTools />
        </Group>
      </AppShell.Header>
      <AppShell.Main id="page" tabIndex={-1} style={{ outline: "none" }}>{children}</AppShell.Main>
    </AppShell>
  );
}
