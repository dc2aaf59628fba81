import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { announce } from "../src/announce.ts";
import { deliver, type DeliverDeps } from "../src/deliver.ts";
import { takeDueMessages } from "../src/due-messages.ts";
import type { Sent } from "../src/notify/channel.ts";
import { limitOf } from "../src/notify/index.ts";
import { listDeadChannels, saveChannelState } from "../src/store/channels.ts";
import { deleteMessagesBefore } from "../src/store/messages.ts";
import { createIdCache } from "../src/store/prepare-rounds.ts";
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
import { fillRounds, MINUTE_MS } from "./helpers/app.ts";
import { cleanUpAfterEach } from "./helpers/clean-up.ts";
import { startHttpServer } from "./helpers/http-server.ts";

const onEnd = cleanUpAfterEach();
const SECOND_MS = 1_000;
const HOUR_MS = 60 * MINUTE_MS;

const alertingWith = (text: string) => createAlerting(onEnd, text);
const SOON = "delay: 0s, interval: 0s";
const OPS = `channels:\n${hook("ops")}routes: [{ channels: [ops], ${SOON} }]\n`;

async function statesOf({ database }: Alerting) {
  const { rows } = await database.db.query<{ text: string }>(
    `select concat_ws(' ', channel, status, state) as text from message order by id`,
  );
  return rows.map(({ text }) => text);
}

async function deliveriesOf({ database }: Alerting) {
  const { rows } = await database.db.query<{ text: string }>(
    `select concat_ws(' ', message, attempt, channel, outcome, detail) as text
     from delivery order by at, message, attempt`,
  );
  return rows.map(({ text }) => text);
}

const OK: Sent = { outcome: "sent", reference: null, detail: "status 200" };
const BUSY: Sent = { outcome: "temporary", detail: "status 503", retryAfterMs: null };
const GONE: Sent = { outcome: "permanent", detail: "status 404" };

/** Answers as the channel's list says, the last answer for ever; remembers what it was given. */
function sender(answers: Readonly<Record<string, readonly Sent[]>>) {
  const seen: { channel: string; id: string; body: string; reference: string | null }[] = [];
  const send: DeliverDeps["send"] = async ({ id: channel }, { message, reference }) => {
    const before = seen.filter((one) => one.channel === channel).length;
    seen.push({ channel, id: message.id, body: JSON.stringify(message), reference });
    const list = answers[channel] ?? [OK];
    return list[Math.min(before, list.length - 1)] ?? OK;
  };
  return { send, seen };
}

describe("a temporary failure", () => {
  test("is tried again with the same body, later and later, and later still when asked", async () => {
    const alerting = await alertingWith(OPS);
    const asked: Sent = { ...BUSY, retryAfterMs: 40 * SECOND_MS };
    const { send, seen } = sender({ ops: [BUSY, asked, OK] });
    await alerting.tell(budgetEvent("burn", "web-1"));
    await alerting.run(send);
    await alerting.run(send);
    expect(seen).toHaveLength(1);
    alerting.clock.pass(5 * SECOND_MS);
    // What happens meanwhile does not change what is sent.
    await alerting.tell(budgetEvent("burn", "web-2"));
    await alerting.run(send);
    expect(seen).toHaveLength(2);
    alerting.clock.pass(39 * SECOND_MS);
    await alerting.run(send);
    expect(seen).toHaveLength(2);
    alerting.clock.pass(SECOND_MS);
    await alerting.run(send);
    expect(seen.map(({ id }) => id)).toEqual([
      ...Array.from({ length: 3 }, () => "nines-message-1"),
      "nines-message-2",
    ]);
    expect(new Set(seen.slice(0, 3).map(({ body }) => body)).size).toBe(1);
    expect(await statesOf(alerting)).toEqual(["ops opened sent", "ops update sent"]);
    expect(await deliveriesOf(alerting)).toEqual([
      "1 1 ops temporary status 503",
      "1 2 ops temporary status 503",
      "1 3 ops sent status 200",
      "2 1 ops sent status 200",
    ]);
  });

  test("is given up after a day, and what follows in the thread is told then", async () => {
    const alerting = await alertingWith(OPS);
    const { send, seen } = sender({ ops: [BUSY] });
    await alerting.tell(budgetEvent("burn", "web-1"));
    await alerting.run(send);
    await alerting.tell(budgetEvent("burn-over", "web-1"));
    for (let hour = 0; hour < 24; hour += 1) {
      alerting.clock.pass(HOUR_MS);
      await alerting.run(send);
    }
    expect(seen.at(-1)?.id).toBe("nines-message-2");
    expect((await statesOf(alerting)).slice(0, 2)).toEqual([
      "ops opened failed",
      "ops resolved waiting",
    ]);
  });

  test("of a receiver that stalls ends with the lease, and the message is tried again", async () => {
    const alerting = await alertingWith(OPS);
    await alerting.tell(budgetEvent("burn", "web-1"));
    const { deps } = alerting;
    const stalls = new AbortController();
    onEnd(() => stalls.abort());
    const send = () => pause(60_000, OK, { signal: stalls.signal }).catch(() => OK);
    await alerting.run(() => Promise.resolve(BUSY));
    alerting.clock.pass(5 * SECOND_MS);
    const done = await deliver({ ...deps(), send, leaseMs: 60 }, 1);
    expect(done).toMatchObject({ outcome: "temporary", detail: "no answer within 50 ms" });
  });
});

