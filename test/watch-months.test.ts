import { pino } from "pino";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { storeJobs } from "../jobs/index.ts";
import type { StoreJobDeps } from "../jobs/job.ts";
import type { Config } from "../src/config.ts";
import type { Actor } from "../src/core/access.ts";
import { approveExclusion, proposeExclusion, withdrawExclusion } from "../src/exclude.ts";
import { reportMonth } from "../src/report-month.ts";
import { openDatabase } from "../src/store/connect.ts";
import { listEvents } from "../src/store/events.ts";
import { createIdCache } from "../src/store/prepare-rounds.ts";
import { listSubjectStates } from "../src/store/subject-states.ts";
import { watchMonths } from "../src/watch-months.ts";
import { systemClock } from "../src/clock.ts";
import { configOf, fillRounds, MINUTE_MS, type Weather } from "./helpers/app.ts";
import { testClock } from "./helpers/clock.ts";
import { createTestDatabase, silentLog, type TestDatabase } from "./helpers/database.ts";
import { pauseAfter } from "./helpers/pausing-db.ts";
import { waitFor } from "./helpers/wait.ts";
import { startWatchChild } from "./helpers/watch-child.ts";

const FROM = Date.parse("2026-10-01T00:00:00+08:00");
const UNTIL = Date.parse("2026-11-01T00:00:00+08:00");
const HOUR_MS = 60 * MINUTE_MS;
const GRACE_MS = 30_000;

const HEAD = `
version: 1
timeZone: Asia/Shanghai
vantages: [{ id: a, controls: [] }]
accounts: [{ id: acme, name: Acme Ltd }, { id: globex, name: Globex }]
defaults: { interval: 1m, timeout: 5s, vantages: [a] }
`;
const probe = 'probe: { kind: tcp, address: "192.0.2.1:22" }';
const web = (id: string, more = "") =>
  `  - { id: ${id}, product: ecs, region: cn-hangzhou, account: acme, ${more} ${probe} }\n`;
const CONFIG = `${HEAD}targets:\n${web("web-1")}${web("web-2")}`;

let database: TestDatabase;
let clock: ReturnType<typeof testClock>;
let config: Config;
beforeEach(async () => {
  database = await createTestDatabase();
  clock = testClock(FROM);
  config = configOf(CONFIG);
});
afterEach(() => database.drop());

const store = () => ({ db: database.db, ids: createIdCache() });
const watch = (db = database.db) => watchMonths({ db, clock, config: () => config });

/** Stores one round a minute over [fromMs, untilMs) and settles them; all is well by default. */
async function measure(fromMs: number, untilMs: number, weather: Weather = () => "o") {
  clock.set(untilMs + GRACE_MS);
  const targets = config.targets.map(({ id }) => id);
  await fillRounds({ store: store(), clock }, { vantage: "a", targets, fromMs, untilMs, weather });
}

/** Late rounds of web-1 from another vantage: the minutes have one more vote. */
async function comeLate(fromMs: number, untilMs: number, weather: Weather) {
  const span = { vantage: "b", targets: ["web-1"], fromMs: fromMs + 30_000, untilMs, weather };
  await fillRounds({ store: store(), clock }, span);
}

/** `target` fails in [fromMs, untilMs), all else is well. */
const down =
  (target: string, fromMs: number, untilMs: number): Weather =>
  (id, atMs) =>
    id === target && atMs >= fromMs && atMs < untilMs ? "f" : "o";

async function told() {
  const events = await listEvents(database.db, { after: 0, limit: 1000 });
  const changes = events.filter(({ kind }) => /^(?:burn|breach)/u.test(kind));
  return changes.map(({ kind, month, subject, data }) => {
    const { from, to } = JSON.parse(data) as { from: string; to: string };
    return `${month} ${subject} ${kind}: ${from} > ${to}`;
  });
}

async function states(month = "2026-10") {
  const stored = await listSubjectStates(database.db, month);
  return Object.fromEntries(stored.map(({ subject, state }) => [subject, state]));
}

const LI: Actor = { name: "user:li", role: "sre", accounts: null, origin: "cli" };
const WANG: Actor = { name: "user:wang", role: "approver", accounts: null, origin: "cli" };
const acts = () => ({ db: database.db, clock, config });

