import { describe, expect, test } from "vitest";
import { writeInputs, readInputs } from "../src/core/closed-inputs.ts";
import type { Subject } from "../src/core/subject.ts";
import { monthSubjects, readMonth } from "../src/read-month.ts";
import { readSlots } from "../src/read-slots.ts";
import { readStandings } from "../src/standings.ts";
import { decideExclusion, insertExclusion } from "../src/store/exclusions.ts";
import { configOf } from "./helpers/app.ts";
import { cleanUpAfterEach } from "./helpers/clean-up.ts";
import {
  createHourlyMonth,
  EDGES_CONFIG,
  fillEdges,
  OCTOBER,
  type HourlyMonth,
} from "./helpers/hourly-month.ts";

const onEnd = cleanUpAfterEach();
const HOUR_MS = 3_600_000;
const { month } = OCTOBER;

async function createMonth(yaml: string): Promise<HourlyMonth> {
  const october = await createHourlyMonth(yaml);
  onEnd(october.drop);
  return october;
}

const namesOf = (subjects: readonly Subject[]) =>
  subjects.map(({ id, agreement }) => `${id} ${agreement.id} ${agreement.objectivePercent}`);

/** The agreement's first month is October, which begins twelve hours later in Havana than in Shanghai. */
const HAVANA = `
version: 1
timeZone: Asia/Shanghai
vantages: [{ id: here, controls: [] }]
accounts: [{ id: acme }]
agreements:
  - { id: hourly, from: 2026-10-01, timeZone: America/Havana, objective: "99.5", method: all-failed, slot: 1h }
defaults: { interval: 1h, vantages: [here] }
targets:
  - { id: web-1, product: ecs, region: cn-hangzhou, account: acme, agreements: [hourly],
      probe: { kind: tcp, address: "127.0.0.1:1" } }
  - { id: gate-1, product: vpc, region: cn-hangzhou, account: acme, agreements: [vpc], inherits: web-1,
      probe: { kind: tcp, address: "127.0.0.1:2" } }
`;

describe("an agreement of another time zone than the configuration's", () => {
  const config = configOf(HAVANA);

  test("counts from the month at whose start there it holds, also where it is inherited", () => {
    expect(namesOf(monthSubjects(config, { month: "2026-09" }))).toEqual([]);
    const subjects = monthSubjects(config, { month });
    expect(namesOf(subjects)).toEqual(["web-1 hourly 99.5", "gate-1 vpc 99.5"]);
    expect(subjects.map(({ agreement }) => agreement.timeZone)).toEqual([
      "America/Havana",
      "America/Havana",
    ]);
  });

  test("has its slots from then on", async () => {
    const october = await createMonth(HAVANA);
    await october.fill("web-1", () => "o");
    const { slots } = await readSlots(october, {
      target: october.config.targets[0]!,
      agreement: "hourly",
      fromMs: OCTOBER.fromMs,
      untilMs: OCTOBER.fromMs + 24 * HOUR_MS,
    });
    expect(slots).toHaveLength(12);
    expect(slots[0]).toMatchObject({ from: "2026-10-01T04:00:00.000Z", valid: 1 });
  });
});

describe("a group's targets that live only before or after the month", () => {
  async function badAtTheEdges(): Promise<HourlyMonth> {
    const october = await createMonth(EDGES_CONFIG);
    await fillEdges(october);
    return october;
  }

  test("count in the stretches that cross its edges", async () => {
    const { evaluated } = await readMonth(await badAtTheEdges(), { month });
    expect(evaluated).toMatchObject([{ figure: { bad: { num: 2n, den: 1n }, total: 744 } }]);
    expect(evaluated[0]!.subject.targets.map(({ id }) => id)).toEqual(["web-now"]);
  });

  test("count in the windows that look across its start, in the standings too", async () => {
    const october = await createMonth(EDGES_CONFIG);
    october.clock.set(OCTOBER.fromMs + 3 * HOUR_MS + 60_000);
    const hours = { from: -48, until: 3 };
    const isBad = (hour: number) => hour >= -6 && hour < -2;
    await october.fill("web-now", () => "o", { from: 0, until: 3 });
    await october.fill("web-old", (hour) => (hour >= 0 ? null : isBad(hour) ? "f" : "o"), hours);
    const { evaluated } = await readMonth(october, { month });
    const window = evaluated[0]!.figure.burn!.windows.find((one) => one.window === "3d");
    expect(window).toMatchObject({ counted: 51, badSlots: 4 });
    const { standings } = await readStandings(october, month);
    expect(standings[0]!.figure.burn).toEqual(evaluated[0]!.figure.burn);
  });

  test("do not keep an exclusion from applying to the group", async () => {
    const october = await badAtTheEdges();
    const { db } = october;
    const { id } = await insertExclusion(
      db,
      {
        kind: "maintenance",
        scope: { targets: ["web-now"] },
        fromMs: OCTOBER.fromMs,
        untilMs: OCTOBER.fromMs + HOUR_MS,
        recurrence: null,
        reason: "announced",
        evidence: "https://example.com/notice",
      },
      { by: "user:li", atMs: OCTOBER.fromMs },
    );
    await decideExclusion(
      db,
      { id, expected: "proposed" },
      { state: "approved", decidedBy: "user:wang", decidedAtMs: OCTOBER.fromMs, note: null },
    );
    const { evaluated } = await readMonth(october, { month });
    expect(evaluated).toMatchObject([
      { figure: { bad: { num: 1n, den: 1n }, books: { excluded: 1 } } },
    ]);
  });

  test("are among the inputs of a closed month", async () => {
    const { evaluated, settledUntilMs, terms } = await readMonth(await badAtTheEdges(), { month });
    const subjects = evaluated.map(({ subject, exclusions }) => ({ subject, exclusions }));
    const text = writeInputs({ month, timeZone: "Asia/Shanghai", settledUntilMs, terms, subjects });
    const [read] = readInputs(text).subjects;
    expect(read!.subject.neighbours.map(({ id }) => id)).toEqual(["web-new", "web-old"]);
    expect(writeInputs(readInputs(text))).toBe(text);
  });
});