test("a message is sent by one at a time, and again with the same body after a lost one's lease", async () => {
  const alerting = await alertingWith(OPS);
  const { deps, clock } = alerting;
  await alerting.tell(budgetEvent("burn", "web-1"));
  const bodies: string[] = [];
  let isLost = true;
  const send: DeliverDeps["send"] = (_settings, { message }) => {
    bodies.push(JSON.stringify(message));
    return isLost ? new Promise(() => {}) : Promise.resolve(OK);
  };
  // The database is gone before what became of it is written down: as if the process were killed.
  const lost = alerting.run((settings, outgoing) => {
    void send(settings, outgoing);
    throw new Error("killed");
  });
  await expect(lost).rejects.toThrow("killed");
  isLost = false;
  expect(await deliver({ ...deps(), send }, 1)).toBeNull();
  clock.pass(29 * SECOND_MS);
  expect(await deliver({ ...deps(), send }, 1)).toBeNull();
  clock.pass(SECOND_MS);
  const both = await Promise.all([
    deliver({ ...deps(), send }, 1),
    deliver({ ...deps(), send }, 1),
  ]);
  expect(both.filter((one) => one !== null)).toMatchObject([{ outcome: "sent", attempts: 2 }]);
  expect(bodies).toHaveLength(2);
  expect(new Set(bodies).size).toBe(1);
});

test("a message whose text cannot be made does not hold up those after it", async () => {
  const alerting = await alertingWith(OPS);
  const { deps, tell } = alerting;
  await tell({ kind: "month-closed", month: "2026-09", account: "acme" });
  await announce(deps());
  // Half of a character, which JSON cannot say.
  const config = { ...deps().config(), publicUrl: "http://\ud800" };
  const { send, seen } = sender({});
  await deliver({ ...deps(), config: () => config, send }, 1);
  expect(seen).toEqual([]);
  expect(await statesOf(alerting)).toEqual(["ops notice failed"]);
  expect(await deliveriesOf(alerting)).toEqual(["1 1 ops permanent its text could not be made"]);
  expect(await listDeadChannels(alerting.database.db)).toEqual([]);
  await tell({ kind: "month-closed", month: "2026-09", account: "globex" });
  await alerting.run();
  expect(alerting.news()).toEqual(["ops notice"]);
});

test("a message that began again is told after the end before it", async () => {
  const alerting = await alertingWith(OPS);
  const asked: Sent = { ...BUSY, retryAfterMs: 10 * MINUTE_MS };
  const { send, seen } = sender({ ops: [OK, asked, OK] });
  await alerting.tell(budgetEvent("burn", "web-1"));
  await alerting.run(send);
  await alerting.tell(budgetEvent("burn-over", "web-1"));
  await alerting.run(send);
  await alerting.tell(budgetEvent("burn", "web-1"));
  await alerting.run(send);
  alerting.clock.pass(10 * MINUTE_MS);
  await alerting.run(send);
  expect(seen.slice(2).map(({ body }) => JSON.parse(body).status)).toEqual(["resolved", "opened"]);
});

