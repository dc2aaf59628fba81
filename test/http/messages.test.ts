import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { canonicalJson } from "../../src/core/canonical-json.ts";
import { messageAnswer } from "../../src/http/message-answer.ts";
import { saveChannelState } from "../../src/store/channels.ts";
import { saveLetter } from "../../src/store/letters.ts";
import { insertDelivery } from "../../src/store/messages.ts";
import { bearer, giveToken } from "../helpers/access.ts";
import { createTestApp, type TestApp } from "../helpers/app.ts";
import { testClock } from "../helpers/clock.ts";
import { testMessage } from "../helpers/message.ts";

const CONFIG = `
version: 1
timeZone: Asia/Shanghai
vantages: [{ id: here, controls: [] }]
accounts: [{ id: acme, name: Acme Ltd }, { id: zebra, name: Zebraco }]
defaults: { interval: 1m, timeout: 5s, vantages: [here] }
targets:
  - { id: web-1, product: ecs, region: cn-hangzhou, account: acme, probe: { kind: tcp, address: "192.0.2.1:22" } }
channels:
  - { id: desk, kind: inbox, lang: zh }
  - { id: hook, kind: webhook, url: "https://hooks.example/T0PSECRET", secret: hunter2, fallback: desk }
  - { id: late, kind: slack, url: "https://slack.example/T0PSECRET" }
routes: [{ channels: [desk, hook, late] }]
`;
const NOW = Date.parse("2026-10-05T02:03:00Z");
const AT = "2026-10-05T02:03:00.000Z";

const clock = testClock(NOW);
let served: TestApp;
let [manager, viewer] = ["", ""];

beforeAll(async () => {
  served = await createTestApp({ config: CONFIG, clock });
  manager = await giveToken(served, { role: "account-manager", accounts: ["acme"] }, clock);
  viewer = await giveToken(served, { role: "viewer", name: "watcher" }, clock);
  const { db } = served.store;
  for (const [messageId, accounts] of [
    [1, ["acme"]],
    [2, null],
    [3, ["acme"]],
  ] as const) {
    const message = testMessage({ title: `letter ${messageId}` });
    await saveLetter(db, { channel: "desk", message, messageId, accounts, atMs: NOW });
  }
  await db.query(
    `insert into thread (channel, topic, about, open_members, interval_ms, opened_at, escalate_to)
     values ('hook', 'outage', 'malfunction/7', '{}', 0, $1, '{}')`,
    [AT],
  );
  const body = canonicalJson(testMessage({ title: "told", status: "resolved" }));
  for (const [channel, state, text] of [
    ["hook", "sent", body],
    ["hook", "waiting", null],
    ["late", "waiting", null],
  ]) {
    await db.query(
      `insert into message (thread, channel, state, status, events, created_at, due_at, body)
       values (1, $1, $2, 'opened', '{}', $3, $3, $4)`,
      [channel, state, AT, text],
    );
  }
  const attempt = { channel: "hook", tookMs: 12.4, detail: "status 200" };
  const failed = { ...attempt, outcome: "temporary", detail: "status 503" } as const;
  await insertDelivery(db, { ...failed, message: 1, attempt: 1, atMs: NOW - 60_000 });
  await insertDelivery(db, { ...attempt, outcome: "sent", message: 1, attempt: 2, atMs: NOW });
  await insertDelivery(db, { ...failed, channel: "late", message: 3, attempt: 1, atMs: NOW });
  await saveChannelState(db, "late", { isDead: true, deaths: 1 });
});
afterAll(() => served.close());

const ask = (url: string, token: string) => served.app.inject({ url, headers: bearer(token) });
const read = (id: number, token: string) =>
  served.app.inject({ method: "POST", url: `/api/v1/inbox/${id}/read`, headers: bearer(token) });

type Inbox = {
  letters: { id: number; readAt: string | null; message: { title: string } }[];
  unread: number;
  last: number;
};
const inboxOf = async (query: string, token: string) =>
  (await ask(`/api/v1/inbox${query}`, token)).json<Inbox>();

