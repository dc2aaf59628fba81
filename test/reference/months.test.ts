import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Evaluated } from "../../src/core/build-report.ts";
import { monthBounds } from "../../src/core/month.ts";
import type { Round } from "../../src/core/round.ts";
import { monthSubjects, readMonth } from "../../src/read-month.ts";
import { rebuild } from "../../src/rebuild.ts";
import { settle } from "../../src/settle.ts";
import { decideExclusion, insertExclusion } from "../../src/store/exclusions.ts";
import { createIdCache, type RoundStore } from "../../src/store/prepare-rounds.ts";
import { storeRounds } from "../../src/store/rounds.ts";
import { findSettledUntil } from "../../src/store/unsettled.ts";
import { testClock } from "../helpers/clock.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/database.ts";
import { differences } from "./compare.ts";
import { generateMonth, type GeneratedMonth } from "./generate.ts";
import {
  configFor,
  figuresInMemory,
  settledAt,
  storedRounds,
  subjectText,
  toExclusion,
} from "./product.ts";
import { monthIn } from "./second-month.ts";
import { createSecond, secondSubjects, type SecondSubject } from "./second.ts";
import { shrinkMonth, writeMonth } from "./shrink.ts";
import { tuneMonth } from "./tune.ts";

/**
 * The product's figures beside those of a second implementation that shares no code with it. More
 * months, other ones, or one alone:
 * NINES_REFERENCE_MONTHS=1000 NINES_REFERENCE_SEED=7 NINES_REFERENCE_FIRST=500 npx vitest run test/reference
 */
const setting = (name: string, otherwise: number): number =>
  Number(process.env[`NINES_REFERENCE_${name}`] ?? otherwise);
const SEED = setting("SEED", 1);
const FIRST = setting("FIRST", 0);
const MONTHS = setting("MONTHS", 200);
/** Months that are counted without the database: many more in the same time. */
const MEMORY_MONTHS = setting("MEMORY_MONTHS", 100);
const TIMEOUT_MS = 60_000 + (MONTHS + MEMORY_MONTHS) * 2_000;
const DAY_MS = 86_400_000;

/** The product's figures by one of the ways to them. */
type Way = { readonly way: string; readonly evaluated: readonly Evaluated[] };

function describeMonth({ seed, index, month, nowMs }: GeneratedMonth): string {
  return `seed ${seed}, month ${index} (${month} at ${new Date(nowMs).toISOString()})`;
}

/** What differs between the second implementation and the product by any way. */
function compareMonth(month: GeneratedMonth, ways: readonly Way[]): string[] {
  const second = createSecond({
    ...month,
    rounds: storedRounds(month),
    settledUntilMs: settledAt(month.nowMs),
  });
  const figures = monthSubjects(configFor(month), month).map(second);
  return [
    ...compareSubjects(month),
    ...ways.flatMap(({ way, evaluated }) =>
      evaluated.flatMap(({ subject, figure }, index) =>
        differences(figure, figures[index]!).map((found) => {
          const place = `${describeMonth(month)}, ${way}, agreement ${subject.agreement.id}, subject ${subject.id}`;
          return `${place}, ${found.field}:\n  product ${found.product}\n  second  ${found.second}`;
        }),
      ),
    ),
  ];
}

/** Both find the same subjects in a configuration. */
function compareSubjects(month: GeneratedMonth): string[] {
  const list = (subjects: readonly SecondSubject[]): string =>
    subjects.map(subjectText).toSorted().join("; ");
  const product = list(monthSubjects(configFor(month), month));
  const second = list(secondSubjects(month, month.month));
  if (product === second) return [];
  return [`${describeMonth(month)}, subjects:\n  product ${product}\n  second  ${second}`];
}

function problemsInMemory(month: GeneratedMonth): string[] {
  return compareMonth(month, [{ way: "in memory", evaluated: figuresInMemory(month) }]);
}

/** Fails with what differs and, where it differs in memory too, the least month in which it does. */
function expectNone(month: GeneratedMonth, problems: readonly string[]): void {
  if (problems.length === 0) return;
  const isWrong = (smaller: GeneratedMonth): boolean => problemsInMemory(smaller).length > 0;
  const least = isWrong(month) ? shrinkMonth(month, isWrong) : month;
  const lines = [...problems.slice(0, 10), writeMonth(least), ...problemsInMemory(least)];
  expect.fail(lines.map((line) => line.slice(0, 4_000)).join("\n"));
}