test("a message whose kept text is damaged does not hold up those after it", async () => {
  const alerting = await alertingWith(OPS);
  const { send } = sender({ ops: [BUSY] });
  await alerting.tell(budgetEvent("burn", "web-1"));
  await alerting.run(send);
  await alerting.database.db.query("update message set body = 'no message'");
  await alerting.tell(budgetEvent("burn-over", "web-1"));
  await alerting.after(MINUTE_MS);
  expect(alerting.news()).toEqual(["ops resolved"]);
  expect((await statesOf(alerting))[0]).toBe("ops opened failed");
});

test("what follows waits for a message that went on three times, into another thread", async () => {
  const alerting = await alertingWith(OPS);
  const { db } = alerting.database;
  await alerting.tell(budgetEvent("burn", "web-1"), budgetEvent("burn", "x", { region: "other" }));
  await announce(alerting.deps());
  await alerting.tell(budgetEvent("burn-over", "web-1"));
  await db.query("update message set state = 'failed', merged_into = 2, attempts = 1 where id = 1");
  await announce(alerting.deps());
  // From 1 by 2, 4 and 5 to 6; 3 is the end of 1.
  await db.query(
    `insert into message (thread, channel, state, status, events, created_at, due_at)
     select thread, channel, 'failed', 'digest', events, created_at, due_at
     from message, generate_series(1, 3) where id = 2`,
  );
  await db.query(
    `update message set state = 'failed', merged_into = case id when 2 then 4 else id + 1 end
     where id in (2, 4, 5)`,
  );
  await db.query(
    "update message set state = 'waiting', due_at = due_at + interval '1 h' where id = 6",
  );
  await alerting.run();
  expect(alerting.news()).toEqual([]);
  await alerting.after(HOUR_MS);
  expect(alerting.news()).toEqual(["ops digest", "ops resolved"]);
});

test("a clock that is set back holds up no message, no retry and no minute's count", async () => {
  const alerting = await alertingWith(
    `channels:\n${hook("ops")}  - { id: robot, kind: dingtalk, url: "http://127.0.0.1:1" }\nroutes: [{ channels: [ops, robot], ${SOON} }]\n`,
  );
  const { send, seen } = sender({ ops: [BUSY, OK] });
  for (let index = 0; index < 20; index += 1) {
    await alerting.tell(budgetEvent("burn", "web-1", { region: `region-${index}` }));
    await alerting.run(send);
  }
  await alerting.tell(budgetEvent("burn", "web-1", { region: "late" }));
  await announce(alerting.deps());
  await alerting.database.db.query(
    "update message set leased_until = due_at + interval '30 s' where channel = 'ops' and state = 'waiting'",
  );
  const before = seen.length;
  alerting.clock.turn(START - 3 * HOUR_MS);
  await alerting.run(send);
  expect((await statesOf(alerting)).filter((state) => /waiting/u.test(state))).toEqual([]);
  expect(seen.slice(before).map(({ channel }) => channel)).toContain("robot");
});

test("what a mail server says late is heard", async () => {
  const alerting = await alertingWith(`channels:
  - { id: mail, kind: email, server: "127.0.0.1:1", from: a@example.com, to: [b@example.com] }
routes: [{ channels: [mail], ${SOON} }]
`);
  const { db } = alerting.database;
  await alerting.tell(budgetEvent("burn", "web-1"));
  let leasedMs = 0;
  await alerting.run(async () => {
    const { rows } = await db.query<{ at: number }>("select leased_until as at from message");
    leasedMs = rows[0]!.at - START;
    return OK;
  });
  expect(leasedMs).toBe(90 * SECOND_MS);
});

test("a letter is for whom it tells of, not for all whom its route may tell of", async () => {
  const alerting = await alertingWith(`channels: [{ id: desk, kind: inbox }]
routes:
  - { channels: [desk], accounts: [acme, globex], ${SOON} }
`);
  const told: unknown[] = [];
  const send: DeliverDeps["send"] = async (_settings, { accounts }) => {
    told.push(accounts);
    return OK;
  };
  const both = await openMalfunction(alerting, ["acme", "globex"]);
  await alerting.tell(
    budgetEvent("burn", "web-1"),
    budgetEvent("burn", "web-2", { account: "globex" }),
    malfunctionEvent("malfunction", both, { accounts: ["acme", "globex"] }),
  );
  await alerting.run(send);
  expect(told).toHaveLength(3);
  expect(told).toEqual(expect.arrayContaining([["acme"], ["globex"], ["acme", "globex"]]));
});

