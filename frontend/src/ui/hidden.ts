/** Characters that reorder or hide what one reads. A name stands in their place, so that a text looks like what it is. */
const NAMES: Record<number, string> = {
  0x200b: "ZWSP", 0x2060: "WJ", 0xfeff: "BOM",
  0x202a: "LRE", 0x202b: "RLE", 0x202c: "PDF", 0x202d: "LRO", 0x202e: "RLO",
  0x2066: "LRI", 0x2067: "RLI", 0x2068: "FSI", 0x2069: "PDI",
};

const CODES = "[\\u0001-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u009f\\u200b\\u2060\\ufeff\\u202a-\\u202e\\u2066-\\u2069\\u{e0000}-\\u{e007f}\\u{e0100}-\\u{e01ef}]";
const ANY = new RegExp(CODES, "u");
/** A flag of a region is a black flag with letters behind it that nobody sees; it stays a flag. */
const SPLIT = new RegExp(`(\\u{1f3f4}[\\u{e0020}-\\u{e007f}]+)|(${CODES})`, "gu");

export type Piece = string | { name: string };

function named(character: string): Piece {
  const code = character.codePointAt(0) ?? 0;
  return { name: NAMES[code] ?? `U+${code.toString(16).toUpperCase().padStart(4, "0")}` };
}

/** The text in pieces, with every hidden character named; null when it holds none. */
export function hiddenIn(text: string): Piece[] | null {
  if (!ANY.test(text)) return null;
  const pieces: Piece[] = [];
  let from = 0;
  for (const found of text.matchAll(SPLIT)) {
    if (found[1] !== undefined) continue;
    if (found.index > from) pieces.push(text.slice(from, found.index));
    pieces.push(named(found[0]));
    from = found.index + found[0].length;
  }
  if (from < text.length) pieces.push(text.slice(from));
  return pieces;
}
