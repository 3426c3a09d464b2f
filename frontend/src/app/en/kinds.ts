/** Words of the answer screens that are loaded when a question of their kind is first held. */
export const kinds = {
  choose: "Choose one",
} as const;