test("what a channel of another kind called the thread is not said to it", async () => {
  const alerting = await alertingWith(OPS);
  const { send, seen } = sender({ ops: [{ ...OK, reference: '{"alertname":"x"}' }, OK] });
  await alerting.tell(budgetEvent("burn", "web-1"));
  await alerting.run(send);
  alerting.reconfigure(`channels:
  - { id: ops, kind: email, server: "127.0.0.1:1", from: a@example.com, to: [b@example.com] }
routes: [{ channels: [ops], ${SOON} }]
`);
  await alerting.tell(budgetEvent("burn-over", "web-1"));
  await alerting.run(send);
  expect(seen.map(({ reference }) => reference)).toEqual([null, null]);
});

test("an answer in the channel's own thread is given to the messages that follow", async () => {
  const alerting = await alertingWith(OPS);
  const { send, seen } = sender({ ops: [{ ...OK, reference: "ts-17" }, OK] });
  await alerting.tell(budgetEvent("burn", "web-1"));
  await alerting.run(send);
  await alerting.tell(budgetEvent("burn-over", "web-1"));
  await alerting.run(send);
  expect(seen.map(({ reference }) => reference)).toEqual([null, "ts-17"]);
});

describe("a channel that is dead", () => {
  const TWO = `channels:\n${hook("ops", ", fallback: mail")}${hook("mail")}routes: [{ channels: [ops], ${SOON} }]\n`;

  test("hands its messages to its fallback, which is told, each read once", async () => {
    const alerting = await alertingWith(TWO);
    const { send, seen } = sender({ ops: [GONE, BUSY, OK] });
    await alerting.tell(budgetEvent("burn", "web-1"));
    await alerting.run(send);
    await alerting.run(send);
    expect(seen.map(({ channel, id }) => `${channel} ${id}`)).toEqual([
      "ops nines-message-1",
      "mail nines-message-2",
      "mail nines-message-3",
    ]);
    expect(await listDeadChannels(alerting.database.db)).toEqual(["ops"]);
    // The dead one is asked first, once for each message.
    await alerting.tell(budgetEvent("burn", "web-2"));
    await alerting.run(send);
    expect(seen.slice(3).map(({ channel }) => channel)).toEqual(["ops", "mail"]);
    alerting.clock.pass(MINUTE_MS);
    await alerting.tell(budgetEvent("burn-over", "web-2"));
    await alerting.run(send);
    await alerting.run(send);
    expect(seen.slice(5).map(({ channel }) => channel)).toEqual(["ops", "mail"]);
    expect(JSON.parse(seen.at(-1)?.body ?? "")).toMatchObject({
      topic: "channel",
      status: "resolved",
    });
    expect(await listDeadChannels(alerting.database.db)).toEqual([]);
    expect((await statesOf(alerting)).filter((state) => /waiting/u.test(state))).toEqual([]);
  });

  test("goes on in the thread: what happens before its fallback has told the begin is told after", async () => {
    const alerting = await alertingWith(TWO);
    const { send, seen } = sender({ ops: [GONE] });
    await alerting.tell(budgetEvent("burn", "web-1"));
    const { db } = alerting.database;
    await announce(alerting.deps());
    await deliver({ ...alerting.deps(), send }, 1);
    await alerting.tell(budgetEvent("burn-over", "web-1"));
    await alerting.run(send);
    await alerting.run(send);
    const { rows } = await db.query<{ events: number[]; channel: string; status: string }>(
      "select events, channel, status from message where state = 'sent' and thread = 1 order by id",
    );
    expect(rows).toEqual([
      { events: [1], channel: "mail", status: "opened" },
      { events: [3], channel: "mail", status: "resolved" },
    ]);
    expect(seen.filter(({ channel }) => channel === "ops")).toHaveLength(2);
  });

  test("is dead by failing on, not by a short absence, and is told of once on the others", async () => {
    const alerting = await alertingWith(`channels:\n${hook("ops")}${hook("mail")}routes:
  - { channels: [ops], ${SOON}, events: [burn] }
  - { channels: [mail], ${SOON}, events: [channel] }
`);
    const { send, seen } = sender({ ops: [BUSY] });
    const mailed = () => seen.filter(({ channel }) => channel === "mail").length;
    await alerting.tell(budgetEvent("burn", "web-1"));
    await alerting.run(send);
    for (const seconds of [5, 15]) {
      alerting.clock.pass(seconds * SECOND_MS);
      await alerting.run(send);
      await alerting.run(send);
    }
    expect(mailed()).toBe(0);
    for (let turn = 0; turn < 5; turn += 1) {
      alerting.clock.pass(5 * MINUTE_MS);
      await alerting.run(send);
      await alerting.run(send);
    }
    expect(mailed()).toBe(1);
    expect(seen.filter(({ channel }) => channel === "ops").length).toBeGreaterThan(6);
  });

  test("whose fallback is dead too loses nothing: it is tried there for a day", async () => {
    const alerting = await alertingWith(TWO);
    const { send, seen } = sender({ ops: [GONE], mail: [BUSY, BUSY, OK] });
    await alerting.tell(budgetEvent("burn", "web-1"));
    await alerting.run(send);
    alerting.clock.pass(MINUTE_MS);
    await alerting.run(send);
    const burns = seen.filter(({ channel, body }) => channel === "mail" && /"burn"/u.test(body));
    expect(burns.at(-1)?.id).toBe("nines-message-2");
    expect((await statesOf(alerting)).slice(0, 2)).toEqual([
      "ops opened failed",
      "mail opened sent",
    ]);
  });

  test("gets a message back that its fallback refuses, and keeps it for the rest of the day", async () => {
    const alerting = await alertingWith(TWO);
    const { send, seen } = sender({
      ops: [...Array.from({ length: 8 }, () => BUSY), OK],
      mail: [GONE],
    });
    await alerting.tell(budgetEvent("burn", "web-1"));
    for (let turn = 0; turn < 12; turn += 1) {
      await alerting.run(send);
      alerting.clock.pass(5 * MINUTE_MS);
    }
    const burns = seen.filter(({ body }) => /"burn"/u.test(body));
    expect(burns.filter(({ channel }) => channel === "mail")).toHaveLength(1);
    expect(burns.at(-1)).toMatchObject({ channel: "ops", id: "nines-message-1" });
    const states = await statesOf(alerting);
    expect(states.slice(0, 2)).toEqual(["ops opened sent", "mail opened failed"]);
  });

  test("gets a message back whose fallback is no longer configured", async () => {
    const alerting = await alertingWith(TWO);
    const { send, seen } = sender({ ops: [GONE, OK], mail: [BUSY] });
    await alerting.tell(budgetEvent("burn", "web-1"));
    await alerting.run(send);
    alerting.reconfigure(`channels:\n${hook("ops")}routes: [{ channels: [ops], ${SOON} }]\n`);
    await alerting.run(send);
    expect(seen.filter(({ channel }) => channel === "ops")).toHaveLength(1);
    alerting.clock.pass(HOUR_MS);
    await alerting.run(send);
    expect((await statesOf(alerting))[0]).toBe("ops opened sent");
  });

  test("and works again tells the end, and so does its fallback that told the begin", async () => {
    const alerting = await alertingWith(TWO);
    const { send, seen } = sender({ ops: [GONE, OK] });
    await alerting.tell(budgetEvent("burn", "web-1"));
    await alerting.run(send);
    await alerting.tell(budgetEvent("burn-over", "web-1"));
    await alerting.run(send);
    const ofBurn = seen
      .map(({ channel, body }) => ({ channel, ...JSON.parse(body) }))
      .filter(({ topic }) => topic === "burn")
      .map(({ channel, status, thread }) => `${channel} ${status} ${thread}`);
    expect(ofBurn).toEqual([
      "ops opened nines-thread-1",
      "mail opened nines-thread-1",
      "ops resolved nines-thread-1",
      "mail resolved nines-thread-1",
    ]);
  });

  test("when the end comes is told it once it works again, having told the begin", async () => {
    const alerting = await alertingWith(TWO);
    const { send, seen } = sender({ ops: [OK, GONE, BUSY, OK] });
    await alerting.tell(budgetEvent("burn", "web-1"));
    await alerting.run(send);
    await alerting.tell(budgetEvent("burn-over", "web-1"));
    await alerting.run(send);
    alerting.clock.pass(MINUTE_MS);
    await alerting.run(send);
    const ends = seen.filter(({ body }) => /"burn".*"resolved"|"resolved".*"burn"/u.test(body));
    expect(ends.map(({ channel }) => channel)).toEqual(["ops", "mail", "ops", "ops"]);
    expect((await statesOf(alerting)).filter((state) => /waiting/u.test(state))).toEqual([]);
  });

  test("is not so by one message that is refused: its fallback takes that one", async () => {
    const alerting = await alertingWith(TWO);
    const TOO_LONG: Sent = { outcome: "permanent", detail: "status 413" };
    const { send, seen } = sender({ ops: [TOO_LONG, OK] });
    const dead = () => listDeadChannels(alerting.database.db);
    const burn = async (region: string) => {
      await alerting.tell(budgetEvent("burn", "web-1", { region }));
      await alerting.run(send);
      return seen.map(({ channel }) => channel).join(" ");
    };
    expect(await burn("one")).toBe("ops mail");
    expect(await burn("two")).toBe("ops mail ops");
    expect(await dead()).toEqual([]);
    const all = sender({ ops: [TOO_LONG] });
    for (const region of ["three", "four"]) {
      await alerting.tell(budgetEvent("burn", "web-1", { region }));
      await alerting.run(all.send);
    }
    expect(await dead()).toEqual(["ops"]);
  });

  test("that is no longer configured has its messages failed for that, but not at once", async () => {
    const alerting = await alertingWith(`channels:\n${hook("ops")}routes: [{ channels: [ops] }]\n`);
    await alerting.tell(budgetEvent("burn", "web-1"));
    await alerting.run();
    alerting.reconfigure("");
    // Another process may know it already.
    await alerting.after(5 * MINUTE_MS);
    expect(await statesOf(alerting)).toEqual(["ops opened waiting"]);
    await alerting.after(HOUR_MS);
    expect(await statesOf(alerting)).toEqual(["ops opened failed"]);
    expect(await deliveriesOf(alerting)).toEqual([
      "1 1 ops permanent the channel is no longer configured",
    ]);
  });
});

