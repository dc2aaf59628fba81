import { pino } from "pino";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { storeJobs } from "../jobs/index.ts";
import type { StoreJobDeps } from "../jobs/job.ts";
import type { Config } from "../src/config.ts";
import type { Actor } from "../src/core/access.ts";
import { approveExclusion, proposeExclusion, withdrawExclusion } from "../src/exclude.ts";
import { handleMalfunction } from "../src/handle-malfunction.ts";
import { listEvents } from "../src/store/events.ts";
import {
  listMalfunctionOutages,
  listMalfunctions,
  malfunctionJson,
} from "../src/store/malfunctions.ts";
import { listOpenOutages } from "../src/store/open-outages.ts";
import { createIdCache } from "../src/store/prepare-rounds.ts";
import { verifyMonth } from "../src/verify-month.ts";
import { watchOutages } from "../src/watch-outages.ts";
import { configOf, fillRounds, MINUTE_MS, type Weather } from "./helpers/app.ts";
import { testClock } from "./helpers/clock.ts";
import { createTestDatabase, type TestDatabase } from "./helpers/database.ts";
import { pauseAfter } from "./helpers/pausing-db.ts";

const FROM = Date.parse("2026-10-01T00:00:00+08:00");
const UNTIL = Date.parse("2026-11-01T00:00:00+08:00");
const HOUR_MS = 60 * MINUTE_MS;
const DOWN = FROM + HOUR_MS;
const GRACE_MS = 30_000;

const probe = 'probe: { kind: tcp, address: "192.0.2.1:22" }';
const target = (id: string, place: string, more = "") =>
  `  - { id: ${id}, ${place}, ${more} ${probe} }\n`;
const ECS = "product: ecs, region: cn-hangzhou, account: acme";
const HEAD = `
version: 1
timeZone: Asia/Shanghai
vantages: [{ id: a, controls: [] }]
accounts: [{ id: acme, name: Acme Ltd }, { id: globex, name: Globex }]
defaults: { interval: 1m, timeout: 5s, vantages: [a] }
`;
const TARGETS = [
  target("web-1", ECS),
  target("web-2", ECS),
  target("db-1", "product: rds, region: cn-hangzhou, account: globex"),
  target("db-2", "product: rds, region: cn-beijing, account: globex"),
  target("bucket-1", "product: oss, region: cn-beijing, account: globex"),
  target("bucket-2", "product: oss, region: cn-beijing, account: globex"),
].join("");

let database: TestDatabase;
let clock: ReturnType<typeof testClock>;
let config: Config;
beforeEach(async () => {
  database = await createTestDatabase();
  clock = testClock(FROM);
  config = configOf(`${HEAD}targets:\n${TARGETS}`);
});
afterEach(() => database.drop());

const store = () => ({ db: database.db, ids: createIdCache() });
const watch = (db = database.db) => watchOutages({ db, clock, config: () => config });
const minutes = (count: number) => count * MINUTE_MS;

async function measure(fromMs: number, untilMs: number, weather: Weather = () => "o") {
  clock.set(Math.max(clock.nowMs(), untilMs + GRACE_MS));
  const targets = config.targets.map(({ id }) => id);
  await fillRounds({ store: store(), clock }, { vantage: "a", targets, fromMs, untilMs, weather });
}

/** Measures minute by minute, and watches each time as the service does. */
async function live(fromMs: number, untilMs: number, weather: Weather = () => "o") {
  for (let atMs = fromMs; atMs < untilMs; atMs += MINUTE_MS) {
    await measure(atMs, atMs + MINUTE_MS, weather);
    await watch();
  }
}

/** By target the minutes after `DOWN` in which it fails. */
const fails =
  (spans: Readonly<Record<string, readonly (readonly [from: number, until: number])[]>>): Weather =>
  (id, atMs) =>
    (spans[id] ?? []).some(([from, until]) => {
      return atMs >= DOWN + minutes(from) && atMs < DOWN + minutes(until);
    })
      ? "f"
      : "o";

