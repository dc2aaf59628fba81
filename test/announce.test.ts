import { describe, expect, test } from "vitest";
import { saveMalfunction } from "../src/store/malfunctions.ts";
import {
  budgetEvent,
  createAlerting,
  malfunctionEvent,
  openMalfunction,
  sendReally,
  START,
  type Alerting,
} from "./helpers/alerting.ts";
import { MINUTE_MS } from "./helpers/app.ts";
import { cleanUpAfterEach } from "./helpers/clean-up.ts";
import { startHttpServer } from "./helpers/http-server.ts";

const onEnd = cleanUpAfterEach();
const SECOND_MS = 1_000;
const HOUR_MS = 60 * MINUTE_MS;

async function alertingWith(text: string): Promise<Alerting> {
  const alerting = await createAlerting(text);
  onEnd(alerting.database.drop);
  return alerting;
}

const hook = (id: string, more = "") =>
  `  - { id: ${id}, kind: webhook, url: "http://127.0.0.1:1"${more} }\n`;
const OPS = `channels:\n${hook("ops")}`;

test("an event reaches a receiver as a message", async () => {
  const receiver = await startHttpServer((_request, response) => response.end());
  onEnd(receiver.close);
  const alerting = await alertingWith(
    `channels:\n  - { id: ops, kind: webhook, url: "${receiver.url}" }\n`,
  );
  const send = sendReally(alerting.clock);
  await alerting.tell(budgetEvent("burn", "web-1"));
  await alerting.run(send);
  expect(receiver.seen).toHaveLength(0);
  alerting.clock.pass(10 * SECOND_MS);
  await alerting.run(send);
  await alerting.run(send);
  const bodies = receiver.seen.map(({ body }) => JSON.parse(body.toString()));
  expect(bodies).toHaveLength(1);
  expect(bodies[0]).toMatchObject({
    id: "nines-message-1",
    thread: "nines-thread-1",
    status: "opened",
    topic: "burn",
  });
});

test("what happened before the first time is history", async () => {
  const alerting = await alertingWith(OPS);
  await alerting.database.db.query("delete from memo");
  await alerting.tell(budgetEvent("burn", "web-1"));
  await alerting.run();
  await alerting.after(HOUR_MS);
  expect(alerting.news()).toEqual([]);
  await alerting.tell(budgetEvent("burn", "web-2"));
  await alerting.after(HOUR_MS);
  expect(alerting.news()).toEqual(["ops opened"]);
});

