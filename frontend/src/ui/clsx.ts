/** Class names, without those that do not apply. */
export const clsx = (...names: (string | false | null | undefined)[]) => names.filter(Boolean).join(" ");
