import type { ServerResponse } from "node:http";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { Message } from "../../src/core/message.ts";
import type { Sent } from "../../src/notify/channel.ts";
import { dingtalk } from "../../src/notify/dingtalk.ts";
import { feishu } from "../../src/notify/feishu.ts";
import { slack } from "../../src/notify/slack.ts";
import { webhook } from "../../src/notify/webhook.ts";
import { wecom } from "../../src/notify/wecom.ts";
import { cleanUpAfterEach } from "../helpers/clean-up.ts";
import type { SeenRequest } from "../helpers/http-server.ts";
import { freePort } from "../helpers/ports.ts";
import { chatMessage, sendBy, startReceiver } from "./chat-message.ts";

const SECRET = "SECb0a1c2d3";
const TOKEN = "t0k3n9f8e7d6";
const PATH = `/hooks/${TOKEN}?access_token=${TOKEN}`;

type Send = (url: string, changes?: { readonly message?: Message }) => Promise<Sent>;

/** Each kind, with how its receiver says yes, and how it says no with status 200. */
const KINDS: { kind: string; send: Send; yes: string; no: string | null; reads: boolean }[] = [
  {
    kind: "webhook",
    send: (url, changes) => sendBy(webhook, { url, secret: SECRET }, changes),
    yes: "",
    no: null,
    reads: false,
  },
  {
    kind: "slack",
    send: (url, changes) => sendBy(slack, { url }, changes),
    yes: "ok",
    no: "no_service",
    reads: false,
  },
  {
    kind: "dingtalk",
    send: (url, changes) => sendBy(dingtalk, { url, secret: SECRET }, changes),
    yes: '{"errcode":0,"errmsg":"ok"}',
    no: '{"errcode":400101,"errmsg":"ECHO"}',
    reads: true,
  },
  {
    kind: "feishu",
    send: (url, changes) => sendBy(feishu, { url, secret: SECRET }, changes),
    yes: '{"code":0,"msg":"success","data":{}}',
    no: '{"code":19021,"msg":"ECHO"}',
    reads: true,
  },
  {
    kind: "wecom",
    send: (url, changes) => sendBy(wecom, { url }, changes),
    yes: '{"errcode":0,"errmsg":"ok"}',
    no: '{"errcode":93000,"errmsg":"ECHO"}',
    reads: true,
  },
];

const cleanUp = cleanUpAfterEach();
afterEach(() => vi.restoreAllMocks());

async function start(answer: (request: SeenRequest, response: ServerResponse) => unknown) {
  const receiver = await startReceiver(answer);
  cleanUp(receiver.close);
  return receiver;
}

/** Answers by repeating what it was asked, as careless receivers do. */
function startAnswering(status: number, body = "ECHO", headers = {}) {
  return start((request, response) => {
    const echo = JSON.stringify(`${request.url} ${SECRET}`).slice(1, -1);
    response.writeHead(status, headers).end(body.replace("ECHO", echo));
  });
}

function expectNoSecret(sent: Sent): void {
  expect(sent.detail).not.toBe("");
  expect(JSON.stringify(sent)).not.toContain(SECRET);
  expect(JSON.stringify(sent)).not.toContain(TOKEN);
  expect(JSON.stringify(sent)).not.toContain("127.0.0.1");
}

test.each(KINDS.filter(({ no }) => no !== null))(
  "the channel $kind has not sent a message that is refused with status 200",
  async ({ send, no }) => {
    const receiver = await startAnswering(200, no ?? "");
    const sent = await send(receiver.url + PATH);
    expect(sent.outcome).toBe("permanent");
    expectNoSecret(sent);
  },
);