describe("an outage", () => {
  test("is one message when it opens, one when it changes and one when it is over", async () => {
    const alerting = await alertingWith(OPS);
    const malfunction = await openMalfunction(alerting, ["acme"]);
    await alerting.tell(malfunctionEvent("malfunction", malfunction));
    await alerting.run();
    expect(alerting.news()).toEqual([]);
    await alerting.after(10 * SECOND_MS);
    expect(alerting.news()).toEqual(["ops opened"]);
    await alerting.tell(malfunctionEvent("malfunction-changed", malfunction));
    await alerting.after(SECOND_MS);
    expect(alerting.news()).toEqual([]);
    await alerting.after(MINUTE_MS);
    expect(alerting.news()).toEqual(["ops update"]);
    await alerting.tell(malfunctionEvent("malfunction-over", malfunction));
    await alerting.after(5 * MINUTE_MS);
    expect(alerting.news()).toEqual(["ops resolved"]);
    expect(new Set(alerting.sent.map(({ message }) => message.thread)).size).toBe(1);
    await alerting.tell(malfunctionEvent("malfunction-closed", malfunction, { state: "closed" }));
    await alerting.after(5 * MINUTE_MS);
    expect(alerting.news()).toEqual([]);
  });

  test("that is over before anybody was told is one message", async () => {
    const alerting = await alertingWith(OPS);
    const malfunction = await openMalfunction(alerting, ["acme"]);
    await alerting.tell(malfunctionEvent("malfunction", malfunction));
    await alerting.after(5 * SECOND_MS);
    await alerting.tell(malfunctionEvent("malfunction-over", malfunction));
    await alerting.after(5 * SECOND_MS);
    await alerting.after(HOUR_MS);
    expect(alerting.news()).toEqual(["ops resolved"]);
  });

  test("that begins again while its end waits goes on in the same thread", async () => {
    const alerting = await alertingWith(OPS);
    const malfunction = await openMalfunction(alerting, ["acme"]);
    await alerting.tell(malfunctionEvent("malfunction", malfunction));
    await alerting.after(10 * SECOND_MS);
    await alerting.tell(malfunctionEvent("malfunction-over", malfunction));
    await alerting.after(SECOND_MS);
    await alerting.tell(malfunctionEvent("malfunction-again", malfunction));
    await alerting.after(HOUR_MS);
    expect(alerting.news()).toEqual(["ops opened", "ops update"]);
    await alerting.tell(malfunctionEvent("malfunction-over", malfunction));
    await alerting.after(HOUR_MS);
    await alerting.tell(malfunctionEvent("malfunction-again", malfunction));
    await alerting.after(HOUR_MS);
    expect(alerting.news()).toEqual(["ops resolved", "ops opened"]);
    expect(new Set(alerting.sent.map(({ message }) => message.thread)).size).toBe(2);
  });

  test("is told when its level has risen so far that a route fits", async () => {
    const alerting = await alertingWith(
      `${OPS}routes: [{ channels: [ops], levels: [P1], delay: 0s, interval: 0s }]\n`,
    );
    const malfunction = await openMalfunction(alerting, ["acme"], { level: "P3" });
    await alerting.tell(malfunctionEvent("malfunction", malfunction));
    await alerting.after(SECOND_MS);
    expect(alerting.news()).toEqual([]);
    await alerting.tell(malfunctionEvent("malfunction-changed", { ...malfunction, level: "P1" }));
    await alerting.after(SECOND_MS);
    expect(alerting.news()).toEqual(["ops opened"]);
    await alerting.tell(malfunctionEvent("malfunction-changed", { ...malfunction, level: "P2" }));
    await alerting.after(SECOND_MS);
    await alerting.tell(malfunctionEvent("malfunction-over", malfunction));
    await alerting.after(SECOND_MS);
    expect(alerting.news()).toEqual(["ops update", "ops resolved"]);
  });

  test("that somebody acknowledges when it is restored opens nothing that would not end", async () => {
    const alerting = await alertingWith(OPS);
    const malfunction = await openMalfunction(alerting, ["acme"], { state: "restored" });
    const state = "restored";
    await alerting.tell(malfunctionEvent("malfunction-acknowledged", malfunction, { state }));
    await alerting.after(HOUR_MS);
    expect(alerting.news()).toEqual([]);
  });

  test("reaches the channels of the first route that fits product, region, account", async () => {
    const alerting = await alertingWith(`channels:
${["ecs", "rds", "beijing", "acme", "globex", "burns", "all"].map((id) => hook(id)).join("")}routes:
  - { channels: [ecs], products: [ecs] }
  - { channels: [rds], products: [rds] }
  - { channels: [beijing], regions: [cn-beijing] }
  - { channels: [acme], accounts: [acme] }
  - { channels: [globex], accounts: [globex] }
  - { channels: [burns], events: [burn, breach] }
  - { channels: [all] }
`);
    const malfunction = await openMalfunction(alerting, ["acme"]);
    await alerting.tell(malfunctionEvent("malfunction", malfunction));
    await alerting.after(HOUR_MS);
    expect(alerting.news().toSorted()).toEqual(["acme opened", "all opened", "ecs opened"]);
  });
});

