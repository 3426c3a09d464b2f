import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from "@mantine/core";

/** A calm blue: the one accent, for action only. */
const tide: MantineColorsTuple = [
  "#eef4fb", "#dbe6f3", "#b9cfe8", "#92b5dc", "#71a0d2", "#5b92cb", "#447fbf", "#366dac", "#2c619e", "#1f528a",
];

/** Colours mean one thing each, and never stand without a word beside them. */
export const STATUS = { passed: "green", held: "yellow", refused: "red", idle: "gray", unknown: "gray" } as const;

export const theme = createTheme({
  colors: { tide },
  primaryColor: "tide",
  primaryShade: { light: 8, dark: 8 },
  autoContrast: true,
  defaultRadius: "sm",
  cursorType: "pointer",
  fontFamily: "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', sans-serif",
  fontFamilyMonospace: "ui-monospace, 'SF Mono', 'Cascadia Mono', 'Liberation Mono', monospace",
  headings: {
    fontWeight: "600",
    sizes: {
      h1: { fontSize: "1.375rem", lineHeight: "1.3" },
      h2: { fontSize: "1.0625rem", lineHeight: "1.35" },
      h3: { fontSize: "0.9375rem", lineHeight: "1.4" },
    },
  },
  components: {
    // Mantine's own coloured titles fall short of AA contrast; the edge and the words say the kind.
    Alert: { defaultProps: { variant: "outline" }, classNames: { root: "lw-panel" }, styles: { title: { color: "var(--mantine-color-text)" }, body: { minWidth: 0 } } },
    Button: { defaultProps: { size: "sm" } },
    Badge: { defaultProps: { variant: "light", radius: "sm", tt: "none", fw: 600 } },
    Table: { defaultProps: { verticalSpacing: 6, horizontalSpacing: "sm", fz: "sm" } },
    Anchor: { defaultProps: { underline: "always" } },
  },
});

/** Mantine's own dimmed, light-badge, placeholder and link colours fall short of AA contrast. */
export const contrast: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    "--mantine-color-body": "#fcfcfb",
    "--mantine-color-text": "#1f2429",
    "--mantine-color-dimmed": "#59616a",
    "--mantine-color-placeholder": "#666e77",
    "--mantine-color-anchor": "#24568f",
    "--mantine-color-error": "#b42318",
    "--mantine-color-gray-light-color": "#424a53",
    "--mantine-color-green-light-color": "#1b5e2b",
    "--mantine-color-yellow-light-color": "#6b4a00",
    "--mantine-color-red-light-color": "#a11b1b",
    "--mantine-color-tide-light-color": "#1f528a",
    "--lw-surface": "#ffffff",
    "--lw-sunken": "#f3f4f4",
    "--lw-line": "#dfe2e5",
    "--lw-chosen": "#eaf2fb",
  },
  dark: {
    "--mantine-color-body": "#16191d",
    "--mantine-color-text": "#dfe3e7",
    "--mantine-color-dimmed": "#a3abb4",
    "--mantine-color-placeholder": "#969ea7",
    "--mantine-color-anchor": "#92b5dc",
    "--mantine-color-error": "#ff9a92",
    "--mantine-color-gray-light-color": "#c9d0d6",
    "--mantine-color-green-light-color": "#8fd6a0",
    "--mantine-color-yellow-light-color": "#f0cd7a",
    "--mantine-color-red-light-color": "#ffaba5",
    "--mantine-color-tide-light-color": "#b9cfe8",
    "--lw-surface": "#1d2126",
    "--lw-sunken": "#121418",
    "--lw-line": "#343a41",
    "--lw-chosen": "#1d3047",
  },
});
