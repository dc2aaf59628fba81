import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Actor, Role } from "../src/core/access.ts";
import { ConflictError, ForbiddenError, InvalidInputError, NotFoundError } from "../src/errors.ts";
import {
  handleMalfunction,
  openMalfunction,
  type MalfunctionStep,
} from "../src/handle-malfunction.ts";
import { listEvents } from "../src/store/events.ts";
import { readIncident } from "../src/incident-report.ts";
import { readMalfunction, readMalfunctions } from "../src/view-malfunction.ts";
import { verifyAudit } from "../src/verify-audit.ts";
import { createHourlyMonth, OCTOBER, type HourlyMonth } from "./helpers/hourly-month.ts";
import { outageMalfunction } from "./helpers/malfunctions.ts";

const actor = (name: string, role: Role, accounts: string[] | null = null): Actor => ({
  name,
  role,
  accounts,
  origin: "192.0.2.7",
});
const li = actor("user:li", "sre");
const wang = actor("user:wang", "approver");
const manager = actor("user:mo", "account-manager", ["acme"]);
const viewer = actor("user:vi", "viewer");
const MINUTE_MS = 60_000;
const NOW = OCTOBER.untilMs + 48 * 3_600_000;
const iso = (ms: number) => new Date(ms).toISOString();

let october: HourlyMonth;
beforeAll(async () => {
  october = await createHourlyMonth();
});
afterAll(() => october.drop());

const open = async (changes: object = {}, by: Actor = li) =>
  openMalfunction(october, { title: "Console is slow", level: "P2", ...changes }, by);
const take = (id: number, step: MalfunctionStep, by: Actor = li) =>
  handleMalfunction(october, { id, step }, by);
const eventsOf = async (id: number) => {
  const events = await listEvents(october.db, { after: 0, limit: 1000 });
  return events
    .map((event) => ({ ...event, data: JSON.parse(event.data) as { malfunction: number } }))
    .filter(({ data }) => data.malfunction === id);
};
const REVIEW = { cause: "A **switch** broke.", impact: "Logins.", resolution: "Replaced it." };

describe("the life of a malfunction that a person opens", () => {
  test("from the report to the finished review, each step in the log and told", async () => {
    october.clock.set(NOW);
    const { malfunction, isNew } = await open({
      account: "acme",
      product: "ecs",
      region: "cn-hangzhou",
      beganAt: iso(NOW - 20 * MINUTE_MS),
    });
    const { id } = malfunction;
    expect(isNew).toBe(true);
    expect(malfunction).toMatchObject({
      origin: "hand",
      reference: null,
      title: "Console is slow",
      account: "acme",
      level: "P2",
      levelBy: "user:li",
      state: "open",
      beganAtMs: NOW - 20 * MINUTE_MS,
      openedAtMs: NOW,
      openedBy: "user:li",
      respondByMs: NOW + 30 * MINUTE_MS,
      acknowledgedAtMs: null,
      owner: null,
    });

    october.clock.set(NOW + MINUTE_MS);
    expect(await take(id, { verb: "level", level: "P1" }, wang)).toMatchObject({
      level: "P1",
      levelBy: "user:wang",
      respondByMs: NOW + 15 * MINUTE_MS,
    });
    october.clock.set(NOW + 14 * MINUTE_MS);
    expect(await take(id, { verb: "acknowledge" })).toMatchObject({
      acknowledgedAtMs: NOW + 14 * MINUTE_MS,
      acknowledgedBy: "user:li",
      owner: "user:li",
    });
    await take(id, { verb: "assign", owner: " Network, on call " });
    await take(id, { verb: "note", text: "Looks like the *uplink*." });
    await expect(take(id, { verb: "close" })).rejects.toThrow(
      /open; to close it must be restored/u,
    );
    october.clock.set(NOW + 40 * MINUTE_MS);
    expect(await take(id, { verb: "restore", at: iso(NOW + 35 * MINUTE_MS) })).toMatchObject({
      state: "restored",
      restoredAtMs: NOW + 35 * MINUTE_MS,
    });
    await take(id, { verb: "review", cause: REVIEW.cause, followUps: "- spare switch" });
    await expect(take(id, { verb: "close" })).rejects.toThrow(/lacks impact, resolution/u);
    await take(id, { verb: "review", impact: REVIEW.impact, resolution: REVIEW.resolution });
    const closed = await take(id, { verb: "close" }, wang);
    expect(closed).toMatchObject({
      ...REVIEW,
      followUps: "- spare switch",
      state: "closed",
      closedBy: "user:wang",
      owner: "Network, on call",
    });

    const events = await eventsOf(id);
    expect(events.map(({ kind }) => kind)).toEqual([
      "malfunction",
      "malfunction-changed",
      "malfunction-acknowledged",
      "malfunction-over",
      "malfunction-closed",
    ]);
    expect(events[1]).toMatchObject({
      account: "acme",
      product: "ecs",
      region: "cn-hangzhou",
      data: { malfunction: id, level: "P1", state: "open", title: "Console is slow" },
    });
    const view = await readMalfunction(october, id, viewer);
    expect(view.inTime).toBe(true);
    expect(view.timeline.map(({ kind, by, text }) => [kind, by, text])).toEqual([
      ["open", "user:li", "P2"],
      ["level", "user:wang", "P2 → P1"],
      ["acknowledge", "user:li", null],
      ["assign", "user:li", "Network, on call"],
      ["note", "user:li", "Looks like the *uplink*."],
      ["restore", "user:li", null],
      ["review", "user:li", null],
      ["review", "user:li", null],
      ["close", "user:wang", null],
    ]);
    expect(await verifyAudit(october.db)).toBe(null);
  });

  test("a closed one is left alone until it is reopened with a reason", async () => {
    october.clock.set(NOW);
    const { id } = (await open()).malfunction;
    await take(id, { verb: "restore" });
    await take(id, { verb: "review", ...REVIEW });
    await take(id, { verb: "close" });
    const steps: MalfunctionStep[] = [
      { verb: "acknowledge" },
      { verb: "assign", owner: "li" },
      { verb: "level", level: "P1" },
      { verb: "restore" },
      { verb: "review", cause: "another" },
      { verb: "close" },
    ];
    for (const step of steps)
      await expect(take(id, step), step.verb).rejects.toThrow(ConflictError);
    await expect(take(id, { verb: "reopen", note: " " })).rejects.toThrow(InvalidInputError);
    expect(await take(id, { verb: "reopen", note: "It was the fan." })).toMatchObject({
      state: "restored",
      closedAtMs: null,
      closedBy: null,
      cause: REVIEW.cause,
    });
    expect(await take(id, { verb: "review", cause: "The fan.", followUps: " " })).toMatchObject({
      cause: "The fan.",
      impact: REVIEW.impact,
      followUps: null,
    });
    await take(id, { verb: "close" });
    const kinds = (await eventsOf(id)).map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === "malfunction-closed")).toHaveLength(2);
    expect(await verifyAudit(october.db)).toBe(null);
  });

  test("levels set forth and back in one instant are all told", async () => {
    const { id } = (await open()).malfunction;
    for (const level of ["P3", "P2", "P3"] as const) await take(id, { verb: "level", level });
    await take(id, { verb: "level", level: "P3" }, wang);
    const changed = (await eventsOf(id)).filter(({ kind }) => kind === "malfunction-changed");
    expect(changed).toHaveLength(3);
    expect((await readMalfunction(october, id, viewer)).malfunction.levelBy).toBe("user:wang");
  });
});

