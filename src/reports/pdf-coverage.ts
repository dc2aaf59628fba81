/** Whether a font has a glyph for a character. */
export type Coverage = (codePoint: number) => boolean;

/** Stands for each character that the font lacks. */
export const MISSING = "□";

/** Of consecutive characters, both included. */
type Group = { readonly first: number; readonly last: number };

/**
 * What a TrueType font can show, from its table `cmap`, the subtable of format 12 (OpenType
 * specification, "cmap"). Throws RangeError for a font without one.
 */
export function readCoverage(font: Uint8Array): Coverage {
  const view = new DataView(font.buffer, font.byteOffset, font.byteLength);
  const groups = groupsOf(view, subtableOf(view, tableOf(view, "cmap")));
  return (codePoint) => {
    let [low, high] = [0, groups.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((groups[middle]?.last ?? Infinity) < codePoint) low = middle + 1;
      else high = middle;
    }
    return (groups[low]?.first ?? Infinity) <= codePoint;
  };
}

function tableOf(view: DataView, wanted: string): number {
  const count = view.getUint16(4);
  for (let at = 12; at < 12 + count * 16; at += 16) {
    const codes = [0, 1, 2, 3].map((index) => view.getUint8(at + index));
    if (String.fromCharCode(...codes) === wanted) return view.getUint32(at + 8);
  }
  throw new RangeError(`the font has no table ${wanted}`);
}

function subtableOf(view: DataView, table: number): number {
  const count = view.getUint16(table + 2);
  for (let index = 0; index < count; index += 1) {
    const subtable = table + view.getUint32(table + 4 + index * 8 + 4);
    if (view.getUint16(subtable) === 12) return subtable;
  }
  throw new RangeError("the font's table cmap has no subtable of format 12");
}

/** In order, as the format has them; those without a glyph map to glyph 0. */
function groupsOf(view: DataView, subtable: number): Group[] {
  const count = view.getUint32(subtable + 12);
  return Array.from({ length: count }, (_, index) => subtable + 16 + index * 12)
    .map((at) => ({
      first: view.getUint32(at),
      last: view.getUint32(at + 4),
      glyph: view.getUint32(at + 8),
    }))
    .filter(({ glyph }) => glyph > 0);
}

/**
 * The text as the font can show it: what it lacks, and what cannot be seen or would turn the
 * text around (controls, directions, halves of characters), is replaced one for one; line breaks
 * stay.
 */
export function showText(text: string, has: Coverage): string {
  if (/^[\n\u0020-\u007e]*$/u.test(text)) return text;
  let shown = "";
  for (const character of text.replaceAll(/\r\n?|[\u2028\u2029]/gu, "\n")) {
    shown += isSpace(character) ? " " : canShow(character, has) ? character : MISSING;
  }
  return shown;
}

/** The blanks that many fonts lack; the ideographic one keeps its width. */
function isSpace(character: string): boolean {
  return (
    character === "\t" || (character !== "\u00a0" && /[\u2000-\u200a\u202f\u205f]/u.test(character))
  );
}

function canShow(character: string, has: Coverage): boolean {
  if (character === "\n") return true;
  return !/\p{C}/u.test(character) && has(character.codePointAt(0) ?? 0);
}

/** Of letters that no line is broken between; the columns of the tables are not much wider. */
const LONG_WORD = /[^\s\-\u2e80-\u{10ffff}]{23,}/u;

/**
 * Shows every text of a tree that was built for one document, in place: none can be forgotten. A
 * text with a long word may break anywhere, since pdfmake would make its column as wide as the
 * word and push the others off the page.
 */
export function showAll(node: unknown, has: Coverage): void {
  if (typeof node !== "object" || node === null) return;
  const isList = Array.isArray(node);
  const isFree = !("wordBreak" in node);
  for (const [key, value] of Object.entries(node)) {
    if (typeof value !== "string") {
      showAll(value, has);
      continue;
    }
    const text = showText(value, has);
    const isBroken = (isList || key === "text") && isFree && LONG_WORD.test(text);
    if (!isBroken) {
      Reflect.set(node, key, text);
      continue;
    }
    // Broken anywhere, a pair of surrogates would be too.
    const single = text.replaceAll(/[\u{10000}-\u{10ffff}]/gu, MISSING);
    if (isList) Reflect.set(node, key, { text: single, wordBreak: "break-all" });
    else Object.assign(node, { text: single, wordBreak: "break-all" });
  }
}