/** Maintenance of web-1, proposed and no more. */
async function propose(fromMs: number, untilMs: number): Promise<{ readonly id: number }> {
  const { id } = await proposeExclusion(
    acts(),
    {
      kind: "maintenance",
      scope: { targets: ["web-1"] },
      from: new Date(fromMs).toISOString(),
      until: new Date(untilMs).toISOString(),
      reason: "Cut-over",
      evidence: "https://example.com/1",
    },
    LI,
  );
  return { id };
}

const minutes = (count: number) => count * MINUTE_MS;

describe("a state that changes", () => {
  test("is not told while all is well", async () => {
    await measure(FROM, FROM + 2 * HOUR_MS);
    expect(await watch()).toBe(0);
    expect(await states()).toEqual({ "web-1": "on-track", "web-2": "on-track" });
    expect(await told()).toEqual([]);
  });

  test("is told once, however often it is looked at", async () => {
    const badMs = FROM + 2 * HOUR_MS;
    await measure(FROM, badMs);
    await watch();
    await measure(badMs, badMs + minutes(2), down("web-1", badMs, UNTIL));
    expect(await watch()).toBe(1);
    expect(await watch()).toBe(0);
    await measure(badMs + minutes(2), badMs + minutes(3));
    expect(await watch()).toBe(0);
    expect(await told()).toEqual(["2026-10 web-1 burn: on-track > at-risk"]);
    await measure(badMs + minutes(3), badMs + 7 * HOUR_MS);
    await watch();
    expect(await told()).toEqual([
      "2026-10 web-1 burn: on-track > at-risk",
      "2026-10 web-1 burn-over: at-risk > on-track",
    ]);
  });

  test("says what fired, how fast the budget burns and what is left of it", async () => {
    const badMs = FROM + 8 * HOUR_MS;
    await measure(FROM - 65 * HOUR_MS, badMs + minutes(4), down("web-1", badMs, UNTIL));
    await watch();
    const [event] = await listEvents(database.db, { after: 0, limit: 1 });
    expect(event).toMatchObject({
      kind: "burn",
      month: "2026-10",
      account: "acme",
      product: "ecs",
      region: "cn-hangzhou",
      agreement: "ecs",
      subject: "web-1",
      atMs: clock.nowMs(),
    });
    expect(JSON.parse(event!.data)).toMatchObject({
      from: null,
      to: "at-risk",
      since: new Date(badMs + minutes(4)).toISOString(),
      objectivePercent: "99.95",
      bad: "4",
      monthAllowedBad: "22.32",
      monthBudgetLeft: "18.32",
      mayStillLoseSeconds: 18 * 60,
      rules: [
        { severity: "page", long: "1h", short: "5m" },
        { severity: "page", long: "6h", short: "30m" },
        { severity: "ticket", long: "3d", short: "6h" },
      ],
    });
  });

  test("is told as a breach when the objective can no longer be met, and then as nothing else", async () => {
    const badMs = FROM + HOUR_MS;
    await measure(FROM, badMs + minutes(22), down("web-2", badMs, UNTIL));
    await watch();
    await measure(badMs + minutes(22), badMs + minutes(23), down("web-2", badMs, UNTIL));
    await watch();
    await measure(badMs + minutes(23), badMs + 8 * HOUR_MS);
    await watch();
    expect(await told()).toEqual([
      "2026-10 web-2 burn: null > at-risk",
      "2026-10 web-2 breach: at-risk > already-missed",
    ]);
  });

  test("of a subject without data is none", async () => {
    await measure(FROM - HOUR_MS, FROM + HOUR_MS, () => null);
    expect(await watch()).toBe(0);
    expect(await states()).toEqual({ "web-1": "on-track", "web-2": "on-track" });
    // Of the month before nothing is known: there is nothing to claim, and nothing to tell.
    clock.set(FROM + 25 * HOUR_MS);
    await measure(FROM + HOUR_MS, FROM + 25 * HOUR_MS, () => null);
    expect(await watch()).toBe(0);
    expect(await states("2026-09")).toEqual({
      "web-1": "insufficient-data",
      "web-2": "insufficient-data",
    });
  });
});

