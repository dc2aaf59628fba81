import { expect, test } from "vitest";
import { malfunctionWords } from "../../src/core/malfunction-text.ts";
import { REASONS } from "../../src/core/outcome.ts";
import { LANGS } from "../../src/core/views.ts";
import { chooseLang } from "../../src/web/lang.ts";
import { reasonText, reasonTexts } from "../../src/core/reason-text.ts";
import { messages } from "../../src/web/text.ts";

/** Every path to a text of a catalogue: "verdicts.met", "weekdays.0", … */
function paths(value: unknown, prefix = ""): readonly string[] {
  if (typeof value !== "object" || value === null) return [prefix];
  return Object.entries(value).flatMap(([key, inner]) => paths(inner, `${prefix}.${key}`));
}

test("both languages have the same texts, probe kinds and statuses included", () => {
  expect(paths(messages.zh)).toEqual(paths(messages.en));
});

test("both languages have the same words about malfunctions", () => {
  expect(paths(malfunctionWords.zh)).toEqual(paths(malfunctionWords.en));
});

test("no text is empty", () => {
  for (const lang of LANGS) {
    expect(JSON.stringify(malfunctionWords[lang])).not.toContain('""');
    expect(JSON.stringify(messages[lang])).not.toContain('""');
  }
});

test("every reason has words of its own in both languages", () => {
  for (const lang of LANGS) {
    const words = REASONS.map((reason) => reasonTexts[reason][lang]);
    expect(new Set(words).size, lang).toBe(REASONS.length);
    expect(words.every((text) => text.length > 1)).toBe(true);
  }
});

test("a reason from elsewhere is shown as it stands", () => {
  expect(reasonText("solar-flare", "zh")).toBe("solar-flare");
  expect(reasonText("connect-timeout", "zh")).toBe("连接超时");
});

test.each([
  ["zh", "en", "zh"],
  ["zh-CN", undefined, "zh"],
  ["fr", "zh", "zh"],
  [undefined, undefined, "en"],
  [undefined, "", "en"],
  [undefined, "zh-CN,zh;q=0.9,en;q=0.8", "zh"],
  [undefined, "fr-CH, fr;q=0.9, zh;q=0.5, en;q=0.7", "en"],
  [undefined, "en;q=0, zh;q=0.1", "zh"],
  [undefined, "*", "en"],
] as const)("asked for %s by a browser that likes %s: %s", (query, accept, lang) => {
  expect(chooseLang(query, accept)).toBe(lang);
});
