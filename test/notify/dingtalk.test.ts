import nock from "nock";
import { describe, expect, test, afterEach, beforeEach } from "vitest";
import type { Message } from "../../src/core/message.ts";
import { dingtalk } from "../../src/notify/dingtalk.ts";
import { cleanUpAfterEach } from "../helpers/clean-up.ts";
import { chatMessage, FORGERIES, messageSaying, sendBy, startReceiver } from "./chat-message.ts";

// Once imported, nock stands before every request.
nock.restore();

const cleanUp = cleanUpAfterEach();

async function start(body = '{"errcode":0,"errmsg":"ok"}', status = 200) {
  const receiver = await startReceiver((_request, response) => {
    response.writeHead(status).end(body);
  });
  cleanUp(receiver.close);
  return receiver;
}

type Body = {
  msgtype: string;
  markdown: { title: string; text: string };
  at: { atMobiles: string[]; isAtAll: boolean };
};

async function bodyOf(message: Message, mobiles?: string[]): Promise<Body> {
  const receiver = await start();
  const settings = { url: receiver.url, ...(mobiles === undefined ? {} : { mobiles }) };
  expect(await sendBy(dingtalk, settings, { message })).toMatchObject({ outcome: "sent" });
  return receiver.body() as Body;
}

describe("under nock", () => {
  beforeEach(() => nock.activate());
  afterEach(() => {
    nock.cleanAll();
    nock.restore();
  });

  test("the robot is asked at its address, with the signature of the vector", async () => {
    const robot = nock("https://oapi.dingtalk.com", {
      reqheaders: { "content-type": "application/json; charset=utf-8" },
    })
      .post("/robot/send", (body: Body) => body.msgtype === "markdown")
      .query({
        access_token: "abc",
        timestamp: "1577262236757",
        sign: "hmPWwU+7lVdm3ZZz0r9tSfx0L4Q26jWOZr9+Gs6EZQM=",
      })
      .reply(200, { errcode: 0, errmsg: "ok" });
    const sent = await sendBy(
      dingtalk,
      { url: "https://oapi.dingtalk.com/robot/send?access_token=abc", secret: "this is secret" },
      { nowMs: 1577262236757 },
    );
    expect(sent).toEqual({ outcome: "sent", reference: null, detail: "status 200" });
    robot.done();
  });
});

test("the signature is written so that no + becomes a blank", async () => {
  const receiver = await start();
  await sendBy(
    dingtalk,
    { url: `${receiver.url}/robot/send?access_token=abc`, secret: "this is secret" },
    { nowMs: 1577262236757 },
  );
  expect(receiver.seen[0]?.url).toBe(
    "/robot/send?access_token=abc&timestamp=1577262236757&sign=hmPWwU%2B7lVdm3ZZz0r9tSfx0L4Q26jWOZr9%2BGs6EZQM%3D",
  );
});

test("without a secret the address stays as it is", async () => {
  const receiver = await start();
  await sendBy(dingtalk, { url: `${receiver.url}/robot/send?access_token=abc` });
  expect(receiver.seen[0]?.url).toBe("/robot/send?access_token=abc");
});

test("a message is Markdown with a title for the list of chats", async () => {
  const body = await bodyOf(chatMessage());
  expect(body).toMatchObject({
    msgtype: "markdown",
    markdown: { title: "OSS in cn-hangzhou: 3 targets fail since 10:04" },
    at: { atMobiles: [], isAtAll: false },
  });
  expect(body.markdown.text).toContain("### 🔴 OSS in cn-hangzhou");
  expect(body.markdown.text).toContain("[Open](https://nines.example/malfunctions/7)");
});

test("people are called by @ when something critical begins", async () => {
  const body = await bodyOf(chatMessage(), ["13800000001", "13800000002"]);
  expect(body.at).toEqual({ atMobiles: ["13800000001", "13800000002"], isAtAll: false });
  expect(body.markdown.text.split("\n").at(-1)).toBe("@13800000001 @13800000002");
});

test.each([
  { status: "update" },
  { status: "resolved" },
  { severity: "warning" },
  { severity: "info" },
] as const)("and not for %j", async (changes) => {
  const body = await bodyOf(chatMessage(changes), ["13800000001"]);
  expect(body.at).toEqual({ atMobiles: [], isAtAll: false });
  expect(body.markdown.text).not.toContain("@");
});

test.each(FORGERIES)("%j is shown as it is, and makes neither link nor mention", async (forged) => {
  const { markdown, at } = await bodyOf(messageSaying(forged));
  expect(markdown.text.replace("[Open](https://nines.example/malfunctions/7)", "")).not.toMatch(
    /[<>&@*`[\]\\]|__/,
  );
  expect(markdown.title).not.toContain("\n");
  expect(at.isAtAll).toBe(false);
});

test("of too many members the message says how many it leaves out; who is called stays", async () => {
  const members = Array.from({ length: 1000 }, (_, index) => `target ${index}`);
  const { markdown } = await bodyOf(chatMessage({ members }), ["13800000001"]);
  expect(Buffer.byteLength(markdown.text)).toBeLessThanOrEqual(5000);
  const shown = markdown.text.split("\n").filter((line) => line.startsWith("- target")).length;
  expect(shown).toBeGreaterThan(200);
  expect(markdown.text).toContain(`\n- … and ${1000 - shown} more\n`);
  expect(markdown.text.endsWith("@13800000001")).toBe(true);
});

test.each([
  [130101, 200],
  [410100, 200],
  [302033, 200],
  [-1, 200],
  [130101, 400],
])("code %i with status %i is tried again in a minute", async (errcode, status) => {
  const receiver = await start(
    JSON.stringify({ errcode, errmsg: "send too fast, exceed 20 times per minute" }),
    status,
  );
  expect(await sendBy(dingtalk, { url: receiver.url })).toEqual({
    outcome: "temporary",
    detail: `errcode ${errcode}: too many messages, or too busy`,
    retryAfterMs: 60_000,
  });
});

test.each([
  [310000, ": against its safety settings (signature, keyword or address)"],
  [400101, ": no such access token"],
  [460101, ": too long"],
  [424242, ""],
])("code %i is a refusal", async (errcode, meaning) => {
  const receiver = await start(JSON.stringify({ errcode, errmsg: "keywords not in content" }));
  expect(await sendBy(dingtalk, { url: receiver.url })).toEqual({
    outcome: "permanent",
    detail: `errcode ${errcode}${meaning}`,
  });
});

test("a code that nobody knows says less than the status 500", async () => {
  const receiver = await start('{"errcode":424242}', 500);
  expect(await sendBy(dingtalk, { url: receiver.url })).toMatchObject({
    outcome: "temporary",
    detail: "status 500",
  });
});

test("20 messages a minute are taken", () => {
  expect(dingtalk.perMinute).toBe(20);
});