describe("more than a channel takes in a minute", () => {
  const ROBOT = `channels:
  - { id: robot, kind: dingtalk, url: "http://127.0.0.1:1" }
routes: [{ channels: [robot], ${SOON} }]
`;
  const LIMIT = limitOf({ id: "robot", kind: "dingtalk", url: "http://127.0.0.1:1" }) ?? 0;

  test("goes into one digest, and what is critical goes by itself", async () => {
    const alerting = await alertingWith(ROBOT);
    const { send, seen } = sender({});
    const burns = Array.from({ length: 60 }, (_, index) =>
      budgetEvent("burn", `db-${index}`, { region: `region-${index}` }),
    );
    await alerting.tell(...burns);
    const malfunction = await openMalfunction(alerting, ["acme"], { level: "P1" });
    await alerting.tell(malfunctionEvent("malfunction", malfunction));
    await alerting.run(send);
    const statuses = seen.map(({ body }) => JSON.parse(body).status as string);
    expect(LIMIT).toBe(20);
    expect(statuses.toSorted()).toEqual(["digest", "opened"]);
    const states = await statesOf(alerting);
    expect(states.filter((state) => state === "robot opened merged")).toHaveLength(60);
    // What comes later in the minute has the room that is left.
    for (let index = 0; index < 30; index += 1) {
      await alerting.tell(budgetEvent("burn", "x", { region: `other-${index}` }));
      await alerting.run(send);
    }
    expect(seen).toHaveLength(LIMIT);
    alerting.clock.pass(MINUTE_MS + 1);
    await alerting.run(send);
    expect((await statesOf(alerting)).filter((state) => /waiting/u.test(state))).toEqual([]);
    expect(seen.length).toBeLessThanOrEqual(2 * LIMIT);
  });

  test("is more by another try, too", async () => {
    const alerting = await alertingWith(ROBOT);
    const { send, seen } = sender({ robot: [BUSY] });
    for (let index = 0; index < LIMIT; index += 1) {
      await alerting.tell(budgetEvent("burn", "x", { region: `region-${index}` }));
      await alerting.run(send);
    }
    alerting.clock.pass(5 * SECOND_MS);
    await alerting.run(send);
    expect(seen).toHaveLength(LIMIT);
  });
});