describe("months in a time zone", () => {
  const zones = ["Asia/Shanghai", "Europe/Berlin", "America/Los_Angeles", "Australia/Lord_Howe"];
  const strange = ["Asia/Kathmandu", "America/St_Johns", "America/Havana", "America/Asuncion"];
  const more = ["Pacific/Apia", "Africa/Cairo", "Asia/Tehran", "Pacific/Kiritimati", "UTC"];
  test.each([...zones, ...strange, ...more])("begin and end alike in %s", (zone) => {
    for (let number = 0; number < 20 * 12; number += 1) {
      const year = 2012 + Math.floor(number / 12);
      const month = `${year}-${String((number % 12) + 1).padStart(2, "0")}`;
      expect({ month, ...monthBounds(month, zone) }).toEqual({ month, ...monthIn(month, zone) });
    }
  });
});

describe("generated months", () => {
  let database: TestDatabase;
  let store: RoundStore;
  beforeAll(async () => {
    database = await createTestDatabase();
    store = { db: database.db, ids: createIdCache() };
  });
  afterAll(() => database.drop());

  test(
    `${MONTHS} counted step by step, counted from nothing, and counted by the second implementation`,
    async () => {
      for (let index = FIRST; index < FIRST + MONTHS; index += 1) {
        const month = tuneMonth(generateMonth(SEED, index));
        expectNone(month, await problemsInDatabase(month));
      }
    },
    TIMEOUT_MS,
  );

  test(
    `${MEMORY_MONTHS} more without a database`,
    () => {
      for (let index = FIRST + MONTHS; index < FIRST + MONTHS + MEMORY_MONTHS; index += 1) {
        const month = tuneMonth(generateMonth(SEED, index));
        expectNone(month, problemsInMemory(month));
      }
    },
    TIMEOUT_MS,
  );

  /** What differs when the rounds arrive and are settled step by step, and when all is derived again. */
  async function problemsInDatabase(month: GeneratedMonth): Promise<string[]> {
    const { db } = database;
    const deps = { db, config: configFor(month), clock: testClock(month.nowMs) };
    await clear();
    await storeExclusions(month);
    const rounds: Round[] = [];
    for (const { rounds: arrived, settleAtMs } of month.arrivals) {
      rounds.push(...(await storeRounds(store, arrived, month.nowMs)));
      if (settleAtMs !== null) await settle({ db, clock: testClock(settleAtMs) });
    }
    expect(rounds).toEqual(storedRounds(month));
    expect(await findSettledUntil(db)).toBe(settledAt(month.nowMs));
    const stepByStep = await readMonth(deps, month);

    await db.query("delete from day");
    for (const day of new Set(rounds.map(({ plannedAtMs }) => Math.floor(plannedAtMs / DAY_MS)))) {
      const range = { fromMs: day * DAY_MS, untilMs: (day + 1) * DAY_MS };
      await rebuild(deps, range, { save: true });
    }
    const fromNothing = await readMonth(deps, month);
    expect(fromNothing, `${describeMonth(month)}, derived from nothing`).toEqual(stepByStep);
    return compareMonth(month, [
      { way: "step by step", evaluated: stepByStep.evaluated },
      { way: "from nothing", evaluated: fromNothing.evaluated },
    ]);
  }

  /** Names, and the tables of each month of the year, are kept: they cost more than what they hold. */
  async function clear(): Promise<void> {
    for (const table of ["round", "chain_day", "unsettled", "day", "progress", "exclusion"]) {
      await database.db.query(`delete from ${table}`);
    }
  }

  async function storeExclusions({ exclusions }: GeneratedMonth): Promise<void> {
    const { db } = database;
    for (const [number, exclusion] of exclusions.entries()) {
      const one = toExclusion(exclusion, number);
      const { id } = await insertExclusion(db, one, { by: one.proposedBy, atMs: one.proposedAtMs });
      if (one.state !== "proposed") await decideExclusion(db, { id, expected: "proposed" }, one);
    }
  }
});
