import { expect, test } from "vitest";
import type { Message } from "../../src/core/message.ts";
import { feishu } from "../../src/notify/feishu.ts";
import { cleanUpAfterEach } from "../helpers/clean-up.ts";
import { chatMessage, FORGERIES, messageSaying, sendBy, startReceiver } from "./chat-message.ts";

const cleanUp = cleanUpAfterEach();

async function start(body = '{"code":0,"msg":"success","data":{}}', status = 200) {
  const receiver = await startReceiver((_request, response) => {
    response.writeHead(status).end(body);
  });
  cleanUp(receiver.close);
  return receiver;
}

type Body = { timestamp?: string; sign?: string; msg_type: string; card: unknown };

async function bodyOf(message: Message, secret?: string): Promise<Body> {
  const receiver = await start();
  const settings = { url: receiver.url, ...(secret === undefined ? {} : { secret }) };
  expect(await sendBy(feishu, settings, { message })).toMatchObject({ outcome: "sent" });
  expect(receiver.seen[0]?.body.length).toBeLessThanOrEqual(20_000);
  return receiver.body() as Body;
}

test("a message is a card with a colour, the facts, the members, a button and the id", async () => {
  expect(await bodyOf(chatMessage({ more: 6 }))).toEqual({
    msg_type: "interactive",
    card: {
      config: { wide_screen_mode: true },
      header: {
        template: "red",
        title: { tag: "plain_text", content: "OSS in cn-hangzhou: 3 targets fail since 10:04" },
      },
      elements: [
        {
          tag: "div",
          text: {
            tag: "plain_text",
            content: "3 of 9 targets without an answer. Most often: timeout.",
          },
        },
        {
          tag: "div",
          fields: [
            { is_short: true, text: { tag: "plain_text", content: "Level: P1" } },
            { is_short: true, text: { tag: "plain_text", content: "Acknowledge by: 10:19" } },
          ],
        },
        {
          tag: "div",
          text: { tag: "plain_text", content: "shop-oss\nshop_oss_2\nlogs\n… and 6 more" },
        },
        {
          tag: "action",
          actions: [
            {
              tag: "button",
              type: "primary",
              text: { tag: "plain_text", content: "Open" },
              url: "https://nines.example/malfunctions/7",
            },
          ],
        },
        { tag: "note", elements: [{ tag: "plain_text", content: "nines-message-17" }] },
      ],
    },
  });
});

test("what is over is green, and the button speaks the message's language", async () => {
  const text = JSON.stringify(await bodyOf(chatMessage({ status: "resolved", lang: "zh" })));
  expect(text).toContain('"template":"green"');
  expect(text).toContain('"content":"查看"');
});

test("with a secret, time and secret sign nothing, which is the robot's rule", async () => {
  const { timestamp, sign } = await bodyOf(chatMessage(), "shared");
  expect(timestamp).toBe("1772417071");
  const key = await crypto.subtle.importKey(
    "raw",
    new TextEncoder().encode("1772417071\nshared"),
    { name: "HMAC", hash: "SHA-256" },
    false,
    ["sign"],
  );
  const signature = await crypto.subtle.sign("HMAC", key, new Uint8Array());
  expect(sign).toBe(btoa(String.fromCharCode(...new Uint8Array(signature))));
});

test("without a secret nothing is signed", async () => {
  const body = await bodyOf(chatMessage());
  expect(body).not.toHaveProperty("sign");
  expect(body).not.toHaveProperty("timestamp");
});

test.each(FORGERIES)("%j stands in plain text, which has no markup", async (forged) => {
  const text = JSON.stringify(await bodyOf(messageSaying(forged)));
  const tags = new Set([...text.matchAll(/"tag":"(\w+)"/g)].map(([, tag]) => tag));
  expect(tags).toEqual(new Set(["plain_text", "div", "action", "button", "note"]));
  expect(text).toContain(JSON.stringify(forged.replaceAll(/\s+/g, " ")));
  expect(text.match(/"url":/g)).toHaveLength(1);
});

test.each(["t", "杭"])("of too many members the card says how many it leaves out", async (a) => {
  const members = Array.from({ length: 3000 }, (_, index) => `${a.repeat(8)} ${index}`);
  const text = JSON.stringify(await bodyOf(chatMessage({ members }), "shared"));
  const shown = text.split(a.repeat(8)).length - 1;
  expect(shown).toBeGreaterThan(500);
  expect(text).toContain(`\\n… and ${3000 - shown} more"`);
});

test.each(['{"code":0}', '{"StatusCode":0,"StatusMessage":"success"}'])(
  "%s is a success",
  async (body) => {
    const receiver = await start(body);
    expect(await sendBy(feishu, { url: receiver.url })).toMatchObject({ outcome: "sent" });
  },
);

test.each([
  [11232, 200],
  [99991400, 400],
  [99991400, 429],
  [230020, 400],
])("code %i with status %i is tried again in a minute", async (code, status) => {
  const receiver = await start(JSON.stringify({ code, msg: "frequency limited" }), status);
  expect(await sendBy(feishu, { url: receiver.url })).toEqual({
    outcome: "temporary",
    detail: `code ${code}: too many messages, or too busy`,
    retryAfterMs: 60_000,
  });
});

test.each([
  [19021, 200, "code 19021: the signature is wrong, or its time is"],
  [19022, 200, "code 19022: this address may not send"],
  [19024, 200, "code 19024: a keyword is missing"],
  [9499, 400, "code 9499: the form is wrong"],
  [19999, 200, "code 19999"],
  [19999, 400, "status 400"],
])("code %i with status %i is a refusal", async (code, status, detail) => {
  const receiver = await start(JSON.stringify({ code, msg: "no" }), status);
  expect(await sendBy(feishu, { url: receiver.url })).toEqual({ outcome: "permanent", detail });
});

test("100 messages a minute are taken", () => {
  expect(feishu.perMinute).toBe(100);
});
