import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Config } from "../src/config.ts";
import { listEvents } from "../src/store/events.ts";
import { createIdCache } from "../src/store/prepare-rounds.ts";
import { watchVantages } from "../src/watch-vantages.ts";
import { configOf, fillRounds, MINUTE_MS, type Weather } from "./helpers/app.ts";
import { testClock } from "./helpers/clock.ts";
import { createTestDatabase, type TestDatabase } from "./helpers/database.ts";

const START = Date.parse("2026-10-01T00:00:00+08:00");
const LAG_MS = 30_000;

const probe = 'probe: { kind: tcp, address: "192.0.2.1:22" }';
const CONFIG = `
version: 1
timeZone: Asia/Shanghai
vantages: [{ id: a, controls: [] }, { id: b, controls: [] }, { id: idle, controls: [] }]
accounts: [{ id: acme, name: Acme Ltd }]
defaults: { timeout: 5s }
targets:
  - { id: web-1, product: ecs, region: cn-hangzhou, account: acme, interval: 1m, vantages: [a, b], ${probe} }
  - { id: web-2, product: ecs, region: cn-hangzhou, account: acme, interval: 1h, vantages: [a], ${probe} }
`;

let database: TestDatabase;
let clock: ReturnType<typeof testClock>;
let config: Config;
beforeEach(async () => {
  database = await createTestDatabase();
  clock = testClock(START);
  config = configOf(CONFIG);
});
afterEach(() => database.drop());

/** By vantage, what it sees of web-1 in the minutes [from, until) after the start; null for nothing. */
type Seen = Readonly<Record<string, ReturnType<Weather>>>;

/** Stores rounds and watches, minute by minute; a recorder that is off stores nothing. */
async function live(from: number, until: number, seen: Seen) {
  for (let minute = from; minute < until; minute += 1) {
    const fromMs = START + minute * MINUTE_MS;
    clock.set(fromMs + LAG_MS);
    for (const [vantage, letter] of Object.entries(seen)) {
      const span = {
        vantage,
        targets: ["web-1"],
        fromMs,
        untilMs: fromMs + 1,
        weather: () => letter,
      };
      await fillRounds({ store: { db: database.db, ids: createIdCache() }, clock }, span);
    }
    await watchVantages({ db: database.db, clock, config: () => config });
  }
}

async function told() {
  const events = await listEvents(database.db, { after: 0, limit: 100 });
  return events.map(({ kind, atMs, data }) => {
    const { vantage, since, why } = JSON.parse(data) as Record<string, string>;
    const minute = Math.floor((atMs - START) / MINUTE_MS);
    const sinceMinute = Math.floor((Date.parse(since ?? "") - START) / MINUTE_MS);
    return `${minute}: ${kind} ${vantage} since ${sinceMinute}${why === undefined ? "" : ` ${why}`}`;
  });
}

describe("a vantage", () => {
  test("from which no rounds come is blind after three minutes, until they come again", async () => {
    await live(0, 5, { a: "o", b: "o" });
    await live(5, 10, { a: "o" });
    await live(10, 12, { a: "o", b: "o" });
    expect(await told()).toEqual([
      "7: vantage-blind b since 4 silent",
      "10: vantage-sees b since 4",
    ]);
  });

  test("of which all results are unknown is blind too, and sees when one is valid", async () => {
    await live(0, 5, { a: "o", b: "o" });
    await live(5, 10, { a: "u", b: "f" });
    await live(10, 12, { a: "i", b: "f" });
    expect(await told()).toEqual([
      "7: vantage-blind a since 4 unknown",
      "10: vantage-sees a since 4",
    ]);
  });

  test("without targets is not blind, and one that never saw has its time", async () => {
    await live(0, 8, { a: "o" });
    expect(await told()).toEqual(["3: vantage-blind b since 0 silent"]);
  });

  test("that is not blind because nothing was recorded has its time after the start", async () => {
    await live(0, 5, { a: "o", b: "o" });
    await live(60, 66, { a: "o" });
    expect(await told()).toEqual(["63: vantage-blind b since 4 silent"]);
  });

  test("that comes into the configuration has its time, and one that leaves it is not blind", async () => {
    config = configOf(CONFIG.replace("vantages: [a, b]", "vantages: [a]"));
    await live(0, 9, { a: "o" });
    config = configOf(CONFIG);
    await live(9, 14, { a: "o" });
    config = configOf(CONFIG.replace("vantages: [a, b]", "vantages: [a]"));
    await live(14, 16, { a: "o" });
    expect(await told()).toEqual([
      "12: vantage-blind b since 9 silent",
      "14: vantage-sees b since 9",
    ]);
  });

  test("whose targets are measured once an hour is not blind in between", async () => {
    config = configOf(CONFIG.replace("interval: 1m", "interval: 1h"));
    await live(0, 1, { a: "o", b: "o" });
    await live(1, 20, {});
    expect(await told()).toEqual([]);
  });

  test("is looked at for its own time only, however long another one may be silent", async () => {
    const slow = CONFIG.replace("vantages: [a, b]", "vantages: [b]").replace("1h", "1d");
    config = configOf(slow);
    await live(0, 1, { a: "o", b: "o" });
    await live(1, 6, {});
    expect(await told()).toEqual(["3: vantage-blind b since 0 silent"]);
    const { rows } = await database.db.query<{ value: string }>(
      "select value from memo where name = 'vantages-watched'",
    );
    const { vantages } = JSON.parse(rows[0]?.value ?? "") as { vantages: object[] };
    expect(vantages).toContainEqual(
      expect.objectContaining({ vantage: "a", lastValidMs: START, blindSinceMs: null }),
    );
  });
});