describe("a receiver that stalls", () => {
  const due = async (alerting: Alerting) => {
    await announce(alerting.deps());
    const { due: found } = await takeDueMessages({ ...alerting.deps(), limitOf });
    const { rows } = await alerting.database.db.query<{ id: number; channel: string }>(
      "select id, channel from message",
    );
    return found.map(({ id }) => rows.find((row) => row.id === id)?.channel);
  };
  const burns = (region: string, count: number) =>
    Array.from({ length: count }, (_, index) =>
      budgetEvent("burn", `db-${index}`, { region: `${region}-${index}` }),
    );

  test("has two messages at a time, and the other channels their turn", async () => {
    const alerting = await alertingWith(
      `channels:
${hook("slow")}${hook("fast")}routes: [{ channels: [slow, fast], ${SOON} }]
`,
    );
    await alerting.tell(...burns("one", 20));
    expect(await due(alerting)).toEqual(["slow", "fast", "slow", "fast"]);
    const { db } = alerting.database;
    await db.query(
      `update message set leased_until = $1, attempts = 1
       where id in (select id from message where channel = 'slow' order by id limit 2)`,
      [new Date(START + 30 * SECOND_MS).toISOString()],
    );
    expect(await due(alerting)).toEqual(["fast", "fast"]);
  });

  test("and is dead has one as a trial, and the others go to its fallback meanwhile", async () => {
    const alerting = await alertingWith(
      `channels:
${hook("slow", ", fallback: mail")}${hook("mail")}routes: [{ channels: [slow], ${SOON} }]
`,
    );
    await saveChannelState(alerting.database.db, "slow", { isDead: true, deaths: 1 });
    await alerting.tell(...burns("one", 3));
    expect(await due(alerting)).toEqual(["slow"]);
    expect(await due(alerting)).toEqual(["slow", "mail", "mail"]);
    const { send, seen } = sender({ slow: [BUSY] });
    await alerting.run(send);
    expect(seen.map(({ channel }) => channel).toSorted()).toEqual(["mail", "mail", "mail", "slow"]);
  });
});

