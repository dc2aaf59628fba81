import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { expect, test } from "vitest";
import { readCoverage, showAll, showText } from "../../src/reports/pdf-coverage.ts";
import { loadFonts } from "../../src/reports/pdf-fonts.ts";
import { LANGS } from "../../src/core/views.ts";
import { REASONS } from "../../src/core/outcome.ts";
import { reasonText } from "../../src/core/reason-text.ts";
import { REGION_ROWS } from "../../src/core/regions.ts";
import { reportWords } from "../../src/reports/report-words.ts";

const has = loadFonts();

test("knows what the font shows and what it lacks", () => {
  const code = (character: string) => character.codePointAt(0) ?? 0;
  for (const shown of ["A", "é", "中", "，", "−", "●", "□", "≥", "Ж", "①"]) {
    expect([shown, has(code(shown))]).toEqual([shown, true]);
  }
  for (const missing of ["안", "😀", "ש", "Ł", "\u0000", "\u{10ffff}"]) {
    expect([missing, has(code(missing))]).toEqual([missing, false]);
  }
});

test("agrees with the library that draws the glyphs, over every character", () => {
  const { resolve } = createRequire(import.meta.url);
  const font = readFileSync(
    resolve("@expo-google-fonts/noto-sans-sc/700Bold/NotoSansSC_700Bold.ttf"),
  );
  const bold = readCoverage(font);
  const fontkit = createRequire(resolve("pdfkit", { paths: [resolve("pdfmake")] }))("fontkit");
  const known = new Set<number>(fontkit.create(font).characterSet);
  const differing: number[] = [];
  for (let codePoint = 0; codePoint <= 0x10ffff; codePoint += 1) {
    if (bold(codePoint) !== known.has(codePoint)) differing.push(codePoint);
  }
  expect(known.size).toBeGreaterThan(30_000);
  expect(differing).toEqual([]);
});

test("refuses a file that is no such font", () => {
  expect(() => readCoverage(new Uint8Array(12))).toThrow(RangeError);
});

test("replaces what cannot be shown one for one, and drops nothing", () => {
  expect(showText("plain", has)).toBe("plain");
  expect(showText("a😀b", has)).toBe("a□b");
  expect(showText("\u202Eabc\u200B\u00AD", has)).toBe("□abc□□");
  expect(showText("x\uD800y", has)).toBe("x□y");
  expect(showText("é 中\t1\u202f000", has)).toBe("é 中 1 000");
  expect(showText("一\r\n二\r三\u2028四\n", has)).toBe("一\n二\n三\n四\n");
});

test("replaces in every text of a tree", () => {
  const tree = { text: ["a😀", { text: "안", bold: true }], table: { body: [["ok", "\u0007"]] } };
  showAll(tree, has);
  expect(tree).toEqual({
    text: ["a□", { text: "□", bold: true }],
    table: { body: [["ok", "□"]] },
  });
});

test("a text with a long word may break anywhere, others as their language breaks", () => {
  const long = "a".repeat(23);
  const tree = {
    stack: [long, { text: `x ${long}` }, "a".repeat(22), "字".repeat(80)],
    style: long,
  };
  showAll(tree, has);
  expect(tree).toEqual({
    stack: [
      { text: long, wordBreak: "break-all" },
      { text: `x ${long}`, wordBreak: "break-all" },
      "a".repeat(22),
      "字".repeat(80),
    ],
    style: long,
  });
});

test("the report's own words can all be shown", () => {
  const texts: string[] = [];
  const collect = (node: unknown): void => {
    if (typeof node === "string") texts.push(node);
    // What words are made with is read as it is written.
    else if (typeof node === "function") texts.push(node.toString().replaceAll("\t", " "));
    else if (typeof node === "object" && node !== null) Object.values(node).forEach(collect);
  };
  for (const lang of LANGS) {
    collect(reportWords[lang]);
    texts.push(...REASONS.map((reason) => reasonText(reason, lang)));
  }
  collect(REGION_ROWS);
  for (const text of texts) expect(showText(text, has)).toBe(text);
});
