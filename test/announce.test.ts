import { describe, expect, test } from "vitest";
import { readMalfunctions } from "../src/message-facts.ts";
import { listEvents } from "../src/store/events.ts";
import { saveMalfunction } from "../src/store/malfunctions.ts";
import {
  budgetEvent,
  createAlerting,
  hook,
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

const alertingWith = (text: string) => createAlerting(onEnd, text);
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
    expect(toAcme.map(({ message }) => message.status)).toEqual(["opened", "resolved"]);
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
    await alerting.tell(budgetEvent("burn-over", "web-2"));
    await alerting.after(MINUTE_MS);
    expect(alerting.news()).toEqual(["ops update"]);
    await alerting.tell(budgetEvent("burn-over", "web-3"));
    await alerting.after(MINUTE_MS);
    expect(alerting.news()).toEqual(["ops update"]);
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

describe("a burn and a breach", () => {
  const ROUTES = `${OPS}routes: [{ channels: [ops], delay: 0s, interval: 0s }]\n`;
  const titlesOf = (alerting: Alerting) =>
    alerting.sent
      .splice(0)
      .map(({ message }) => [message.topic, message.status, message.title].join(": "));

  test("are two threads, and neither says of a subject what is true of another", async () => {
    const alerting = await alertingWith(ROUTES);
    await alerting.tell(budgetEvent("breach", "web-1"));
    await alerting.after(SECOND_MS);
    await alerting.tell(budgetEvent("burn", "web-2"));
    await alerting.after(SECOND_MS);
    expect(alerting.sent.map(({ message }) => message.severity)).toEqual(["critical", "warning"]);
    expect(titlesOf(alerting)).toEqual([
      "breach: opened: web-1 (ecs) has missed its objective for 2026-10",
      "burn: opened: web-2 (ecs) uses up its error budget too fast",
    ]);
  });

  test("follow one another: what is missed burns no more, and may burn again after that", async () => {
    const alerting = await alertingWith(ROUTES);
    const tellAndRun = async (kind: string, data: { from: string; to: string }) => {
      await alerting.tell(budgetEvent(kind, "web-1", { data }));
      await alerting.after(SECOND_MS);
      return titlesOf(alerting).toSorted();
    };
    await tellAndRun("burn", { from: "on-track", to: "at-risk" });
    expect(await tellAndRun("breach", { from: "at-risk", to: "already-missed" })).toEqual([
      "breach: opened: web-1 (ecs) has missed its objective for 2026-10",
      "burn: resolved: web-1 (ecs) is no longer at risk: it has missed its objective for 2026-10",
    ]);
    expect(await tellAndRun("breach-over", { from: "already-missed", to: "at-risk" })).toEqual([
      "breach: resolved: web-1 (ecs) can meet its objective for 2026-10 again",
      "burn: opened: web-1 (ecs) uses up its error budget too fast",
    ]);
    expect(await tellAndRun("burn-over", { from: "at-risk", to: "on-track" })).toEqual([
      "burn: resolved: web-1 (ecs) no longer uses up its error budget too fast",
    ]);
  });

  test("end where they were told, though the target has moved meanwhile", async () => {
    const alerting = await alertingWith(ROUTES);
    await alerting.tell(budgetEvent("burn", "web-1"));
    await alerting.after(SECOND_MS);
    await alerting.tell(budgetEvent("burn-over", "web-1", { region: "cn-beijing" }));
    await alerting.after(SECOND_MS);
    expect(alerting.news()).toEqual(["ops opened", "ops resolved"]);
    expect(new Set(alerting.sent.map(({ message }) => message.thread)).size).toBe(1);
  });

  test("that end while their channel is not configured are over when it is back", async () => {
    const alerting = await alertingWith(ROUTES);
    await alerting.tell(budgetEvent("burn", "web-1"));
    await alerting.after(SECOND_MS);
    alerting.reconfigure(`channels:\n${hook("other")}`);
    await alerting.tell(budgetEvent("burn-over", "web-1"));
    await alerting.run();
    await alerting.after(HOUR_MS);
    alerting.reconfigure(ROUTES);
    await alerting.tell(budgetEvent("burn", "web-2"));
    await alerting.after(SECOND_MS);
    await alerting.tell(budgetEvent("burn-over", "web-2"));
    await alerting.after(SECOND_MS);
    expect(alerting.news()).toEqual(["ops opened", "ops opened", "ops resolved"]);
  });
});

test("an update by a route of a level tells of no more accounts than the message that opened", async () => {
  const alerting = await alertingWith(`channels:\n${hook("ops")}routes:
  - { channels: [ops], levels: [P1], delay: 0s, interval: 0s }
  - { channels: [ops], accounts: [acme], levels: [P3], delay: 0s, interval: 0s }
`);
  const malfunction = await openMalfunction(alerting, ["acme", "globex"], { level: "P3" });
  const change = (level: "P1" | "P3" | "P4", from: string) =>
    malfunctionEvent("malfunction-changed", { ...malfunction, level }, { from, to: level });
  await alerting.tell(malfunctionEvent("malfunction", malfunction));
  await alerting.after(SECOND_MS);
  await alerting.tell(change("P3", "P4"));
  await alerting.after(SECOND_MS);
  await alerting.tell(change("P4", "P3"));
  await alerting.after(SECOND_MS);
  expect(alerting.news()).toEqual(["ops opened", "ops update", "ops update"]);
  expect(JSON.stringify(alerting.sent)).not.toMatch(/globex|web-2/u);
  await alerting.tell(change("P1", "P4"));
  await alerting.after(SECOND_MS);
  expect(JSON.stringify(alerting.sent)).toMatch(/web-2/u);
});

describe("a level that rises", () => {
  const ROUTES = `channels:\n${hook("ops")}${hook("boss")}routes:
  - { channels: [ops], levels: [P3], quietHours: { from: "09:00", until: "18:00" }, delay: 1h }
  - { channels: [ops], levels: [P1], delay: 0s, interval: 0s, escalate: { after: 15m, channels: [boss] } }
`;

  test("waits neither for the quiet hours nor for the delay of the level before", async () => {
    const alerting = await alertingWith(ROUTES);
    const malfunction = await openMalfunction(alerting, ["acme"], { level: "P3" });
    await alerting.tell(malfunctionEvent("malfunction", malfunction));
    await alerting.after(MINUTE_MS);
    expect(alerting.news()).toEqual([]);
    await alerting.tell(malfunctionEvent("malfunction-changed", { ...malfunction, level: "P1" }));
    await alerting.run();
    expect(alerting.news()).toEqual(["ops opened"]);
  });

  test("is told by the route of its level once the message that opened has gone", async () => {
    const alerting = await alertingWith(ROUTES);
    const malfunction = await openMalfunction(alerting, ["acme"], { level: "P1" });
    await alerting.tell(malfunctionEvent("malfunction", malfunction));
    await alerting.run();
    await alerting.tell(malfunctionEvent("malfunction-changed", { ...malfunction, level: "P3" }));
    await alerting.run();
    expect(alerting.news()).toEqual(["ops opened"]);
    await alerting.tell(malfunctionEvent("malfunction-changed", { ...malfunction, level: "P1" }));
    await alerting.run();
    expect(alerting.news()).toEqual(["ops update"]);
  });

  test("is escalated, though the level before was not", async () => {
    const alerting = await alertingWith(ROUTES);
    const malfunction = await openMalfunction(alerting, ["acme"], { level: "P3" });
    await alerting.tell(malfunctionEvent("malfunction", malfunction));
    await alerting.after(MINUTE_MS);
    await alerting.tell(malfunctionEvent("malfunction-changed", { ...malfunction, level: "P1" }));
    await alerting.run();
    await alerting.after(15 * MINUTE_MS);
    expect(alerting.news()).toEqual(["ops opened", "boss opened"]);
  });
});

test("who is told by escalation is told of all that it was escalated for", async () => {
  const alerting = await alertingWith(`channels:\n${hook("ops")}${hook("boss")}routes:
  - { channels: [boss], accounts: [acme], delay: 0s, interval: 0s }
  - { channels: [ops], delay: 0s, interval: 0s, escalate: { after: 15m, channels: [boss] } }
`);
  const malfunction = await openMalfunction(alerting, ["acme", "globex"]);
  await alerting.tell(malfunctionEvent("malfunction", malfunction));
  await alerting.after(SECOND_MS);
  const toBoss = () => JSON.stringify(alerting.sent.filter(({ channel }) => channel === "boss"));
  expect(toBoss()).not.toMatch(/web-2/u);
  await alerting.after(15 * MINUTE_MS);
  expect(toBoss()).toMatch(/web-2/u);
});

test("a route of some accounts hears when theirs failed, and of nothing that others add", async () => {
  const alerting = await alertingWith(`channels:\n${hook("ops")}${hook("acme")}routes:
  - { channels: [ops], delay: 0s, interval: 0s }
  - { channels: [acme], accounts: [acme], delay: 0s, interval: 0s }
`);
  const { db } = alerting.database;
  const malfunction = await openMalfunction(alerting, ["acme", "globex"]);
  const at = (minutes: number) => new Date(START + minutes * MINUTE_MS).toISOString();
  const setOf = (account: string, changes: string) =>
    db.query(`update malfunction_outage set ${changes} where account = '${account}'`);
  await setOf("acme", `from_at = '${at(-2)}'`);
  await setOf("globex", `from_at = '${at(-20)}'`);
  await saveMalfunction(db, { ...malfunction, beganAtMs: START - 20 * MINUTE_MS });
  const joined = malfunctionEvent("malfunction-changed", malfunction, { from: "P2", to: "P2" });
  await alerting.tell(malfunctionEvent("malfunction", malfunction));
  await alerting.after(SECOND_MS);
  await alerting.tell(joined);
  await alerting.after(SECOND_MS);
  expect(alerting.news().toSorted()).toEqual(["acme opened", "ops opened", "ops update"]);
  await setOf("acme", `until_at = '${at(3)}'`);
  await setOf("globex", `until_at = '${at(9)}'`);
  await saveMalfunction(db, {
    ...malfunction,
    beganAtMs: START - 20 * MINUTE_MS,
    state: "restored",
    restoredAtMs: START + 9 * MINUTE_MS,
  });
  await alerting.tell(malfunctionEvent("malfunction-over", malfunction));
  await alerting.after(10 * MINUTE_MS);
  const times = (channel: string) => {
    const last = alerting.sent.findLast((one) => one.channel === channel)?.message;
    return [last?.since, last?.until];
  };
  expect(times("acme")).toEqual([at(-2), at(3)]);
  expect(times("ops")).toEqual([at(-20), at(9)]);
});

test("two hundred malfunctions are read by a few statements", async () => {
  const alerting = await alertingWith(OPS);
  for (let index = 0; index < 200; index += 1) {
    const malfunction = await openMalfunction(alerting, []);
    await alerting.tell(malfunctionEvent("malfunction", malfunction));
  }
  const events = await listEvents(alerting.database.db, { after: 0, limit: 1000 });
  let statements = 0;
  const { db } = alerting.database;
  const query = (...given: Parameters<typeof db.query>) => {
    statements += 1;
    return db.query(...given);
  };
  const found = await readMalfunctions({ query } as unknown as typeof db, events);
  expect(found.size).toBe(200);
  expect(statements).toBe(2);
});