describe("a route of some accounts", () => {
  const ROUTES = `channels:\n${hook("acme")}${hook("both")}routes:
  - { channels: [acme], accounts: [acme], delay: 0s, interval: 0s }
  - { channels: [both], accounts: [acme], delay: 0s, interval: 0s }
  - { channels: [both], accounts: [globex], delay: 0s, interval: 0s }
`;

  test("tells nothing of other accounts, whatever the malfunction struck", async () => {
    const alerting = await alertingWith(ROUTES);
    const malfunction = await openMalfunction(alerting, ["acme", "globex"], {
      title: "Globex told us by telephone",
      cause: "Globex",
    });
    const places = { accounts: ["acme", "globex"], regions: ["cn-hangzhou", "cn-beijing"] };
    const of = (kind: string) =>
      malfunctionEvent(kind, malfunction, { ...places, owner: "globex" });
    await alerting.tell(of("malfunction"));
    await alerting.after(SECOND_MS);
    await alerting.tell(of("malfunction-changed"));
    await alerting.after(SECOND_MS);
    await alerting.tell(of("malfunction-over"));
    await alerting.after(SECOND_MS);
    const toAcme = alerting.sent.filter(({ channel }) => channel === "acme");
    expect(toAcme.map(({ message }) => message.status)).toEqual(["opened", "update", "resolved"]);
    const text = JSON.stringify(toAcme);
    expect(text).not.toMatch(/globex|web-2|beijing/iu);
    expect(text).toMatch(/web-1/u);
    const toBoth = JSON.stringify(alerting.sent.filter(({ channel }) => channel === "both"));
    expect(toBoth).toMatch(/web-2/u);
  });

  test("that has become narrower tells nothing of others in a thread that was opened before", async () => {
    const route = (more: string) =>
      `channels:\n${hook("acme")}routes: [{ channels: [acme], delay: 0s, interval: 0s${more} }]\n`;
    const alerting = await alertingWith(route(""));
    const malfunction = await openMalfunction(alerting, ["acme", "globex"]);
    await alerting.tell(malfunctionEvent("malfunction", malfunction));
    await alerting.after(SECOND_MS);
    expect(JSON.stringify(alerting.sent)).toMatch(/web-2/u);
    alerting.reconfigure(route(", accounts: [acme]"));
    await alerting.tell(malfunctionEvent("malfunction-over", malfunction));
    await alerting.after(SECOND_MS);
    const last = alerting.sent.at(-1)?.message;
    expect(last?.status).toBe("resolved");
    expect(JSON.stringify(last)).not.toMatch(/web-2/u);
    expect(JSON.stringify(last)).toMatch(/web-1/u);
  });

  test("does not hear of a malfunction, a burn, a month or a maintenance of others", async () => {
    const alerting = await alertingWith(ROUTES);
    const malfunction = await openMalfunction(alerting, ["globex"]);
    const ofAll = await openMalfunction(alerting, [], { origin: "hand", title: "All" });
    const account = "globex";
    await alerting.tell(
      malfunctionEvent("malfunction", malfunction),
      malfunctionEvent("malfunction", ofAll),
      budgetEvent("burn", "web-2", { account }),
      { kind: "month-closed", month: "2026-09", account },
      { kind: "maintenance-planned", account, data: { exclusion: 1, scope: { all: true } } },
      { kind: "vantage-blind", data: { vantage: "a" } },
    );
    await alerting.after(HOUR_MS);
    expect(alerting.sent.filter(({ channel }) => channel === "acme")).toEqual([]);
    expect(alerting.news()).toHaveLength(4);
  });

  test("grows by another route of the same channel, in the same message", async () => {
    const alerting = await alertingWith(ROUTES);
    const closed = (account: string, subject: string) => ({
      kind: "month-closed",
      month: "2026-09",
      account,
      data: { revision: 1, verdicts: { [`standard ${subject}`]: "missed" } },
    });
    await alerting.tell(closed("acme", "web-1"), closed("globex", "web-2"));
    await alerting.after(SECOND_MS);
    expect(alerting.news().toSorted()).toEqual(["acme notice", "both notice"]);
    const text = (channel: string) =>
      JSON.stringify(alerting.sent.filter((one) => one.channel === channel));
    expect(text("acme")).not.toMatch(/globex|web-2/u);
    expect(text("both")).toMatch(/web-2/u);
  });
});