describe("an outage whose targets answer again", () => {
  const fill = (alerting: Alerting, letter: "o" | "f") =>
    fillRounds(
      { store: { db: alerting.database.db, ids: createIdCache() }, clock: alerting.clock },
      {
        vantage: "a",
        targets: ["web-1", "web-2"],
        fromMs: alerting.clock.nowMs() - MINUTE_MS,
        untilMs: alerting.clock.nowMs(),
        weather: () => letter,
      },
    );

  test("waits for its end, so that a blip is one message", async () => {
    const alerting = await alertingWith(OPS);
    await fill(alerting, "o");
    const malfunction = await openMalfunction(alerting, ["acme"]);
    await alerting.tell(malfunctionEvent("malfunction", malfunction));
    await alerting.run();
    await alerting.after(MINUTE_MS);
    expect(alerting.news()).toEqual([]);
    await alerting.tell(malfunctionEvent("malfunction-over", malfunction));
    await alerting.run();
    expect(alerting.news()).toEqual(["ops resolved"]);
  });

  test("is told after two and a half minutes at the latest", async () => {
    const alerting = await alertingWith(OPS);
    await fill(alerting, "o");
    const malfunction = await openMalfunction(alerting, ["acme"]);
    await alerting.tell(malfunctionEvent("malfunction", malfunction));
    await alerting.run();
    for (let minute = 0; minute < 2; minute += 1) {
      await fill(alerting, "o");
      await alerting.after(MINUTE_MS);
    }
    expect(alerting.news()).toEqual([]);
    await fill(alerting, "o");
    await alerting.after(30 * SECOND_MS);
    expect(alerting.news()).toEqual(["ops opened"]);
  });

  test("is told at once while they still fail", async () => {
    const alerting = await alertingWith(OPS);
    await fill(alerting, "f");
    const malfunction = await openMalfunction(alerting, ["acme"]);
    await alerting.tell(malfunctionEvent("malfunction", malfunction));
    await alerting.run();
    expect(alerting.news()).toEqual(["ops opened"]);
  });
});

