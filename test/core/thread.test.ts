import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { MessageStatus } from "../../src/core/message.ts";
import type { Route } from "../../src/core/route.ts";
import { takeStep, type Step, type Telling } from "../../src/core/thread.ts";

const ROUTE: Route = {
  channels: ["ops"],
  events: null,
  products: null,
  regions: null,
  accounts: null,
  levels: null,
  delayMs: 10_000,
  intervalMs: 60_000,
  quietHours: null,
  escalate: null,
};

function stepOf(given: Partial<Step>): Step {
  return {
    event: 1,
    atMs: 0,
    phase: "begin",
    topic: "burn",
    about: "budget",
    channel: "ops",
    member: "web-1",
    chosen: { route: ROUTE, accounts: null },
    nowMs: 0,
    ...given,
  };
}

/** Takes steps from an empty start; "send" sends what waits. Gives the messages by thread. */
function tell(steps: readonly (Partial<Step> | "send")[]) {
  const threads: { status: MessageStatus; events: readonly number[] }[][] = [];
  let telling: Telling | null = null;
  let event = 0;
  const send = () => {
    if (telling === null || telling.waiting === null) return;
    threads.at(-1)?.push({ status: telling.waiting.status, events: telling.waiting.events });
    telling = { ...telling, waiting: null, hasEarlier: true, lastSentAtMs: 0 };
  };
  for (const step of [...steps, "send" as const]) {
    if (step === "send") {
      send();
      continue;
    }
    event += 1;
    const before: Telling | null = telling;
    telling = takeStep(telling, stepOf({ event, ...step }));
    const isNew =
      telling !== before && telling?.hasEarlier === false && (before?.waiting ?? null) === null;
    if (isNew) threads.push([]);
  }
  return { threads, telling };
}

describe("a thread", () => {
  test("opens with a delay, goes on at an interval and ends", () => {
    const opened = takeStep(null, stepOf({ atMs: 1_000, nowMs: 3_000 }));
    expect(opened?.waiting).toEqual({ status: "opened", events: [1], dueAtMs: 11_000 });
    expect(opened?.thread).toMatchObject({ openMembers: ["web-1"], openedAtMs: 1_000 });
    const sent = { ...opened!, waiting: null, hasEarlier: true, lastSentAtMs: 11_000 };
    const next = takeStep(sent, stepOf({ event: 2, atMs: 20_000, nowMs: 20_000, member: "web-2" }));
    expect(next?.waiting).toEqual({ status: "update", events: [2], dueAtMs: 71_000 });
    const late = takeStep(sent, stepOf({ event: 2, phase: "over", atMs: 90_000, nowMs: 90_000 }));
    expect(late?.waiting).toEqual({ status: "resolved", events: [2], dueAtMs: 90_000 });
    expect(late?.thread).toMatchObject({ openMembers: [], overAtMs: 90_000 });
  });

  test("has later notices wait for each other too", () => {
    const notice = { phase: "notice", member: null } as const;
    const first = takeStep(null, stepOf(notice))!;
    const sent = { ...first, waiting: null, hasEarlier: true, lastSentAtMs: 0 };
    const next = takeStep(sent, stepOf({ ...notice, atMs: 500_000, nowMs: 500_000 }));
    expect(next?.waiting).toMatchObject({ status: "notice", dueAtMs: 510_000 });
  });

  test("is told by the sooner of two routes while it waits, and by the later one's interval", () => {
    const route = (more: Partial<Route>) => ({
      chosen: { route: { ...ROUTE, ...more }, accounts: null },
    });
    const slow = takeStep(null, stepOf(route({ delayMs: 3_600_000 })))!;
    const at = { event: 2, atMs: 5_000, nowMs: 5_000, phase: "update" } as const;
    expect(takeStep(slow, stepOf({ ...at, ...route({}) }))?.waiting?.dueAtMs).toBe(15_000);
    expect(takeStep(slow, stepOf({ ...at, chosen: null }))).toBe(slow);
    const over = takeStep(slow, stepOf({ ...at, phase: "over", chosen: null }));
    expect(over?.waiting).toMatchObject({ status: "resolved", dueAtMs: 3_600_000 });
    const sent = { ...slow, waiting: null, hasEarlier: true, lastSentAtMs: 4_000 };
    const next = takeStep(sent, stepOf({ ...at, ...route({ intervalMs: 2_000 }) }));
    expect(next?.waiting?.dueAtMs).toBe(6_000);
  });

  test("does not rest for what was sent by a clock that was ahead", () => {
    const sent = { ...takeStep(null, stepOf({}))!, waiting: null, hasEarlier: true };
    const ahead = { ...sent, lastSentAtMs: 9_000_000 };
    const next = takeStep(ahead, stepOf({ event: 2, atMs: 1_000, nowMs: 1_000 }));
    expect(next?.waiting?.dueAtMs).toBe(61_000);
  });

  test("does not open by what is over, nor without a route", () => {
    expect(takeStep(null, stepOf({ phase: "over" }))).toBeNull();
    expect(takeStep(null, stepOf({ chosen: null }))).toBeNull();
  });

  test("ends even when no route fits any more", () => {
    const { threads } = tell([{}, "send", { phase: "over", chosen: null }]);
    expect(threads.map((messages) => messages.map(({ status }) => status))).toEqual([
      ["opened", "resolved"],
    ]);
  });

  test("tells a blip in one message, and one that began again as one that lasts", () => {
    expect(tell([{}, { phase: "over" }]).threads).toEqual([
      [{ status: "resolved", events: [1, 2] }],
    ]);
    expect(tell([{}, { phase: "over" }, {}]).threads).toEqual([
      [{ status: "opened", events: [1, 2, 3] }],
    ]);
    expect(tell([{}, "send", { phase: "over" }, {}]).threads).toEqual([
      [
        { status: "opened", events: [1] },
        { status: "update", events: [2, 3] },
      ],
    ]);
  });

  test("unites the accounts of the routes by which it was told", () => {
    const of = (accounts: string[] | null) => ({ chosen: { route: ROUTE, accounts } });
    const first = takeStep(null, stepOf(of(["acme"])));
    const both = takeStep(first, stepOf({ event: 2, ...of(["globex"]) }));
    expect(both?.thread.accounts).toEqual(["acme", "globex"]);
    expect(takeStep(both, stepOf({ event: 3, ...of(null) }))?.thread.accounts).toBeNull();
  });

  test("whatever begins and ends in whatever order, is opened first, resolved last and once", () => {
    const step = fc.oneof(
      fc.record({
        phase: fc.constantFrom("begin", "over", "update"),
        member: fc.constantFrom("web-1", "web-2", "web-3"),
      }),
      fc.constant("send" as const),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const open = new Set<string>();
        for (const one of steps) {
          if (one === "send") continue;
          if (one.phase === "over") open.delete(one.member);
          else open.add(one.member);
        }
        const over = [...open].map((member) => ({ phase: "over" as const, member }));
        const { threads, telling } = tell([...steps, ...over]);
        for (const messages of threads) {
          const statuses = messages.map(({ status }) => status);
          expect(statuses.length).toBeGreaterThan(0);
          expect(statuses.indexOf("resolved")).toBe(statuses.length - 1);
          if (statuses.length > 1) expect(statuses.lastIndexOf("opened")).toBe(0);
        }
        expect(telling?.thread.openMembers ?? []).toEqual([]);
        // Each event that was taken stands in one message.
        const events = threads.flatMap((messages) => messages.flatMap((one) => one.events));
        expect(new Set(events).size).toBe(events.length);
      }),
      { numRuns: 2_000 },
    );
  });
});