describe("exactly once", () => {
  const badMs = FROM + HOUR_MS;
  const oneBreach = ["2026-10 web-1 breach: on-track > already-missed"];
  beforeEach(async () => {
    await measure(FROM, badMs);
    await watch();
    await measure(badMs, badMs + minutes(30), down("web-1", badMs, UNTIL));
  });

  test("when the database loses the transaction between the state and its event", async () => {
    const { db, reached, go } = pauseAfter(database.db, "insert into subject_state");
    const lost = watch(db).catch(String);
    await reached;
    await database.db.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and state = 'idle in transaction'`,
    );
    go();
    expect(await lost).toMatch(/connection/iu);
    expect(await told()).toEqual([]);
    expect(await states()).toMatchObject({ "web-1": "on-track" });
    expect(await watch()).toBe(1);
    expect(await told()).toEqual(oneBreach);
  });

  test.each(["insert into subject_state", "insert into event"])(
    "when the process is killed after: %s",
    async (statement) => {
      const child = await startWatchChild({
        url: database.url,
        config: CONFIG,
        nowMs: clock.nowMs(),
        statement,
      });
      expect(await watch()).toBe(0);
      expect(await told()).toEqual([]);
      await child.kill();
      await waitFor(async () => (await watch()) === 1, { what: "the lock of the killed process" });
      expect(await told()).toEqual(oneBreach);
    },
  );

  test("when the process starts anew", async () => {
    await watch();
    const db = await openDatabase(database.url, { clock: systemClock, log: silentLog });
    expect(await watch(db)).toBe(0);
    await db.end();
    expect(await told()).toEqual(oneBreach);
  });

  test("when two settlers watch at once", async () => {
    const db = await openDatabase(database.url, { clock: systemClock, log: silentLog });
    const found = await Promise.all([watch(), watch(db), watch(), watch(db)]);
    await db.end();
    expect(found.reduce((sum, events) => sum + events, 0)).toBe(1);
    expect(await told()).toEqual(oneBreach);
  });

  test("when one comes while the other one writes", async () => {
    const { db, reached, go } = pauseAfter(database.db, "insert into subject_state");
    const first = watch(db);
    await reached;
    expect(await watch()).toBe(0);
    go();
    expect(await first).toBe(1);
    expect(await watch()).toBe(0);
    expect(await told()).toEqual(oneBreach);
  });

  test("when somebody else wrote the state meanwhile", async () => {
    const { db, reached, go } = pauseAfter(database.db, "from subject_state where month");
    const late = watch(db);
    await reached;
    await database.db.query(
      `update subject_state set state = 'already-missed', changes = changes + 1
       where subject = 'web-1'`,
    );
    go();
    expect(await late).toBe(0);
    expect(await told()).toEqual([]);
  });
});

describe("a breach that is taken back", () => {
  const badMs = FROM + HOUR_MS;
  const isBad = down("web-1", badMs, UNTIL);
  beforeEach(async () => {
    await measure(FROM, badMs);
    await watch();
    await measure(badMs, badMs + minutes(30), isBad);
    await measure(badMs + minutes(30), badMs + 9 * HOUR_MS);
    await watch();
  });

  test("by late results, back and forth, is told each time", async () => {
    await comeLate(badMs, badMs + minutes(30), () => "o");
    expect(await watch()).toBe(1);
    await comeLate(FROM, FROM + minutes(30), () => "f");
    expect(await watch()).toBe(0);
    await measure(badMs + 9 * HOUR_MS, badMs + 10 * HOUR_MS, down("web-1", FROM, UNTIL));
    expect(await watch()).toBe(1);
    expect(await told()).toEqual([
      "2026-10 web-1 breach: on-track > already-missed",
      "2026-10 web-1 breach-over: already-missed > on-track",
      "2026-10 web-1 breach: on-track > already-missed",
    ]);
    const { rows } = await database.db.query<{ key: string }>("select key from event order by id");
    expect(rows.map(({ key }) => key)).toEqual([
      "state/2026-10/ecs/web-1/1",
      "state/2026-10/ecs/web-1/2",
      "state/2026-10/ecs/web-1/3",
    ]);
  });

  test("by an exclusion is told at the next look, and so is its withdrawal", async () => {
    const exclusion = await propose(badMs, badMs + minutes(10));
    expect(await watch()).toBe(0);
    await approveExclusion(acts(), exclusion, WANG);
    expect(await watch()).toBe(1);
    expect(await states()).toMatchObject({ "web-1": "on-track" });
    await withdrawExclusion(acts(), { ...exclusion, note: "a mistake" }, WANG);
    expect(await watch()).toBe(1);
    expect(await told()).toEqual([
      "2026-10 web-1 breach: on-track > already-missed",
      "2026-10 web-1 breach-over: already-missed > on-track",
      "2026-10 web-1 breach: on-track > already-missed",
    ]);
  });
});

test("the job watches by the configuration that is now in force", async () => {
  const log = pino({ level: "silent" });
  const addJob = () => Promise.resolve();
  const deps = { db: database.db, clock, config: () => config, log, addJob };
  const job = {
    name: "watch-months",
    data: {},
    plannedAtMs: clock.nowMs(),
    progress: async () => {},
  };
  await measure(FROM, FROM + HOUR_MS, down("web-1", FROM, UNTIL));
  await storeJobs["watch-months"](deps as unknown as StoreJobDeps, job);
  expect(await told()).toEqual(["2026-10 web-1 breach: null > already-missed"]);
});

describe("the end of a month", () => {
  const lastMs = UNTIL - minutes(10);

  test("ends its burn and begins that of the next, in one look", async () => {
    await measure(FROM, lastMs);
    await measure(lastMs, UNTIL - minutes(1), down("web-1", lastMs, UNTIL));
    await watch();
    await measure(UNTIL - minutes(1), UNTIL, down("web-1", lastMs, UNTIL));
    await watch();
    expect(await told()).toEqual([
      "2026-10 web-1 burn: null > at-risk",
      "2026-10 web-1 burn-over: at-risk > on-track",
      "2026-11 web-1 burn: null > at-risk",
    ]);
    // A minute into November the burn is still the one of October's last ten minutes.
    await measure(UNTIL, UNTIL + minutes(1));
    expect(await watch()).toBe(0);
    await measure(UNTIL + minutes(1), UNTIL + 7 * HOUR_MS);
    expect(await watch()).toBe(1);
    expect((await told()).at(-1)).toBe("2026-11 web-1 burn-over: at-risk > on-track");
  });

  test("gives each subject its verdict when it may close, without telling what is known", async () => {
    await measure(FROM, UNTIL, down("web-1", lastMs - minutes(20), UNTIL));
    await watch();
    expect(await states()).toEqual({ "web-1": "already-missed", "web-2": "on-track" });
    await measure(UNTIL, UNTIL + 25 * HOUR_MS);
    await watch();
    expect(await states()).toEqual({ "web-1": "missed", "web-2": "met" });
    expect((await told()).filter((line) => line.startsWith("2026-10"))).toEqual([
      "2026-10 web-1 breach: null > already-missed",
    ]);
  });

  test("late results are seen until it is closed", async () => {
    await measure(FROM, UNTIL, down("web-1", lastMs - minutes(20), UNTIL));
    await measure(UNTIL, UNTIL + 25 * HOUR_MS);
    await watch();
    await comeLate(lastMs - minutes(20), UNTIL, () => "o");
    expect(await watch()).toBe(1);
    expect((await told()).at(-1)).toBe("2026-10 web-1 breach-over: missed > met");
  });

  describe("that is closed", () => {
    /** Stores the next report of October, in which web-1 has the verdict. */
    async function close(revision: number, verdict: string) {
      const report = await reportMonth({ db: database.db, config }, { month: "2026-10" });
      const subjects = report.subjects.map((subject) =>
        subject.id === "web-1" ? { ...subject, verdict } : subject,
      );
      await database.db.query(
        `insert into report (month, account, revision, closed_at, closed_by, reason, body, inputs)
         values ('2026-10', '', $1, $2, 'system', '', $3, '{}')`,
        [
          revision,
          new Date(clock.nowMs()).toISOString(),
          JSON.stringify({ ...report, status: "closed", revision, subjects }),
        ],
      );
    }
    const ofOctober = async () => (await told()).filter((line) => line.startsWith("2026-10"));

    test("tells what its reports say, once for each revision, however late", async () => {
      await measure(FROM, UNTIL + 25 * HOUR_MS, down("web-1", lastMs - minutes(20), UNTIL));
      await watch();
      await close(1, "missed");
      expect(await watch()).toBe(0);
      await close(2, "met");
      expect(await watch()).toBe(1);
      await measure(UNTIL + 60 * 24 * HOUR_MS, UNTIL + 60 * 24 * HOUR_MS + minutes(1));
      await watch();
      await close(3, "missed");
      await watch();
      await watch();
      expect(await ofOctober()).toEqual([
        "2026-10 web-1 breach: null > missed",
        "2026-10 web-1 breach-over: missed > met",
        "2026-10 web-1 breach: met > missed",
      ]);
      expect(await states()).toEqual({ "web-1": "missed", "web-2": "met" });
    });

    test("tells nothing of how it stood when it was over long before the first look", async () => {
      await measure(UNTIL + 60 * 24 * HOUR_MS, UNTIL + 60 * 24 * HOUR_MS + minutes(1));
      await close(1, "missed");
      await watch();
      expect(await ofOctober()).toEqual([]);
      await close(2, "met");
      await watch();
      expect(await ofOctober()).toEqual(["2026-10 web-1 breach-over: missed > met"]);
    });
  });
});

describe("the start of a month", () => {
  const versions = `
agreements:
  - { id: shop, from: 2026-01-01, objective: "90", method: all-failed, scope: target }
  - { id: shop, from: 2026-11-01, objective: "99.9", method: error-rate, slot: 5m, scope: group }
`;
  const shop = (id: string, more = "") => web(id, `agreements: [shop], ${more}`);

  test("looks back on the month before by the terms that are now in force", async () => {
    config = configOf(`${HEAD}${versions}targets:\n${shop("shop-1")}${shop("shop-2")}`);
    const badMs = UNTIL - minutes(10);
    await measure(UNTIL - 4 * 24 * HOUR_MS, UNTIL, down("shop-1", badMs, UNTIL));
    await watch();
    // Ten minutes are little under October's 90 %; half of the group's results are much in November.
    expect(await told()).toEqual(["2026-11 acme/ecs/cn-hangzhou burn: null > at-risk"]);
    const [event] = await listEvents(database.db, { after: 0, limit: 1 });
    // Two slots of twelve, half of each: 1/12 over 1/1000.
    expect(JSON.parse(event!.data)).toMatchObject({
      availabilityPercent: null,
      burn: expect.arrayContaining([{ window: "1h", rate: "83.333", counted: 12, badSlots: 2 }]),
    });
    await measure(UNTIL, UNTIL + minutes(5));
    expect(await watch()).toBe(0);
  });

  test("an exclusion at the end of the month before does not burn in the next", async () => {
    await measure(UNTIL - 4 * 24 * HOUR_MS, UNTIL, down("web-1", UNTIL - minutes(10), UNTIL));
    await approveExclusion(acts(), await propose(UNTIL - minutes(10), UNTIL), WANG);
    expect(await watch()).toBe(0);
    expect(await states("2026-11")).toEqual({ "web-1": "on-track", "web-2": "on-track" });
  });
});

describe("a subject that is no longer configured", () => {
  const badMs = FROM + HOUR_MS;

  test("is told of as over when it was in trouble, to those who saw it", async () => {
    await measure(FROM, badMs + minutes(30), (_, atMs) => (atMs < badMs ? "o" : "f"));
    await watch();
    config = configOf(`${HEAD}targets:\n${web("web-2")}`);
    expect(await watch()).toBe(1);
    expect(await watch()).toBe(0);
    expect(await told()).toEqual([
      "2026-10 web-1 breach: null > already-missed",
      "2026-10 web-2 breach: null > already-missed",
      "2026-10 web-1 breach-over: already-missed > removed",
    ]);
    const last = (await listEvents(database.db, { after: 0, limit: 9 })).at(-1);
    expect(last).toMatchObject({ account: "acme", product: "ecs", region: "cn-hangzhou" });
    config = configOf(CONFIG);
    expect(await watch()).toBe(1);
    expect((await told()).at(-1)).toBe("2026-10 web-1 breach: removed > already-missed");
  });

  test("without trouble it is forgotten silently", async () => {
    await measure(FROM, badMs);
    await watch();
    config = configOf(`${HEAD}targets:\n${web("web-2")}`);
    expect(await watch()).toBe(0);
    expect(await states()).toEqual({ "web-1": "on-track", "web-2": "on-track" });
  });

  test("a group goes on without a target that was removed", async () => {
    const bucket = (id: string) =>
      `  - { id: ${id}, product: oss, region: cn-hangzhou, account: globex, ${probe} }\n`;
    const group = "globex/oss/cn-hangzhou";
    config = configOf(`${HEAD}targets:\n${bucket("b-1")}${bucket("b-2")}`);
    await measure(FROM, badMs + HOUR_MS, down("b-1", badMs, UNTIL));
    await watch();
    expect(await states()).toEqual({ [group]: "at-risk" });
    config = configOf(`${HEAD}targets:\n${bucket("b-2")}`);
    await watch();
    expect(await told()).toEqual([
      `2026-10 ${group} burn: null > at-risk`,
      `2026-10 ${group} burn-over: at-risk > on-track`,
    ]);
  });
});