describe("the inbox", () => {
  test("has the letters that who asks may read, and how many are new", async () => {
    const all = await inboxOf("", viewer);
    expect(all.letters.map(({ message }) => message.title)).toEqual([
      "letter 1",
      "letter 2",
      "letter 3",
    ]);
    expect(all).toMatchObject({ unread: 3, last: 3 });
    for (const { message } of all.letters) expect(messageAnswer.parse(message)).toEqual(message);
    const own = await inboxOf("", manager);
    expect(own.letters.map(({ id }) => id)).toEqual([1, 3]);
    expect(own.unread).toBe(2);
  });

  test("is asked on after the last letter seen", async () => {
    expect(await inboxOf("?after=1&limit=1", viewer)).toMatchObject({ last: 2 });
    expect(await inboxOf("?after=3", viewer)).toMatchObject({ letters: [], last: 3 });
    expect((await ask("/api/v1/inbox?unread=yes", viewer)).statusCode).toBe(400);
  });

  test("notes what was read, once, for who asks alone", async () => {
    const answer = await read(1, manager);
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toMatchObject({ id: 1, channel: "desk", at: AT, readAt: AT });
    clock.set(NOW + 5_000);
    expect((await read(1, manager)).json()).toMatchObject({ readAt: AT });
    clock.set(NOW);
    const left = await inboxOf("?unread=true", manager);
    expect(left.letters.map(({ id }) => id)).toEqual([3]);
    expect(left.unread).toBe(1);
    expect((await inboxOf("?unread=true", viewer)).letters).toHaveLength(3);
  });

  test("has no letter of others, not even to be marked", async () => {
    const foreign = await read(2, manager);
    const none = await read(99, manager);
    expect([foreign.statusCode, none.statusCode]).toEqual([404, 404]);
    expect(foreign.body).toBe(none.body.replace("99", "2"));
  });
});

describe("channels", () => {
  test("are shown with what became of their messages, and without their settings", async () => {
    const { body, statusCode } = await ask("/api/v1/channels", viewer);
    expect(statusCode).toBe(200);
    expect(body).not.toMatch(/T0PSECRET|hunter2|example/u);
    const common = { fallback: null, lang: "en" };
    expect(JSON.parse(body)).toEqual({
      channels: [
        {
          ...common,
          id: "desk",
          kind: "inbox",
          lang: "zh",
          state: "unknown",
          lastSentAt: null,
          waiting: 0,
        },
        {
          ...common,
          id: "hook",
          kind: "webhook",
          fallback: "desk",
          state: "alive",
          lastSentAt: AT,
          waiting: 1,
        },
        { ...common, id: "late", kind: "slack", state: "dead", lastSentAt: null, waiting: 1 },
      ],
    });
  });

  test("are not for who sees some accounts alone", async () => {
    for (const url of ["/api/v1/channels", "/api/v1/deliveries"]) {
      expect((await ask(url, manager)).statusCode).toBe(403);
    }
  });
});

describe("deliveries", () => {
  type Deliveries = { deliveries: { id: number; channel: string }[]; last: number };
  const listed = async (query: string) =>
    (await ask(`/api/v1/deliveries${query}`, viewer)).json<Deliveries>();

  test("say what was tried, what became of it, and what the message said", async () => {
    const { deliveries, last } = await listed("");
    expect(deliveries).toEqual([
      {
        id: 1,
        message: "nines-message-1",
        attempt: 1,
        at: "2026-10-05T02:02:00.000Z",
        channel: "hook",
        outcome: "temporary",
        tookMs: 12,
        detail: "status 503",
        status: "resolved",
        title: "told",
      },
      expect.objectContaining({ id: 2, attempt: 2, outcome: "sent", title: "told" }),
      expect.objectContaining({ id: 3, channel: "late", status: "opened", title: null }),
    ]);
    expect(last).toBe(3);
  });

  test.each([
    ["?channel=late", [3]],
    ["?outcome=temporary", [1, 3]],
    ["?outcome=temporary&channel=hook", [1]],
    ["?limit=1", [3]],
    ["?after=0&limit=1", [1]],
    ["?after=1", [2, 3]],
    ["?channel=none", []],
  ])("%s gives %j", async (query, ids) => {
    expect((await listed(query)).deliveries.map(({ id }) => id)).toEqual(ids);
  });

  test("of an outcome that there is not are refused", async () => {
    expect((await ask("/api/v1/deliveries?outcome=lost", viewer)).statusCode).toBe(400);
  });
});
