import type { TFunction } from "i18next";
import type { AnchoredCriterion, Box, PairAnswer, Question } from "../../api/answers";

/** What of a question its answers are read by; whatever is missing leaves an id as it is stored. */
export type Asked = Pick<Question, "options" | "strength" | "scale" | "criteria">;

type Said = Readonly<Record<string, unknown>>;

interface Context {
  asked: Asked | null | undefined;
  t: TFunction;
  /** Of a correction: whether the text was left as it was. */
  unchanged?: boolean | null;
}

const LEVELS = { 2: ["slightly", "much"], 3: ["slightly", "clearly", "much"], 4: ["barely", "slightly", "clearly", "much"] } as const;
const NUMBERED = /^\s*\d+\s*[:.)\u2013-]\s*/;

/** One of `strength` levels of how much better. */
export function howMuch(strength: number, level: number, t: TFunction): string {
  const words = LEVELS[strength as keyof typeof LEVELS] ?? LEVELS[4];
  return t(`label.howMuch.${words[level - 1] ?? "much"}`);
}

function preference({ choice, strength }: PairAnswer, { asked, t }: Context): string {
  const sided = choice === "left" || choice === "right";
  if (sided && strength && asked?.strength) return t(`label.better.${choice}`, { how: howMuch(asked.strength, strength, t).toLowerCase() });
  return t(`label.choices.${choice}`);
}

const named = (id: unknown, { asked }: Context) => asked?.options?.find((option) => option.id === id)?.name ?? String(id).replaceAll("_", " ");

function ranked(ranks: Record<string, number>, { t }: Context): string {
  const tiers = new Map<number, string[]>();
  Object.keys(ranks).sort().forEach((side) => tiers.set(ranks[side]!, [...(tiers.get(ranks[side]!) ?? []), side.toUpperCase()]));
  const order = [...tiers.keys()].sort((a, b) => a - b).map((rank) => tiers.get(rank)!.join(` ${t("label.words.and")} `));
  return t("label.words.ranked", { order: order.join(`, ${t("label.words.then")} `) });
}

function scored(scores: Record<string, number>, { asked, t }: Context): string {
  const of = (id: string): Partial<AnchoredCriterion> => asked?.criteria?.find((one) => one.id === id) ?? {};
  return Object.entries(scores)
    .map(([id, level]) => (of(id).scale?.length ? t("label.words.level", { name: of(id).name, level, count: of(id).scale!.length }) : `${of(id).name ?? id} ${level}`))
    .join(", ");
}

function boxed(boxes: readonly Box[], context: Context): string {
  const counts = new Map<string, number>();
  boxes.forEach(({ label }) => counts.set(label, (counts.get(label) ?? 0) + 1));
  return [...counts].map(([label, count]) => `${count} \u00d7 ${named(label, context)}`).join(", ") || context.t("label.words.noBoxes");
}

function sideScores(scores: Record<string, Record<string, number>>, context: Context): string[] {
  const sides = ["left", "right"] as const;
  return sides.filter((side) => Object.keys(scores[side] ?? {}).length > 0).map((side) => `${context.t(`label.short.${side}`)}: ${scored(scores[side]!, context)}`);
}

function level(value: number, { asked }: Context): string {
  const text = asked?.scale?.[value - 1]?.replace(NUMBERED, "").trim();
  return text || String(value);
}

/** An answer of any kind as a person reads it, whole or begun: names instead of ids, the sides as they were shown. */
export function inWords(answer: Said, context: Context): string {
  const { t } = context;
  const { choice, scores, label, labels, boxes, ranks, value, text, outcome } = answer;
  if (choice !== undefined) return [preference(answer as unknown as PairAnswer, context), ...sideScores((scores ?? {}) as Record<string, Record<string, number>>, context)].join("; ");
  if (label !== undefined) return named(label, context);
  if (Array.isArray(labels)) return labels.map((one) => named(one, context)).join(", ") || t("label.words.noLabels");
  if (Array.isArray(boxes)) return boxed(boxes as Box[], context);
  if (ranks !== undefined) return ranked(ranks as Record<string, number>, context);
  if (scores !== undefined) {
    const perSide = Object.values(scores as object).some((one) => typeof one === "object");
    return perSide ? sideScores(scores as Record<string, Record<string, number>>, context).join("; ") : scored(scores as Record<string, number>, context);
  }
  if (typeof value === "number") return level(value, context);
  if (typeof text === "string") return context.unchanged ? t("label.words.unchanged") : t("label.words.corrected", { text });
  return outcome === undefined ? "" : named(outcome, context);
}

/** The same for an answer to an item that is at hand. */
export function saidOf(assignment: { question: Asked; completions: readonly { text: string }[] }, answer: Said, t: TFunction): string {
  return inWords(answer, { asked: assignment.question, t, unchanged: answer.text === assignment.completions[0]?.text });
}
