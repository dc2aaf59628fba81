import fc from "fast-check";
import { expect, test } from "vitest";
import type { Message } from "../../src/core/message.ts";
import { wecom } from "../../src/notify/wecom.ts";
import { cleanUpAfterEach } from "../helpers/clean-up.ts";
import { chatMessage, FORGERIES, messageSaying, sendBy, startReceiver } from "./chat-message.ts";

const cleanUp = cleanUpAfterEach();

async function start(body = '{"errcode":0,"errmsg":"ok"}', status = 200) {
  const receiver = await startReceiver((_request, response) => {
    response.writeHead(status).end(body);
  });
  cleanUp(receiver.close);
  return receiver;
}

type Body = { msgtype: string; markdown: { content: string } };

async function contentOf(message: Message): Promise<string> {
  const receiver = await start();
  expect(await sendBy(wecom, { url: receiver.url }, { message })).toMatchObject({
    outcome: "sent",
  });
  const body = receiver.body() as Body;
  expect(body.msgtype).toBe("markdown");
  return body.markdown.content;
}

test("a message is a heading, the summary, the facts, the members, a link and the id", async () => {
  expect(await contentOf(chatMessage({ more: 6 }))).toBe(
    [
      "### 🔴 OSS in cn-hangzhou: 3 targets fail since 10:04",
      "3 of 9 targets without an answer. Most often: timeout.",
      "- Level: P1\n- Acknowledge by: 10:19",
      "- shop-oss\n- shop_oss_2\n- logs\n- … and 6 more",
      "[Open](https://nines.example/malfunctions/7)",
      "nines-message-17",
    ].join("\n\n"),
  );
});

test("its own few words are in the message's language", async () => {
  const content = await contentOf(chatMessage({ lang: "zh", more: 6, status: "resolved" }));
  expect(content).toContain("### 🟢 ");
  expect(content).toContain("- … 另有 6 个");
  expect(content).toContain("[查看](https://nines.example/malfunctions/7)");
});

test.each(FORGERIES)("%j is shown as it is, and makes neither link nor mention", async (forged) => {
  const content = await contentOf(messageSaying(forged));
  expect(content.replace("[Open](https://nines.example/malfunctions/7)", "")).not.toMatch(
    /[<>&@*`[\]\\]|__/,
  );
  expect(content.match(/^#/gm)).toEqual(["#"]);
});

test("a page's address cannot end its link early", async () => {
  const content = await contentOf(chatMessage({ url: "https://nines.example/a(1)/b c>" }));
  expect(content).toContain("[Open](https://nines.example/a%281%29/b%20c%3e)");
});

test("of too many members the message says how many it leaves out", async () => {
  const members = Array.from({ length: 1000 }, (_, index) => `杭州 ${index}`);
  const content = await contentOf(chatMessage({ members, more: 5 }));
  const bytes = Buffer.byteLength(content);
  expect(bytes).toBeLessThanOrEqual(4096);
  // One more would have found no place.
  expect(bytes).toBeGreaterThan(4096 - 20);
  const shown = content.split("\n").filter((line) => line.startsWith("- 杭州")).length;
  expect(content).toContain(`\n- … and ${1005 - shown} more\n`);
  expect(content.endsWith("nines-message-17")).toBe(true);
});

test("a long summary is cut at the edge of a character, and shows it", async () => {
  const content = await contentOf(chatMessage({ summary: "👩‍👩‍👧‍👦".repeat(1000) }));
  expect(Buffer.byteLength(content)).toBeLessThanOrEqual(4096);
  expect(content).toMatch(/\n\n(👩‍👩‍👧‍👦)+…\n\n/u);
  expect(content).toContain("- Level: P1");
  expect(content).toContain("- … and 3 more");
});

test("at last facts go too", async () => {
  const facts = Array.from({ length: 50 }, (_, index) => ({
    label: `Label ${index}`,
    value: "x".repeat(200),
  }));
  const content = await contentOf(chatMessage({ facts }));
  expect(Buffer.byteLength(content)).toBeLessThanOrEqual(4096);
  expect(content).toContain("\n\n…\n\n- Label 0: ");
  expect(content).toContain("[Open](");
});

test("whatever a message says, 4096 bytes hold it, and only our link is a link", async () => {
  const text = fc.string({ unit: "binary", maxLength: 300 });
  const receiver = await start();
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        title: fc.string({ unit: "binary", maxLength: 120 }),
        summary: text,
        facts: fc.array(fc.record({ label: text, value: text }), { maxLength: 12 }),
        members: fc.array(text, { maxLength: 40 }),
      }),
      async (texts) => {
        await sendBy(wecom, { url: receiver.url }, { message: chatMessage(texts) });
        const { markdown } = JSON.parse(receiver.seen.at(-1)?.body.toString() ?? "") as Body;
        const { content } = markdown;
        expect(Buffer.byteLength(content)).toBeLessThanOrEqual(4096);
        expect(content.isWellFormed()).toBe(true);
        expect(content.match(/\[/g)).toEqual(["["]);
        expect(content).not.toMatch(/[<>&@]/);
      },
    ),
    { numRuns: 100 },
  );
});

test.each([
  [45009, "errcode 45009: too many messages, or too busy"],
  [-1, "errcode -1: too many messages, or too busy"],
])("code %i is tried again in a minute", async (errcode, detail) => {
  const receiver = await start(JSON.stringify({ errcode, errmsg: "api freq out of limit" }));
  expect(await sendBy(wecom, { url: receiver.url })).toEqual({
    outcome: "temporary",
    detail,
    retryAfterMs: 60_000,
  });
});

test.each([
  [93000, "errcode 93000: no such robot"],
  [40058, "errcode 40058: the form is wrong, or it is too long"],
  [12345, "errcode 12345"],
])("code %i is a refusal", async (errcode, detail) => {
  const receiver = await start(JSON.stringify({ errcode, errmsg: "from ip: 192.0.2.1" }));
  expect(await sendBy(wecom, { url: receiver.url })).toEqual({ outcome: "permanent", detail });
});

test("20 messages a minute are taken", () => {
  expect(wecom.perMinute).toBe(20);
});
