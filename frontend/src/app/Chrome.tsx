import { Button, Group, Kbd, Text, useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { Opening } from "../ui/Opening";
import { worded } from "./i18n";
import { MoonIcon, SearchIcon, SunIcon } from "../ui/icons";
import { useKey } from "../ui/useKey";

const GoAnywhere = lazy(() => worded(import("./GoAnywhere")));
const KeySheet = lazy(() => import("./KeySheet"));
const PersonMenu = lazy(() => import("./PersonMenu"));

function SchemeButton() {
  const { t } = useTranslation();
  const { setColorScheme } = useMantineColorScheme();
  const dark = useComputedColorScheme("light") === "dark";
  const flip = () => setColorScheme(dark ? "light" : "dark");
  useKey("shift+d", flip);
  return (
    <Button variant="subtle" color="gray" size="compact-md" c="var(--mantine-color-text)" onClick={flip} aria-label={dark ? t("scheme.light") : t("scheme.dark")}>
      {dark ? <SunIcon /> : <MoonIcon />}
    </Button>
  );
}

/** The right half of the header, and what every page has: go anywhere, keys, scheme, person. */
export function HeaderTools({ projectId }: { projectId?: string }) {
  const { t } = useTranslation();
  const [sheet, setSheet] = useState(false);
  const [go, setGo] = useState<"never" | "open" | "closed">("never");
  useKey("?, shift+?, shift+slash", () => setSheet(true));
  useKey("mod+k", () => setGo("open"), { inFields: true });
  return (
    <Group gap={4} wrap="nowrap">
      <Button variant="default" size="compact-md" leftSection={<SearchIcon size={14} />} rightSection={<Kbd size="xs" visibleFrom="md">Ctrl K</Kbd>} onClick={() => setGo("open")} aria-label={t("keys.anywhere")}>
        <Text span size="sm" visibleFrom="md">{t("go.title")}</Text>
      </Button>
      <Button variant="subtle" color="gray" size="compact-md" c="var(--mantine-color-text)" visibleFrom="sm" onClick={() => setSheet(true)} aria-label={t("keys.open")}>?</Button>
      <SchemeButton />
      <Suspense><PersonMenu /></Suspense>
      {sheet && <Suspense fallback={<Opening />}><KeySheet onClose={() => setSheet(false)} /></Suspense>}
      {go !== "never" && (
        <Suspense fallback={<Opening />}>
          <GoAnywhere opened={go === "open"} onClose={() => setGo("closed")} projectId={projectId} />
        </Suspense>
      )}
    </Group>
  );
}

export function Brand() {
  const { t } = useTranslation();
  return (
    <Link to="/" className="lw-brand" aria-label={t("nav.projects")}>
      <img src="/favicon.svg" width={22} height={22} alt="" />
      <Text span fw={650} visibleFrom="sm">{t("brand")}</Text>
    </Link>
  );
}
