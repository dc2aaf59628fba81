import fc from "fast-check";
import markdownit from "markdown-it";
import { expect, test } from "vitest";
import { inertMarkup, inertText, markdownOf, shortened } from "../../src/notify/chat-text.ts";
import { chatMessage, FORGERIES, messageSaying } from "./chat-message.ts";

const reader = markdownit({ html: true });

/** What a reader of Markdown makes of a text, without paragraphs and lists. */
function markupOf(markdown: string): string[] {
  return reader
    .parse(markdown, {})
    .flatMap((token) => [token, ...(token.children ?? [])])
    .map(({ type }) => type)
    .filter(
      (type) => !/^(inline|text|softbreak|(paragraph|(bullet_|ordered_)?list(_item)?)_)/.test(type),
    )
    .filter((type) => !type.endsWith("_close"));
}

const markup = fc.string({
  unit: fc.constantFrom(...Array.from("ab1 \n\t[](){}<>!*_~`@#&;:/\\|+-=.'\"^$％＜杭")),
  maxLength: 30,
});

test.each(FORGERIES)("of %j a reader of Markdown makes nothing", (forged) => {
  expect(markupOf(markdownOf(messageSaying(forged)))).toEqual(["heading_open", "link_open"]);
  expect(markupOf(`- ${inertMarkup(forged).replaceAll("<", "&lt;")}`)).toEqual([]);
});

test("of no text a reader of Markdown makes a heading, a link, emphasis or HTML", () => {
  fc.assert(
    fc.property(markup, (text) => {
      const made = markupOf(markdownOf(messageSaying(text)));
      expect(made).toEqual(["heading_open", "link_open"]);
    }),
    { numRuns: 2000 },
  );
});

test("ordinary names and numbers stay as they are", () => {
  for (const text of [
    "rds_main_2.cn-hangzhou",
    "99.95 % of 99.9 %",
    "10:04 (UTC+8)",
    "oss-cn-hangzhou.aliyuncs.com:443/a?b=c",
    "~5 min",
    "malfunction #7",
    "杭州，三个目标",
  ]) {
    expect(inertText(text)).toBe(text);
  }
});

test("what turns the direction of text, or is no character, does not get through", () => {
  expect(inertText("a\u202eb\u0000c\ud800d\u2028e")).toBe("a b c\ufffdd e");
});

test("a message that fits stays as it is", () => {
  const message = chatMessage();
  expect(shortened(message, () => true)).toBe(message);
});

test("a message that never fits keeps its title", () => {
  expect(shortened(chatMessage(), () => false)).toMatchObject({
    title: chatMessage().title,
    summary: "…",
    facts: [],
    members: [],
    more: 3,
  });
});

test("as many members are shown as fit, and not one fewer", () => {
  const members = Array.from({ length: 20 }, (_, index) => `target ${index}`);
  const message = chatMessage({ members, more: 5 });
  for (let limit = 0; limit < 20; limit += 1) {
    const shorter = shortened(message, (cut) => cut.members.length <= limit);
    expect(shorter.members).toEqual(members.slice(0, limit));
    expect(shorter.more).toBe(25 - limit);
  }
});