test("a receiver that fails, then stalls, then answers late has each message once by its id", async () => {
  let turn = 0;
  const receiver = await startHttpServer(async (_request, response) => {
    turn += 1;
    if (turn === 1) response.statusCode = 503;
    if (turn === 2) return void response.destroy();
    if (turn === 3) await new Promise((resolve) => setImmediate(resolve));
    response.end();
  });
  onEnd(receiver.close);
  const alerting = await alertingWith(
    `channels:\n  - { id: ops, kind: webhook, url: "${receiver.url}" }\nroutes: [{ channels: [ops], ${SOON} }]\n`,
  );
  const send = sendReally(alerting.clock);
  await alerting.tell(budgetEvent("burn", "web-1"));
  for (const seconds of [0, 5, 15]) {
    alerting.clock.pass(seconds * SECOND_MS);
    await alerting.run(send);
  }
  expect(await statesOf(alerting)).toEqual(["ops opened sent"]);
  expect(receiver.seen).toHaveLength(3);
  expect(new Set(receiver.seen.map(({ body }) => body.toString())).size).toBe(1);
});

test("ten thousand events are messages of their threads by a few statements", async () => {
  const alerting = await alertingWith(
    `channels:\n${["a", "b", "c", "d", "e"].map((id) => hook(id)).join("")}`,
  );
  const burns = Array.from({ length: 10_000 }, (_, index) =>
    budgetEvent("burn", `db-${index}`, { region: `region-${index % 20}` }),
  );
  await alerting.tell(...burns);
  alerting.clock.pass(10 * SECOND_MS);
  let statements = 0;
  const { db } = alerting.database;
  const counting = {
    query: db.query.bind(db),
    connect: async () => {
      const client = await db.connect();
      const query = (...given: Parameters<typeof client.query>) => {
        statements += 1;
        return client.query(...given);
      };
      return { query, release: client.release.bind(client) };
    },
  } as unknown as typeof db;
  expect(await announce({ ...alerting.deps(), db: counting })).toBe(10_000);
  expect(statements).toBeLessThan(150);
  const { due } = await takeDueMessages({ ...alerting.deps(), limitOf });
  expect(due).toHaveLength(2 * 5);
  await alerting.run();
  expect(alerting.sent).toHaveLength(100);
  const first = alerting.sent[0]?.message;
  expect((first?.members.length ?? 0) + (first?.more ?? 0)).toBe(500);
});

test("what was told long ago is deleted, what still waits or is not over is not", async () => {
  const alerting = await alertingWith(OPS);
  await alerting.tell(
    budgetEvent("burn", "web-1", { region: "over" }),
    budgetEvent("burn-over", "web-1", { region: "over" }),
    budgetEvent("burn", "web-2"),
    { kind: "month-closed", month: "2026-09", account: "acme" },
  );
  await alerting.run();
  await alerting.tell(budgetEvent("burn", "web-9", { region: "other" }));
  const { send } = sender({ ops: [BUSY] });
  await alerting.run(send);
  expect(await deleteMessagesBefore(alerting.database.db, START)).toBe(0);
  expect(await deleteMessagesBefore(alerting.database.db, START + 1)).toBe(3);
  expect(await statesOf(alerting)).toEqual(["ops opened waiting"]);
  const { rows } = await alerting.database.db.query<{ open: string }>(
    `select array_to_string(open_members, ' ') as open from thread order by id`,
  );
  expect(rows).toEqual([{ open: "2026-10/standard/web-2" }, { open: "2026-10/standard/web-9" }]);
  await alerting.tell(budgetEvent("burn-over", "web-2"));
  await alerting.after(MINUTE_MS);
  expect(alerting.news().at(-1)).toBe("ops resolved");
});
