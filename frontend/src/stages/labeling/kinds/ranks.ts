/** Ranks by side, best 1. While some are missing the numbers stand as they were given; order and ties are what they mean. */
export type Ranks = Readonly<Record<string, number>>;

/** Sides that are tied, group by group, best first; within a group in the order of `sides`. */
export function tiersOf(ranks: Ranks, sides: readonly string[]): string[][] {
  const numbers = [...new Set(sides.map((side) => ranks[side]).filter((rank) => rank !== undefined))].sort((a, b) => a - b);
  return numbers.map((number) => sides.filter((side) => ranks[side] === number));
}

/** Standard competition ranks: after two that are tied first comes the third. */
export function competition(tiers: readonly (readonly string[])[]): Record<string, number> {
  const ranks: Record<string, number> = {};
  let rank = 1;
  for (const tier of tiers) {
    for (const side of tier) ranks[side] = rank;
    rank += tier.length;
  }
  return ranks;
}

const without = (tiers: string[][], side: string) => tiers.map((tier) => tier.filter((one) => one !== side)).filter((tier) => tier.length > 0);

/** One place up or down, out of a tie or past the next group. A side without a rank comes in at the end, or stays out. */
export function moved(ranks: Ranks, sides: readonly string[], side: string, by: -1 | 1): Ranks {
  const tiers = tiersOf(ranks, sides);
  const at = tiers.findIndex((tier) => tier.includes(side));
  if (at === -1) return by === -1 ? competition([...tiers, [side]]) : ranks;
  const alone = tiers[at]!.length === 1;
  const to = alone ? at + by : by === -1 ? at : at + 1;
  if (alone && (to < 0 || to >= tiers.length)) return ranks;
  const rest = without(tiers, side);
  rest.splice(to, 0, [side]);
  return competition(rest);
}

/** Ties a side with the group above it; parts it from its group when it is tied already. */
export function tied(ranks: Ranks, sides: readonly string[], side: string): Ranks {
  const tiers = tiersOf(ranks, sides);
  const at = tiers.findIndex((tier) => tier.includes(side));
  if (at === -1) return tiers.length > 0 ? competition([...tiers.slice(0, -1), [...tiers.at(-1)!, side]]) : ranks;
  const rest = without(tiers, side);
  if (tiers[at]!.length > 1) rest.splice(at + 1, 0, [side]);
  else if (at === 0) return ranks;
  else rest[at - 1] = [...rest[at - 1]!, side];
  return competition(rest);
}

/** Alone at that place of the list from which the side was taken out. */
export function placedAt(ranks: Ranks, sides: readonly string[], side: string, index: number): Ranks {
  const tiers = without(tiersOf(ranks, sides), side);
  let before = 0;
  let to = 0;
  while (to < tiers.length && before + tiers[to]!.length <= index) before += tiers[to++]!.length;
  // Dropped inside a tie: it parts nobody, and stands before the group or after it.
  if (to < tiers.length && index - before > tiers[to]!.length / 2) to += 1;
  tiers.splice(to, 0, [side]);
  return competition(tiers);
}

export function unranked(ranks: Ranks, sides: readonly string[], side: string): Ranks {
  return competition(without(tiersOf(ranks, sides), side));
}
