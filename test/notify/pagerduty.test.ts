import nock from "nock";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Message } from "../../src/core/message.ts";
import type { Sent } from "../../src/notify/channel.ts";
import { pagerduty } from "../../src/notify/pagerduty.ts";
import { testClock } from "../helpers/clock.ts";
import { testMessage } from "../helpers/message.ts";

const deps = { clock: testClock(0), saveLetter: () => Promise.resolve() };
const routingKey = "0123456789abcdef0123456789abcdef";

type Event = {
  readonly event_action: string;
  readonly dedup_key: string;
  readonly payload: {
    readonly summary: string;
    readonly source: string;
    readonly severity: string;
    readonly custom_details: { readonly members: string[]; readonly more?: number };
  };
};

beforeEach(() => {
  if (!nock.isActive()) nock.activate();
  nock.disableNetConnect();
});
afterEach(() => {
  nock.cleanAll();
  nock.enableNetConnect();
  nock.restore();
});

async function send(
  message: Message,
  reply: { status?: number; body?: nock.Body; headers?: Record<string, string> } = {},
): Promise<{ event: Event; bytes: number; sent: Sent }> {
  let event: Event | undefined;
  const { status = 202, body = { status: "success" }, headers = {} } = reply;
  const scope = nock("https://events.pagerduty.com", {
    reqheaders: { "content-type": /^application\/json/ },
  })
    .post("/v2/enqueue", (posted: Event) => {
      event = posted;
      return true;
    })
    .reply(status, body, headers);
  const settings = { id: "pd", kind: "pagerduty", routingKey } as const;
  const sent = await pagerduty.send(deps, settings, { message, reference: null });
  scope.done();
  if (event === undefined) throw new Error("nothing was sent");
  return { event, bytes: Buffer.byteLength(JSON.stringify(event)), sent };
}

test("what opens triggers an alert with all that is known", async () => {
  const { event, sent } = await send(testMessage({ more: 2 }));
  expect(sent).toEqual({ outcome: "sent", reference: null, detail: "status 202" });
  expect(event).toEqual({
    routing_key: routingKey,
    event_action: "trigger",
    dedup_key: "nines-thread-4",
    payload: {
      summary: "ECS in cn-beijing does not answer",
      source: "main/ecs/cn-beijing",
      severity: "critical",
      timestamp: "2026-10-01T08:05:12.345Z",
      class: "outage",
      component: "ecs",
      group: "cn-beijing",
      custom_details: {
        summary: "3 instances of ECS in cn-beijing have not answered since 08:00.",
        facts: { Level: "P1", "Respond by": "08:20" },
        members: ["ecs/cn-beijing/i-1", "ecs/cn-beijing/i-2"],
        more: 2,
        level: "P1",
        since: "2026-10-01T08:00:00.000Z",
        message: "nines-message-17",
      },
    },
    client: "nines",
    client_url: "https://nines.example.com/malfunctions/7",
    links: [{ href: "https://nines.example.com/malfunctions/7", text: "nines" }],
  });
});

test.each([
  ["update", "trigger"],
  ["resolved", "resolve"],
] as const)("an %s of the thread is a %s of the same alert", async (status, action) => {
  const until = "2026-10-01T08:30:00.000Z";
  const { event } = await send(testMessage({ id: "nines-message-18", status, until }));
  expect(event).toMatchObject({
    event_action: action,
    dedup_key: "nines-thread-4",
    payload: { custom_details: { until, message: "nines-message-18" } },
  });
});

test.each(["critical", "warning", "info"] as const)(
  "the severity %s has its name",
  async (name) => {
    const { event } = await send(testMessage({ severity: name }));
    expect(event.payload.severity).toBe(name);
  },
);

test.each(["notice", "digest", "test"] as const)(
  "a %s stands alone and pages nobody",
  async (status) => {
    const { event } = await send(testMessage({ status, severity: "critical" }));
    expect(event).toMatchObject({
      event_action: "trigger",
      dedup_key: "nines-message-17",
      payload: { severity: "info" },
    });
  },
);

test("the source is the subject, where there is just one, and never empty", async () => {
  const one = await send(
    testMessage({ labels: { subject: "ecs/cn-beijing/i-1", product: "ecs" } }),
  );
  expect(one.event.payload.source).toBe("ecs/cn-beijing/i-1");
  const none = await send(testMessage({ labels: {}, url: null }));
  expect(none.event.payload.source).toBe("nines");
  expect(none.event).not.toHaveProperty("links");
});

test("a long event is cut where it shows", async () => {
  const members = Array.from({ length: 30_000 }, (_, index) => `云服务器/cn-beijing/i-${index}`);
  const { event, bytes } = await send(testMessage({ title: "t".repeat(2_000), members, more: 1 }));
  expect(bytes).toBeLessThan(512 * 1_000);
  expect(event.payload.summary).toMatch(/^t{1023}…$/);
  const { members: shown, more } = event.payload.custom_details;
  expect(shown.length).toBeGreaterThan(5_000);
  expect(shown.length + (more ?? 0)).toBe(30_001);
});

test("a refused event is permanent, and the key is not told", async () => {
  const { sent } = await send(testMessage(), {
    status: 400,
    body: { status: "invalid event", errors: [`routing_key ${routingKey} is wrong`] },
  });
  expect(sent).toEqual({
    outcome: "permanent",
    detail: "status 400: it refuses the event; compare the routing key",
  });
});

test.each([
  [{ status: 429 }, 120_000],
  [{ status: 429, headers: { "Retry-After": "30" } }, 30_000],
  [{ status: 500 }, null],
  [{ status: 503, headers: { "Retry-After": "5" } }, 5_000],
])("%j is temporary", async (reply, retryAfterMs) => {
  const { sent } = await send(testMessage(), reply);
  expect(sent).toEqual({ outcome: "temporary", detail: `status ${reply.status}`, retryAfterMs });
});

test("another address is asked when the settings name one", async () => {
  const scope = nock("https://events.eu.pagerduty.com").post("/v2/enqueue").reply(202, {});
  const url = "https://events.eu.pagerduty.com/v2/enqueue";
  const settings = { id: "pd", kind: "pagerduty", routingKey, url } as const;
  const input = { message: testMessage(), reference: null };
  expect(await pagerduty.send(deps, settings, input)).toMatchObject({ outcome: "sent" });
  scope.done();
});