describe("a ticket system", () => {
  test("that posts its number again, or twice at once, gets the same malfunction", async () => {
    const both = await Promise.all([open({ reference: "INC-7" }), open({ reference: "INC-7" })]);
    expect(both.filter(({ isNew }) => isNew)).toHaveLength(1);
    expect(both[0]?.malfunction).toEqual(both[1]?.malfunction);
    expect(both[0]?.malfunction.origin).toBe("ticket");
    const again = await open({ reference: " INC-7 ", title: "Another title", level: "P1" });
    expect(again).toEqual({ malfunction: both[0]?.malfunction, isNew: false });
    expect(await eventsOf(again.malfunction.id)).toHaveLength(1);
  });

  test("is told everything that is wrong with its report", async () => {
    const wrong = open({
      title: " \n",
      reference: "",
      account: "acne",
      product: "ecz",
      region: "cn-hangzou",
      beganAt: iso(NOW + 3_600_000),
    });
    await expect(wrong).rejects.toMatchObject({
      problems: [
        { place: "title" },
        { place: "reference" },
        { place: "account", message: expect.stringContaining("acme") as string },
        { place: "region", message: expect.stringContaining("cn-hangzhou") as string },
        { place: "product" },
        { place: "beganAt", message: "is in the future" },
      ],
    });
    await expect(open({ beganAt: "1970-01-01T00:00:00Z" })).rejects.toThrow(/400 days ago/u);
    await expect(open({ title: "half of one: \uD83D" })).rejects.toThrow(/cannot be stored/u);
    const { malfunction } = await open({ title: " a\0b\n c " });
    expect(malfunction.title).toBe("a b c");
  });
});