/** Late rounds of web-1 from another vantage: the minutes have one more vote. */
async function comeLate(fromMs: number, untilMs: number, weather: Weather) {
  const span = { vantage: "b", targets: ["web-1"], fromMs: fromMs + 30_000, untilMs, weather };
  await fillRounds({ store: store(), clock }, span);
}

async function begin() {
  await measure(DOWN - minutes(1), DOWN);
  await watch();
}

type Data = Readonly<Record<string, unknown>>;
async function events() {
  const all = await listEvents(database.db, { after: 0, limit: 1000 });
  return all.map(({ data, ...event }) => ({ ...event, data: JSON.parse(data) as Data }));
}

/** Minutes after `DOWN`. */
const minuteOf = (at: unknown) => (Date.parse(String(at)) - DOWN) / MINUTE_MS;

async function toldOutages() {
  return (await events())
    .filter(({ kind }) => kind.startsWith("outage"))
    .map(({ kind, subject, data }) =>
      kind === "outage"
        ? `${subject} from ${minuteOf(data["from"])}`
        : `${subject} from ${minuteOf(data["from"])} until ${minuteOf(data["until"])}`,
    );
}

async function toldMalfunctions() {
  return (await events())
    .filter(({ kind }) => kind.startsWith("malfunction"))
    .map(({ kind, data }) => {
      const { malfunction, level, targets } = data;
      return `${kind} ${String(malfunction)}: ${String(level)}, ${String(targets)}`;
    });
}

async function malfunctions() {
  const all = await listMalfunctions(database.db, {});
  const outages = await listMalfunctionOutages(
    database.db,
    all.map(({ id }) => id),
  );
  return all.toReversed().map(({ id, level, state, beganAtMs, restoredAtMs }) => {
    const mine = outages.filter(({ malfunction }) => malfunction === id);
    const restored = restoredAtMs === null ? "" : ` ${minuteOf(new Date(restoredAtMs))}`;
    const began = minuteOf(new Date(beganAtMs));
    const subjects = mine.map(({ subject }) => subject).join(" ");
    return `${id} ${level} ${began} ${state}${restored}: ${subjects}`;
  });
}

const LI: Actor = { name: "user:li", role: "sre", accounts: null, origin: "cli" };
const WANG: Actor = { name: "user:wang", role: "approver", accounts: null, origin: "cli" };
const acts = () => ({ db: database.db, clock, config });