describe("several that belong together", () => {
  test("are one message with its members, and over when the last one is", async () => {
    const alerting = await alertingWith(OPS);
    await alerting.tell(
      budgetEvent("burn", "web-1"),
      budgetEvent("burn", "web-2"),
      budgetEvent("burn", "web-3"),
    );
    await alerting.after(10 * SECOND_MS);
    expect(alerting.news()).toEqual(["ops opened"]);
    expect(JSON.stringify(alerting.sent)).toMatch(/web-1.*web-2.*web-3/u);
    await alerting.tell(budgetEvent("burn-over", "web-2"), budgetEvent("breach", "web-1"));
    await alerting.after(MINUTE_MS);
    expect(alerting.news()).toEqual(["ops update"]);
    await alerting.tell(budgetEvent("burn-over", "web-3"));
    await alerting.after(MINUTE_MS);
    const burnsOn = { data: { from: "already-missed", to: "at-risk" } };
    await alerting.tell(budgetEvent("breach-over", "web-1", burnsOn));
    await alerting.after(MINUTE_MS);
    expect(alerting.news()).toEqual(["ops update", "ops update"]);
    await alerting.tell(budgetEvent("burn-over", "web-1"));
    await alerting.after(MINUTE_MS);
    await alerting.tell(budgetEvent("burn-over", "web-1"));
    await alerting.after(HOUR_MS);
    expect(alerting.news()).toEqual(["ops resolved"]);
  });

  test("are one notice of a month for fifty accounts", async () => {
    const alerting = await alertingWith(OPS);
    const closed = Array.from({ length: 50 }, (_, index) => ({
      kind: "month-closed",
      month: "2026-09",
      account: `account-${index}`,
    }));
    await alerting.tell(...closed);
    await alerting.after(10 * SECOND_MS);
    await alerting.tell({ kind: "credit-owed", month: "2026-09", account: "acme" });
    await alerting.after(HOUR_MS);
    expect(alerting.news()).toEqual(["ops notice", "ops notice"]);
  });

  test("are blind vantages, and a channel is told of others but not of itself", async () => {
    const alerting = await alertingWith(`channels:\n${hook("ops")}${hook("chat")}`);
    await alerting.tell(
      { kind: "vantage-blind", data: { vantage: "a" } },
      { kind: "vantage-blind", data: { vantage: "b" } },
      { kind: "channel-dead", data: { channel: "chat", detail: "status 404" } },
    );
    await alerting.after(10 * SECOND_MS);
    expect(alerting.news().toSorted()).toEqual(["chat opened", "ops opened", "ops opened"]);
    await alerting.tell(
      { kind: "vantage-sees", data: { vantage: "b" } },
      { kind: "channel-alive", data: { channel: "chat" } },
    );
    await alerting.after(MINUTE_MS);
    await alerting.tell({ kind: "vantage-sees", data: { vantage: "a" } });
    await alerting.after(MINUTE_MS);
    expect(alerting.news().toSorted()).toEqual([
      "chat resolved",
      "chat update",
      "ops resolved",
      "ops resolved",
      "ops update",
    ]);
  });
});

test("messages wait until the quiet hours are over, and a thing that is over by then is one", async () => {
  const alerting = await alertingWith(`channels:\n${hook("day")}routes:
  - { channels: [day], quietHours: { from: "09:00", until: "18:00" } }
`);
  await alerting.tell(budgetEvent("burn", "web-1"));
  const overnight = await openMalfunction(alerting, ["acme"]);
  await alerting.tell(malfunctionEvent("malfunction", overnight));
  await alerting.after(7 * HOUR_MS);
  await alerting.tell(budgetEvent("burn-over", "web-1"));
  await alerting.after(59 * MINUTE_MS);
  expect(alerting.news()).toEqual([]);
  await alerting.after(MINUTE_MS);
  expect(alerting.clock.nowMs()).toBe(START + 8 * HOUR_MS);
  expect(alerting.news().toSorted()).toEqual(["day opened", "day resolved"]);
});

describe("an outage that nobody acknowledges", () => {
  const ROUTES = `channels:\n${hook("ops")}${hook("boss")}routes:
  - { channels: [ops], delay: 0s, interval: 0s, escalate: { after: 15m, channels: [boss, ops] } }
`;

  test("is told further channels, once, and they hear of its end", async () => {
    const alerting = await alertingWith(ROUTES);
    const malfunction = await openMalfunction(alerting, ["acme"]);
    await alerting.tell(malfunctionEvent("malfunction", malfunction));
    await alerting.after(SECOND_MS);
    await alerting.after(14 * MINUTE_MS);
    expect(alerting.news()).toEqual(["ops opened"]);
    await alerting.after(MINUTE_MS);
    await alerting.after(HOUR_MS);
    expect(alerting.news().toSorted()).toEqual(["boss opened", "ops update"]);
    await alerting.tell(malfunctionEvent("malfunction-over", malfunction));
    await alerting.after(HOUR_MS);
    expect(alerting.news().toSorted()).toEqual(["boss resolved", "ops resolved"]);
  });

  test.each([
    { acknowledgedAtMs: START + 1, acknowledgedBy: "li" },
    { state: "restored" as const },
  ])("is not told them when it is %j", async (change) => {
    const alerting = await alertingWith(ROUTES);
    const malfunction = await openMalfunction(alerting, ["acme"]);
    await alerting.tell(malfunctionEvent("malfunction", malfunction));
    await alerting.after(SECOND_MS);
    await saveMalfunction(alerting.database.db, { ...malfunction, ...change });
    await alerting.after(HOUR_MS);
    expect(alerting.news()).toEqual(["ops opened"]);
  });
});