describe("one of outages", () => {
  test("is restored by the measurement alone, and keeps the level that a person set", async () => {
    const id = await outageMalfunction(october, {
      fromMs: NOW - 3_600_000,
      outages: [{ account: "acme" }],
    });
    await expect(take(id, { verb: "restore" })).rejects.toThrow(/when its outages are over/u);
    expect(await take(id, { verb: "level", level: "P1" })).toMatchObject({ levelBy: "user:li" });
  });

  test("shows an account manager their own part, and no names", async () => {
    const id = await outageMalfunction(october, {
      fromMs: NOW - 2 * 3_600_000,
      outages: [{ account: "acme" }, { account: "globex", region: "cn-shanghai" }],
    });
    await take(id, { verb: "acknowledge" });
    await take(id, { verb: "note", text: "globex is angry" });
    const seen = await readMalfunction(october, id, manager);
    expect(seen.malfunction).toMatchObject({ owner: null, acknowledgedBy: "staff" });
    expect(seen.outages.map(({ account }) => account)).toEqual(["acme"]);
    expect(seen.timeline.map(({ kind, by }) => [kind, by])).toEqual([
      ["open", null],
      ["overdue", null],
      ["acknowledge", null],
    ]);
    expect(JSON.stringify(seen)).not.toMatch(/globex|shanghai|user:li/u);
    const other = await outageMalfunction(october, {
      fromMs: NOW - 5 * 3_600_000,
      outages: [{ account: "globex" }],
    });
    await expect(readMalfunction(october, other, manager)).rejects.toThrow(NotFoundError);
    const listed = await readMalfunctions(october, {}, manager);
    expect(listed.map(({ malfunction }) => malfunction.id)).not.toContain(other);
    const inShanghai = await readMalfunctions(october, { region: "cn-shanghai" }, manager);
    expect(inShanghai).toEqual([]);
    const forAll = await readMalfunctions(october, { region: "cn-shanghai" }, viewer);
    expect(forAll.map(({ malfunction }) => malfunction.id)).toEqual([id]);
  });

  test("began and ended for an account with its own outages, whatever happened to others", async () => {
    const HOUR_MS = 60 * MINUTE_MS;
    const [fromMs, untilMs] = [NOW - 50 * HOUR_MS, NOW - 49 * HOUR_MS];
    const id = await outageMalfunction(october, {
      fromMs: NOW - 60 * HOUR_MS,
      outages: [{ account: "acme", fromMs, untilMs }, { account: "globex" }],
    });
    const seen = await readMalfunction(october, id, manager);
    expect(seen.malfunction).toMatchObject({
      state: "restored",
      beganAtMs: fromMs,
      openedAtMs: fromMs,
      restoredAtMs: untilMs,
    });
    expect(seen.timeline.map(({ kind, atMs }) => [kind, atMs])).toEqual([
      ["open", fromMs],
      ["overdue", fromMs],
      ["restore", untilMs],
    ]);
    const incident = await readIncident(october, { id, account: "acme" }, viewer);
    expect(incident.malfunction).toMatchObject({ state: "restored", beganAtMs: fromMs });
    const whole = await readMalfunction(october, id, viewer);
    expect(whole.malfunction).toMatchObject({ state: "open", beganAtMs: NOW - 60 * HOUR_MS });
  });

  test("stands beside others of the same time and product", async () => {
    const near = await outageMalfunction(october, {
      fromMs: NOW - 100 * 3_600_000,
      outages: [{ account: "globex", region: "cn-shanghai" }],
    });
    const one = await outageMalfunction(october, {
      fromMs: NOW - 100 * 3_600_000 + 5 * MINUTE_MS,
      outages: [{ account: "acme" }],
    });
    expect((await readMalfunction(october, one, viewer)).related.map(({ id }) => id)).toEqual([
      near,
    ]);
    expect((await readMalfunction(october, one, manager)).related).toEqual([]);
  });
});

test("roles that may not handle malfunctions are refused, and nothing is written", async () => {
  const { id } = (await open()).malfunction;
  const before = await readMalfunction(october, id, viewer);
  for (const by of [viewer, manager]) {
    await expect(open({}, by)).rejects.toThrow(ForbiddenError);
    await expect(take(id, { verb: "acknowledge" }, by)).rejects.toThrow(ForbiddenError);
    await expect(take(id, { verb: "note", text: "x" }, by)).rejects.toThrow(ForbiddenError);
  }
  expect(await readMalfunction(october, id, viewer)).toEqual(before);
  await expect(take(9999, { verb: "acknowledge" })).rejects.toThrow(NotFoundError);
});

test("who answers too late, or not at all, stands in the timeline as late", async () => {
  october.clock.set(NOW);
  const { id } = (await open({ level: "P1" })).malfunction;
  expect((await readMalfunction(october, id, viewer)).inTime).toBe(null);
  october.clock.set(NOW + 16 * MINUTE_MS);
  expect((await readMalfunction(october, id, viewer)).inTime).toBe(false);
  await take(id, { verb: "acknowledge" });
  const { inTime, timeline } = await readMalfunction(october, id, viewer);
  expect(inTime).toBe(false);
  expect(timeline.map(({ kind }) => kind)).toEqual(["open", "overdue", "acknowledge"]);
});