describe("an outage", () => {
  test("is told when it begins and when it is over, once, however often it is looked at", async () => {
    await begin();
    const weather = fails({ "web-1": [[0, 3]] });
    await live(DOWN, DOWN + minutes(2), weather);
    expect(await listOpenOutages(database.db)).toEqual([
      { agreement: "ecs", subject: "web-1", fromMs: DOWN },
    ]);
    await live(DOWN + minutes(2), DOWN + minutes(5), weather);
    expect(await watch()).toBe(0);
    expect(await listOpenOutages(database.db)).toEqual([]);
    const [began, , over] = await events();
    expect(began).toMatchObject({
      kind: "outage",
      atMs: DOWN + minutes(1) + GRACE_MS,
      account: "acme",
      product: "ecs",
      region: "cn-hangzhou",
      agreement: "ecs",
      subject: "web-1",
      data: {
        from: new Date(DOWN).toISOString(),
        targets: ["web-1"],
        reason: "connect-timeout",
        badPercent: "100.000",
        slotSeconds: 60,
      },
    });
    expect(over).toMatchObject({
      kind: "outage-over",
      account: "acme",
      data: { until: new Date(DOWN + minutes(3)).toISOString(), lastedSeconds: 180 },
    });
    expect(await toldOutages()).toEqual(["web-1 from 0", "web-1 from 0 until 3"]);
  });

  test("that began and ended between two watches is told too", async () => {
    await begin();
    await measure(
      DOWN,
      DOWN + minutes(6),
      fails({
        "web-1": [
          [1, 3],
          [4, 5],
        ],
        "web-2": [[5, 6]],
      }),
    );
    await watch();
    expect(await toldOutages()).toEqual([
      "web-1 from 1",
      "web-1 from 4",
      "web-2 from 5",
      "web-1 from 1 until 3",
      "web-1 from 4 until 5",
    ]);
    expect(await malfunctions()).toEqual(["1 P4 1 open: web-1 web-1 web-2"]);
  });

  test("of the past is not told at the first watch, nor when the past is filled in", async () => {
    const spans = fails({
      "web-1": [
        [0, 5],
        [20, 30],
      ],
      "web-2": [[28, 30]],
    });
    await measure(DOWN, DOWN + minutes(30), spans);
    await watch();
    expect(await toldOutages()).toEqual(["web-1 from 20", "web-2 from 28"]);
    await measure(DOWN + minutes(30), DOWN + minutes(31));
    await watch();
    await measure(DOWN - 40 * MINUTE_MS, DOWN, () => "f");
    expect(await watch()).toBe(0);
    expect(await toldOutages()).toHaveLength(4);
  });

  test("goes on while nothing is known, and ends with what is known", async () => {
    await begin();
    const weather: Weather = (id, atMs) =>
      id !== "web-1" || atMs >= DOWN + minutes(5) ? "o" : atMs < DOWN + minutes(2) ? "f" : "u";
    await live(DOWN, DOWN + minutes(5), weather);
    expect(await toldOutages()).toEqual(["web-1 from 0"]);
    expect(await malfunctions()).toEqual(["1 P4 0 open: web-1"]);
    await live(DOWN + minutes(5), DOWN + minutes(6), weather);
    expect(await toldOutages()).toEqual(["web-1 from 0", "web-1 from 0 until 2"]);
    expect(await malfunctions()).toEqual(["1 P4 0 restored 2: web-1"]);
  });

  test("goes on over the edge of a month", async () => {
    const edge = (from: number, until: number): Weather => {
      return (id, atMs) =>
        id === "web-1" && atMs >= UNTIL + minutes(from) && atMs < UNTIL + minutes(until)
          ? "f"
          : "o";
    };
    await measure(UNTIL - minutes(10), UNTIL - minutes(5));
    await watch();
    await live(UNTIL - minutes(5), UNTIL + minutes(4), edge(-3, 3));
    const told = await events();
    expect(
      told.filter(({ kind }) => kind.startsWith("outage")).map(({ data }) => data),
    ).toMatchObject([
      { from: new Date(UNTIL - minutes(3)).toISOString() },
      { until: new Date(UNTIL + minutes(3)).toISOString(), lastedSeconds: 360 },
    ]);
    expect(await malfunctions()).toHaveLength(1);
  });

  test("that late results take back has lasted no time", async () => {
    await begin();
    await live(DOWN, DOWN + minutes(3), fails({ "web-1": [[0, 9]] }));
    await comeLate(DOWN, DOWN + minutes(3), () => "o");
    await watch();
    expect(await toldOutages()).toEqual(["web-1 from 0", "web-1 from 0 until 0"]);
    expect(await malfunctions()).toEqual(["1 P4 0 restored 0: web-1"]);
  });

  test("keeps the begin that was told when late results take its first minutes", async () => {
    await begin();
    await live(DOWN, DOWN + minutes(4), fails({ "web-1": [[0, 9]] }));
    await comeLate(DOWN, DOWN + minutes(2), () => "o");
    await live(DOWN + minutes(4), DOWN + minutes(7), fails({ "web-1": [[0, 6]] }));
    expect(await toldOutages()).toEqual(["web-1 from 0", "web-1 from 0 until 6"]);
    expect(await malfunctions()).toEqual(["1 P3 0 restored 6: web-1"]);
  });

  test("is none while an exclusion holds", async () => {
    const exclusion = {
      kind: "maintenance",
      scope: { targets: ["web-1"] },
      from: new Date(DOWN + minutes(2)).toISOString(),
      until: new Date(DOWN + minutes(10)).toISOString(),
      reason: "Cut-over",
      evidence: "https://example.com/1",
    } as const;
    const { id } = await proposeExclusion(acts(), exclusion, LI);
    await approveExclusion(acts(), { id }, WANG);
    await begin();
    await live(DOWN, DOWN + minutes(8), fails({ "web-1": [[1, 8]] }));
    expect(await toldOutages()).toEqual(["web-1 from 1", "web-1 from 1 until 2"]);
    expect(await malfunctions()).toEqual(["1 P4 1 restored 2: web-1"]);
  });

  test("of a subject that is no longer configured is over, for those who were told", async () => {
    await begin();
    await live(DOWN, DOWN + minutes(2), fails({ "web-1": [[0, 9]] }));
    config = configOf(`${HEAD}targets:\n${TARGETS.split("\n").slice(1).join("\n")}`);
    await live(DOWN + minutes(2), DOWN + minutes(3));
    const over = (await events()).find(({ kind }) => kind === "outage-over");
    expect(over).toMatchObject({ account: "acme", product: "ecs", region: "cn-hangzhou" });
    expect(await toldOutages()).toEqual(["web-1 from 0", "web-1 from 0 until 2"]);
    expect(await malfunctions()).toEqual(["1 P4 0 restored 2: web-1"]);
  });

  test("of a short stretch is told when it is long enough to be one", async () => {
    const more = `agreements:
  - { id: long, from: 2020-01-01, objective: "99", method: all-failed, minStretch: 3 }
`;
    config = configOf(`${HEAD}${more}targets:\n${target("web-1", ECS, "agreements: [long],")}`);
    await begin();
    await live(
      DOWN,
      DOWN + minutes(9),
      fails({
        "web-1": [
          [0, 2],
          [4, 7],
        ],
      }),
    );
    expect(await toldOutages()).toEqual(["web-1 from 4", "web-1 from 4 until 7"]);
  });

  test("is told or not at all when the database loses the transaction", async () => {
    await begin();
    await measure(DOWN, DOWN + minutes(1), fails({ "web-1": [[0, 9]] }));
    const { db, reached, go } = pauseAfter(database.db, "insert into malfunction_outage");
    const lost = watch(db).catch(String);
    await reached;
    expect(await watch()).toBe(0);
    await database.db.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and state = 'idle in transaction'`,
    );
    go();
    expect(await lost).toMatch(/connection/iu);
    expect(await events()).toEqual([]);
    expect(await malfunctions()).toEqual([]);
    expect(await watch()).toBe(2);
    expect(await malfunctions()).toHaveLength(1);
  });
});

describe("an outage that is hard to follow", () => {
  test("of slots of a day is told once over the edge of a month", async () => {
    const more = `agreements:
  - { id: daily, from: 2020-01-01, objective: "99", method: all-failed, slot: 1d }
`;
    config = configOf(`${HEAD}${more}targets:\n${target("web-1", ECS, "agreements: [daily],")}`);
    const days = (count: number) => UNTIL - 16 * HOUR_MS + count * 24 * HOUR_MS;
    await measure(days(-1), days(-1) + minutes(1));
    await measure(days(0) - minutes(1), days(0));
    await watch();
    for (const day of [0, 1, 2]) {
      for (const hour of [0, 8, 16, 24]) {
        const untilMs = days(day) + hour * HOUR_MS;
        await measure(untilMs - minutes(1), untilMs, () => "f");
        await watch();
      }
    }
    expect((await events()).filter(({ kind }) => kind.startsWith("outage"))).toHaveLength(1);
  });

  test("lasts while nothing is known for days over the edge of a month", async () => {
    await measure(UNTIL - minutes(10), UNTIL - minutes(5));
    await watch();
    await live(UNTIL - minutes(5), UNTIL - minutes(3), (id) => (id === "web-1" ? "f" : "o"));
    const unknown: Weather = (id) => (id === "web-1" ? "u" : "o");
    for (const hours of [1, 25, 49]) {
      const atMs = UNTIL + hours * HOUR_MS;
      await measure(atMs, atMs + minutes(1), unknown);
      await watch();
    }
    expect(await toldOutages()).toHaveLength(1);
    const [row] = await listMalfunctions(database.db, {});
    expect(row).toMatchObject({ state: "open", restoredAtMs: null });
    expect(await listOpenOutages(database.db)).toHaveLength(1);
  });

  test("is not of the present when old results of a silent target come in", async () => {
    await begin();
    const others = ["web-2", "db-1", "db-2", "bucket-1", "bucket-2"];
    const span = { vantage: "a", fromMs: DOWN, weather: () => "o" as const };
    clock.set(DOWN + minutes(600) + GRACE_MS);
    const untilMs = DOWN + minutes(600);
    await fillRounds({ store: store(), clock }, { ...span, targets: others, untilMs });
    await watch();
    const late = { vantage: "a", targets: ["web-1"], fromMs: DOWN, untilMs: DOWN + minutes(5) };
    await fillRounds({ store: store(), clock }, { ...late, shard: "1m.1", weather: () => "f" });
    expect(await watch()).toBe(0);
    expect(await malfunctions()).toEqual([]);
  });

  test("is none of the present at the first watch when it was last seen long ago", async () => {
    await measure(DOWN, DOWN + minutes(60), (id, atMs) => {
      if (id !== "web-1") return "o";
      return atMs < DOWN + minutes(5) ? "f" : null;
    });
    expect(await watch()).toBe(0);
    expect(await malfunctions()).toEqual([]);
  });

  test("is over for the account that was told, also when its target has moved to another", async () => {
    await begin();
    await live(DOWN, DOWN + minutes(2), fails({ "web-1": [[0, 3]] }));
    config = configOf(`${HEAD}targets:\n${TARGETS.replace("account: acme", "account: globex")}`);
    await live(DOWN + minutes(2), DOWN + minutes(5), fails({ "web-1": [[0, 3]] }));
    const told = (await events()).filter(({ kind }) => kind.startsWith("outage"));
    expect(told.map(({ kind, account }) => `${kind} ${account}`)).toEqual([
      "outage acme",
      "outage-over acme",
    ]);
  });

  test("that was reviewed is told again when its exclusion is withdrawn while it lasts", async () => {
    await begin();
    const weather = fails({ "web-1": [[0, 90]] });
    await live(DOWN, DOWN + minutes(3), weather);
    const exclusion = {
      kind: "customer-action",
      scope: { targets: ["web-1"] },
      from: new Date(DOWN + minutes(2)).toISOString(),
      until: new Date(DOWN + minutes(60)).toISOString(),
      reason: "Ours",
      evidence: "https://example.com/1",
    } as const;
    const { id } = await proposeExclusion(acts(), exclusion, LI);
    await approveExclusion(acts(), { id }, WANG);
    await live(DOWN + minutes(3), DOWN + minutes(5), weather);
    const review = { verb: "review", cause: "c", impact: "i", resolution: "r" } as const;
    await handleMalfunction(acts(), { id: 1, step: review }, LI);
    await handleMalfunction(acts(), { id: 1, step: { verb: "close" } }, LI);
    await withdrawExclusion(acts(), { id, note: "It was not ours." }, WANG);
    await live(DOWN + minutes(5), DOWN + minutes(7), weather);
    expect(await malfunctions()).toEqual(["1 P4 0 closed 2: web-1", "2 P3 2 open: web-1"]);
    expect(await toldOutages()).toEqual(["web-1 from 0", "web-1 from 0 until 2", "web-1 from 0"]);
    await live(DOWN + minutes(7), DOWN + minutes(9), fails({ "web-1": [[0, 8]] }));
    expect((await toldOutages()).at(-1)).toBe("web-1 from 0 until 8");
    expect(await malfunctions()).toEqual(["1 P4 0 closed 2: web-1", "2 P3 2 restored 8: web-1"]);
  });
});

describe("a malfunction of a group", () => {
  const buckets = Array.from({ length: 30 }, (_, index) => `bucket-${index + 1}`);
  const all = (span: readonly (readonly [number, number])[]) =>
    Object.fromEntries(buckets.map((id) => [id, span]));
  beforeEach(() => {
    const place = "product: oss, region: cn-hangzhou, account: globex";
    const targets = [...buckets.map((id) => target(id, place)), target("web-1", ECS)].join("");
    config = configOf(`${HEAD}targets:\n${targets}`);
  });

  test("begins and ends with what is bad enough, not with the one that was dead all along", async () => {
    await begin();
    const failing = { ...all([[60, 70]]), "bucket-1": [[0, 900]], "web-1": [[60, 70]] } as const;
    await live(DOWN, DOWN + minutes(5), fails(failing));
    await measure(DOWN + minutes(5), DOWN + minutes(60), fails(failing));
    await watch();
    expect(await malfunctions()).toEqual([]);
    await live(DOWN + minutes(60), DOWN + minutes(65), fails(failing));
    expect(await malfunctions()).toEqual(["1 P1 60 open: web-1 globex/oss/cn-hangzhou"]);
    await live(DOWN + minutes(65), DOWN + minutes(75), fails(failing));
    expect(await malfunctions()).toEqual(["1 P1 60 restored 70: web-1 globex/oss/cn-hangzhou"]);
    expect(await toldOutages()).toEqual([
      "globex/oss/cn-hangzhou from 0",
      "web-1 from 60",
      "web-1 from 60 until 70",
    ]);
    const outages = await listMalfunctionOutages(database.db, [1]);
    expect(outages.map(({ targets }) => targets.length)).toEqual([1, 30]);
  });
});

describe("a malfunction", () => {
  test("is not worse for what was over before", async () => {
    await begin();
    // One after the other, never two at a time.
    const spans = { "web-1": [[0, 2]], "web-2": [[9, 11]], "db-1": [[18, 22]] } as const;
    await live(DOWN, DOWN + minutes(20), fails(spans));
    expect(await malfunctions()).toEqual(["1 P4 0 open: web-1 web-2 db-1"]);
  });

  test("that is open again gives its time to respond anew, and is overdue after it", async () => {
    const within = "malfunctions: { respondWithin: { P4: 5m, P3: 5m } }\n";
    config = configOf(`${HEAD}${within}targets:\n${TARGETS}`);
    await begin();
    const spans = fails({
      "web-1": [
        [0, 2],
        [9, 25],
      ],
    });
    await live(DOWN, DOWN + minutes(16), spans);
    const told = (await events()).filter(({ kind }) => kind.startsWith("malfunction"));
    expect(told.map(({ kind, atMs }) => `${kind} ${Math.floor(minuteOf(new Date(atMs)))}`)).toEqual(
      [
        "malfunction 1",
        "malfunction-over 3",
        "malfunction-again 10",
        "malfunction-changed 14",
        "malfunction-overdue 15",
      ],
    );
  });

  test("has its level, its time to respond, and whom it concerns", async () => {
    await begin();
    await live(DOWN, DOWN + minutes(2), fails({ "web-1": [[0, 1]] }));
    const nowMs = DOWN + minutes(1) + GRACE_MS;
    const told = (await events()).filter(({ kind }) => kind.startsWith("malfunction"));
    expect(told[0]).toMatchObject({
      kind: "malfunction",
      atMs: nowMs,
      account: "acme",
      product: "ecs",
      region: "cn-hangzhou",
      data: { malfunction: 1, level: "P4", state: "open", origin: "outage", targets: 1 },
    });
    expect(told[1]).toMatchObject({ kind: "malfunction-over", data: { state: "restored" } });
    const [row] = await listMalfunctions(database.db, {});
    expect(row).toMatchObject({
      origin: "outage",
      levelBy: "rules",
      openedBy: "system",
      openedAtMs: nowMs,
      respondByMs: nowMs + 24 * HOUR_MS,
      restoredAtMs: DOWN + minutes(1),
    });
    const { rows } = await database.db.query<{ action: string; after: string }>(
      "select action, after from audit where item = 'malfunction:1' order by seq",
    );
    expect(rows.map(({ action }) => action)).toEqual(["malfunction.open", "malfunction.restore"]);
    expect(JSON.parse(rows[1]!.after)).toEqual(malfunctionJson(row!));
  });

  test("is one when a region fails, and says so to nobody in particular", async () => {
    await begin();
    const span = [[0, 3]] as const;
    await live(DOWN, DOWN + minutes(1), fails({ "web-1": span, "web-2": span, "db-1": span }));
    expect(await malfunctions()).toEqual(["1 P2 0 open: web-1 web-2 db-1"]);
    const told = (await events()).find(({ kind }) => kind === "malfunction");
    expect(told).toMatchObject({ account: null, product: null, region: "cn-hangzhou" });
    expect(told?.data).toMatchObject({ accounts: ["acme", "globex"], products: ["ecs", "rds"] });
  });

  test("takes up what follows in its region within minutes, and is told of it once a watch", async () => {
    await begin();
    const spans = { "web-1": [[0, 9]], "db-1": [[2, 9]], "web-2": [[2, 9]] } as const;
    await live(DOWN, DOWN + minutes(4), fails(spans));
    expect(await malfunctions()).toEqual(["1 P2 0 open: web-1 web-2 db-1"]);
    expect(await toldMalfunctions()).toEqual([
      "malfunction 1: P4, 1",
      "malfunction-changed 1: P2, 3",
    ]);
    const changed = (await events()).find(({ kind }) => kind === "malfunction-changed");
    expect(changed?.data).toMatchObject({ from: "P4", to: "P2", targets: 3 });
  });

  test("does not take up what begins an hour later, or elsewhere", async () => {
    await begin();
    const spans = {
      "web-1": [[0, 90]],
      "db-1": [[60, 90]],
      "bucket-1": [[0, 90]],
      "bucket-2": [[0, 90]],
    };
    await live(DOWN, DOWN + minutes(2), fails(spans as never));
    await measure(DOWN + minutes(2), DOWN + minutes(65), fails(spans as never));
    await watch();
    expect(await malfunctions()).toEqual(
      ["1 P2 0 open: web-1", "2 P2 0 open: globex/oss/cn-beijing", "3 P3 60 open: db-1"].toSorted(),
    );
  });

  test("over two regions through one product is worst", async () => {
    await begin();
    await live(DOWN, DOWN + minutes(4), fails({ "db-1": [[0, 3]], "db-2": [[2, 4]] }));
    expect(await malfunctions()).toEqual(["1 P1 0 open: db-1 db-2"]);
    const changed = (await events()).find(({ kind }) => kind === "malfunction-changed");
    expect(changed).toMatchObject({ account: "globex", product: "rds", region: null });
  });

  test("of a target under two agreements is one, of one target", async () => {
    const zoned = (id: string, zone: string) =>
      target(id, ECS, `zone: ${zone}, agreements: [ecs, ecs-multi-zone],`);
    const more = `agreements:
  - { id: ecs-multi-zone, from: 2020-01-01, objective: "99.99", method: all-failed, scope: multi-zone }
`;
    config = configOf(`${HEAD}${more}targets:\n${zoned("web-1", "h")}${zoned("web-2", "i")}`);
    await begin();
    const span = [[0, 3]] as const;
    await live(DOWN, DOWN + minutes(1), fails({ "web-1": span, "web-2": span }));
    expect(await malfunctions()).toEqual(["1 P4 0 open: web-1 web-2 web-1 web-2"]);
    expect(await toldMalfunctions()).toEqual(["malfunction 1: P4, 2"]);
  });

  test("of a group names those of it that fail", async () => {
    await begin();
    await live(DOWN, DOWN + minutes(5), fails({ "bucket-2": [[1, 3]] }));
    const [outage] = await listMalfunctionOutages(database.db, [1]);
    expect(outage).toMatchObject({ subject: "globex/oss/cn-beijing", targets: ["bucket-2"] });
    expect((await events())[0]).toMatchObject({ data: { badPercent: "20.000", slotSeconds: 300 } });
  });

  test("is none of a small part, until a slot of it is as bad as the rules want", async () => {
    config = configOf(
      `${HEAD}malfunctions: { rules: [{ level: P3, bad: 50% }] }\ntargets:\n${TARGETS}`,
    );
    await begin();
    await live(DOWN, DOWN + minutes(5), fails({ "bucket-2": [[1, 5]] }));
    expect(await toldOutages()).toEqual(["globex/oss/cn-beijing from 0"]);
    expect(await malfunctions()).toEqual([]);
    const both = fails({ "bucket-1": [[5, 10]], "bucket-2": [[5, 10]] });
    await live(DOWN + minutes(5), DOWN + minutes(10), both);
    expect(await malfunctions()).toEqual(["1 P3 5 open: globex/oss/cn-beijing"]);
  });

  test("is open again when what flaps fails within minutes, and another one after a long time", async () => {
    await begin();
    const spans = [
      [0, 2],
      [6, 8],
      [40, 42],
    ] as const;
    await live(DOWN, DOWN + minutes(10), fails({ "web-1": spans }));
    expect(await toldMalfunctions()).toEqual([
      "malfunction 1: P4, 1",
      "malfunction-over 1: P4, 1",
      "malfunction-again 1: P4, 1",
      "malfunction-over 1: P4, 1",
    ]);
    expect(await malfunctions()).toEqual(["1 P4 0 restored 8: web-1 web-1"]);
    await measure(DOWN + minutes(10), DOWN + minutes(41), fails({ "web-1": spans }));
    await watch();
    expect(await malfunctions()).toEqual(["1 P4 0 restored 8: web-1 web-1", "2 P4 40 open: web-1"]);
  });

  test("gets worse with its length, and sooner must be responded to", async () => {
    await begin();
    await live(DOWN, DOWN + minutes(6), fails({ "web-1": [[0, 60]] }));
    await measure(DOWN + minutes(6), DOWN + minutes(30), fails({ "web-1": [[0, 60]] }));
    await watch();
    expect(await toldMalfunctions()).toEqual([
      "malfunction 1: P4, 1",
      "malfunction-changed 1: P3, 1",
      "malfunction-changed 1: P2, 1",
    ]);
    const [row] = await listMalfunctions(database.db, {});
    expect(row?.respondByMs).toBe(DOWN + minutes(1) + GRACE_MS + 30 * MINUTE_MS);
  });

  test("keeps the level that a person has set", async () => {
    await begin();
    await live(DOWN, DOWN + minutes(2), fails({ "web-1": [[0, 60]] }));
    await handleMalfunction(acts(), { id: 1, step: { verb: "level", level: "P4" } }, LI);
    await live(DOWN + minutes(2), DOWN + minutes(6), fails({ "web-1": [[0, 60]] }));
    expect(await malfunctions()).toEqual(["1 P4 0 open: web-1"]);
  });

  test("that nobody acknowledges in time is told once", async () => {
    await begin();
    const weather = fails({ "web-1": [[0, 90]], "db-2": [[0, 90]] });
    await live(DOWN, DOWN + minutes(2), weather);
    await handleMalfunction(acts(), { id: 2, step: { verb: "acknowledge" } }, LI);
    await measure(DOWN + minutes(2), DOWN + minutes(31), weather);
    await watch();
    await live(DOWN + minutes(31), DOWN + minutes(33), weather);
    const overdue = (await events()).filter(({ kind }) => kind === "malfunction-overdue");
    expect(overdue).toMatchObject([
      { atMs: DOWN + minutes(31) + GRACE_MS, data: { malfunction: 1 } },
    ]);
  });

  test("leaves the month and the audit log as the evidence says", async () => {
    await begin();
    const weather = fails({
      "web-1": [
        [0, 2],
        [4, 12],
      ],
      "db-1": [[3, 9]],
      "bucket-1": [[0, 9]],
    });
    await live(DOWN, DOWN + minutes(14), weather);
    expect((await malfunctions()).length).toBeGreaterThan(1);
    const verified = await verifyMonth({ db: database.db, config, clock }, "2026-10");
    expect(verified).toMatchObject({ broken: null });
  });
});

test("the job watches the outages, and one watch that fails does not keep the others", async () => {
  const addJob = () => Promise.resolve();
  const log = pino({ level: "silent" });
  const deps = { db: database.db, clock, config: () => config, log, addJob };
  const job = {
    name: "watch-months",
    data: {},
    plannedAtMs: clock.nowMs(),
    progress: async () => {},
  };
  const run = () => storeJobs["watch-months"](deps as unknown as StoreJobDeps, job);
  await begin();
  await measure(DOWN, DOWN + minutes(1), fails({ "web-1": [[0, 9]] }));
  await database.db.query("alter table subject_state rename to away");
  await expect(run()).rejects.toThrow("subject_state");
  expect(await toldOutages()).toEqual(["web-1 from 0"]);
  const { rowCount } = await database.db.query("select from memo where name = 'vantages-watched'");
  expect(rowCount).toBe(1);
});