describe.each(KINDS)("the channel $kind", ({ send, yes, reads }) => {
  test("has sent a message when the receiver says so", async () => {
    const receiver = await startAnswering(200, yes);
    const sent = await send(receiver.url + PATH);
    expect(sent).toEqual({ outcome: "sent", reference: null, detail: "status 200" });
    expect(receiver.seen).toHaveLength(1);
    expect(receiver.seen[0]?.method).toBe("POST");
    expect(receiver.seen[0]?.url).toContain(PATH);
    expect(receiver.headers()["content-type"]).toBe("application/json; charset=utf-8");
    expectNoSecret(sent);
  });

  test.each([408, 425, 429, 500, 502, 503, 504])("tries again after status %i", async (status) => {
    const receiver = await startAnswering(status);
    const sent = await send(receiver.url + PATH);
    expect(sent).toEqual({
      outcome: "temporary",
      detail: `status ${status}`,
      retryAfterMs: null,
    });
    expectNoSecret(sent);
  });

  test("waits as long as the receiver asks for", async () => {
    const receiver = await startAnswering(429, "ECHO", { "retry-after": "7" });
    const sent = await send(receiver.url + PATH);
    expect(sent).toMatchObject({ outcome: "temporary", retryAfterMs: 7000 });
  });

  test("waits for whole milliseconds, whatever fraction it is asked for", async () => {
    const receiver = await startAnswering(429, "ECHO", { "retry-after": "7.33331" });
    const sent = await send(receiver.url + PATH);
    expect(sent).toMatchObject({ retryAfterMs: 7334 });
  });

  test.each([400, 401, 403, 404, 410, 413])("gives up at status %i", async (status) => {
    const receiver = await startAnswering(status);
    const sent = await send(receiver.url + PATH);
    expect(sent).toEqual({ outcome: "permanent", detail: `status ${status}` });
    expectNoSecret(sent);
  });

  test.each([301, 302, 307, 308])("does not follow a redirect with status %i", async (status) => {
    const elsewhere = await startAnswering(200, yes);
    const receiver = await startAnswering(status, "", { location: elsewhere.url + PATH });
    const sent = await send(receiver.url + PATH);
    expect(sent).toEqual({ outcome: "permanent", detail: `status ${status}` });
    expect(elsewhere.seen).toEqual([]);
  });

  test("tries again when nobody listens", async () => {
    const sent = await send(`http://127.0.0.1:${await freePort()}${PATH}`);
    expect(sent).toEqual({
      outcome: "temporary",
      detail: "no answer: ECONNREFUSED",
      retryAfterMs: null,
    });
    expectNoSecret(sent);
  });

  test("tries again when the connection breaks before an answer", async () => {
    const receiver = await start((_request, response) => response.destroy());
    const sent = await send(receiver.url + PATH);
    expect(sent).toMatchObject({ outcome: "temporary", retryAfterMs: null });
    expect(sent.detail).toMatch(/^no answer: /);
    expectNoSecret(sent);
  });

  test("tries again when the connection breaks amid an answer", async () => {
    const receiver = await start((_request, response) => {
      response.writeHead(200, { "content-length": "1000" });
      response.write('{"errcode":0', () => response.destroy());
    });
    const sent = await send(receiver.url + PATH);
    expect(sent).toMatchObject({ outcome: "temporary", retryAfterMs: null });
    expect(sent.detail).toMatch(/^no whole answer: /);
    expectNoSecret(sent);
  });

  test("gives up waiting for a receiver that stalls, and tries again", async () => {
    const timeout = AbortSignal.timeout.bind(AbortSignal);
    vi.spyOn(AbortSignal, "timeout").mockImplementation(() => timeout(30));
    const receiver = await start(() => undefined);
    const sent = await send(receiver.url + PATH);
    expect(sent).toMatchObject({ outcome: "temporary", retryAfterMs: null });
    expect(sent.detail).toMatch(/^no answer: none within/);
    expectNoSecret(sent);
  });

  test("waits for a receiver that answers late", async () => {
    const receiver = await start((_request, response) => {
      setTimeout(() => response.end(yes), 150);
    });
    const sent = await send(receiver.url + PATH);
    expect(sent.outcome).toBe("sent");
  });

  test.each(["", "<html>down for maintenance</html>", "null", "[]", '{"errcode":"0"}', "{}"])(
    "takes %j with status 200 for what its receiver means by it",
    async (garbage) => {
      const receiver = await startAnswering(200, garbage);
      const sent = await send(receiver.url + PATH);
      expect(sent.outcome).toBe(reads ? "temporary" : "sent");
      expectNoSecret(sent);
    },
  );

  test("sends the same bytes at every attempt", async () => {
    const receiver = await startAnswering(500);
    await send(receiver.url + PATH);
    await send(receiver.url + PATH);
    const [first, second] = receiver.seen;
    expect(second?.body.toString()).toBe(first?.body.toString());
    expect(first?.body.toString()).toContain("nines-message-17");
  });

  test("sends a message with nothing but a title", async () => {
    const receiver = await startAnswering(200, yes);
    const bare = chatMessage({ summary: "", facts: [], members: [], url: null });
    expect(await send(receiver.url + PATH, { message: bare })).toMatchObject({ outcome: "sent" });
    expect(JSON.stringify(receiver.body())).toContain(bare.title);
  });
});
