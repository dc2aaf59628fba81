import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Actor, Role } from "../src/core/access.ts";
import type { Report } from "../src/core/report.ts";
import { ConflictError, ForbiddenError, InvalidInputError, NotFoundError } from "../src/errors.ts";
import {
  approveExclusion,
  proposeExclusion,
  readExclusion,
  readExclusions,
  rejectExclusion,
  withdrawExclusion,
} from "../src/exclude.ts";
import { createToken } from "../src/manage-access.ts";
import { reportMonth } from "../src/report-month.ts";
import { listEvents } from "../src/store/events.ts";
import { findFiguresVersion, findSettledUntil } from "../src/store/unsettled.ts";
import { verifyAudit } from "../src/verify-audit.ts";
import {
  createHourlyMonth,
  HOURLY_CONFIG,
  OCTOBER,
  type HourlyMonth,
} from "./helpers/hourly-month.ts";
import { pauseAfter, someoneWaits } from "./helpers/pausing-db.ts";
import { waitFor } from "./helpers/wait.ts";

const actor = (name: string, role: Role, accounts: string[] | null = null): Actor => ({
  name,
  role,
  accounts,
  origin: "192.0.2.7",
});
const li = actor("user:li", "sre");
const wang = actor("user:wang", "approver");
const zhao = actor("user:zhao", "approver");
const root = actor("user:root", "admin");
const manager = actor("user:mo", "account-manager", ["acme"]);
const viewer = actor("user:vi", "viewer");

const HOUR_MS = 3_600_000;
const hour = (number: number) => new Date(OCTOBER.fromMs + number * HOUR_MS).toISOString();
const proposal = (changes: object = {}) => ({
  kind: "customer-action",
  scope: { targets: ["web-1"] },
  from: hour(100),
  until: hour(104),
  reason: "they shut it down themselves",
  evidence: "TICKET-4711",
  ...changes,
});

let october: HourlyMonth;

beforeAll(async () => {
  october = await createHourlyMonth(
    HOURLY_CONFIG.replace(
      "targets:",
      `targets:
  - { id: bucket-1, product: oss, region: cn-hangzhou, account: acme, probe: { kind: tcp, address: "127.0.0.1:3" } }
  - { id: bucket-2, product: oss, region: cn-hangzhou, account: acme, probe: { kind: tcp, address: "127.0.0.1:4" } }`,
    ),
  );
  await october.fill("web-1", (at) => (at >= 100 && at < 104 ? "f" : "o"));
});
afterAll(() => october.drop());

const propose = async (changes: object = {}, by: Actor = li) =>
  (await proposeExclusion(october, proposal(changes), by)).id;
const subjectOf = async (id: string) => {
  const report: Report = await reportMonth(october, { month: OCTOBER.month });
  return report.subjects.find((subject) => subject.id === id)!;
};
const auditOf = async (id: number) => {
  const { rows } = await october.db.query<{ action: string; actor: string; after: string }>(
    `select action, actor, after from audit where item = $1 order by seq`,
    [`exclusion:${id}`],
  );
  return rows;
};

describe("the life of an exclusion", () => {
  test("proposed by one and approved by another, it turns the figure at once", async () => {
    expect(await subjectOf("web-1")).toMatchObject({ verdict: "missed", bad: "4", exclusions: [] });
    const id = await propose();
    expect(await subjectOf("web-1")).toMatchObject({ verdict: "missed", exclusions: [] });
    const version = await findFiguresVersion(october.db);
    const { exclusion, touched } = await approveExclusion(october, { id, note: " agreed " }, wang);
    expect(exclusion).toMatchObject({
      id,
      state: "approved",
      decidedBy: "user:wang",
      note: "agreed",
    });
    expect(touched).toEqual({ fromMs: Date.parse(hour(100)), untilMs: Date.parse(hour(104)) });
    expect(await findFiguresVersion(october.db)).not.toBe(version);
    expect(await subjectOf("web-1")).toMatchObject({
      verdict: "met",
      bad: "0",
      excluded: 4,
      counted: 744,
      exclusions: [
        {
          id,
          kind: "customer-action",
          from: hour(100),
          until: hour(104),
          reason: "they shut it down themselves",
          evidence: "TICKET-4711",
          proposedBy: "user:li",
          approvedBy: "user:wang",
        },
      ],
    });

    await expect(withdrawExclusion(october, { id }, wang)).rejects.toThrow(InvalidInputError);
    const withdrawn = await withdrawExclusion(october, { id, note: "the wrong day" }, wang);
    expect(withdrawn.exclusion.state).toBe("withdrawn");
    expect(withdrawn.touched).toEqual(touched);
    expect(await subjectOf("web-1")).toMatchObject({ verdict: "missed", exclusions: [] });
    const steps = await auditOf(id);
    expect(steps.map(({ action, actor: by }) => [action, by])).toEqual([
      ["exclusion.propose", "user:li"],
      ["exclusion.approve", "user:wang"],
      ["exclusion.withdraw", "user:wang"],
    ]);
    expect(JSON.parse(steps[2]!.after)).toMatchObject({
      id,
      state: "withdrawn",
      note: "the wrong day",
    });
    expect(await verifyAudit(october.db)).toBe(null);
  });

  test("who proposed it does not approve it, whatever the role and the way in", async () => {
    for (const proposer of [wang, root]) {
      const id = await propose({}, proposer);
      await expect(approveExclusion(october, { id }, proposer)).rejects.toThrow(ForbiddenError);
      const bare = proposer.name.slice("user:".length);
      const token = actor(`token:${bare}`, "admin");
      await expect(approveExclusion(october, { id }, token)).rejects.toThrow(/another approves/u);
      expect((await withdrawExclusion(october, { id }, proposer)).touched).toBe(null);
    }
  });

  test("who proposed it does not approve it by a token that they made, nor by two of them", async () => {
    const give = async (name: string, by: string) => {
      const deps = { db: october.db, clock: october.clock, config: october.config };
      await createToken(deps, { name, role: "admin" }, { name: by, origin: "192.0.2.7" });
      return actor(`token:${name}`, "admin");
    };
    const hand = await give("hand", "user:root");
    const other = await give("other-hand", "user:root");
    const finger = await give("finger", "token:hand");
    const [ci, cd] = [await give("ci", "local"), await give("cd", "local")];
    const byCi = await give("by-ci", "token:ci");
    for (const [proposer, approver] of [
      [root, hand],
      [hand, root],
      [hand, other],
      [root, finger],
      [finger, other],
      [ci, byCi],
      [byCi, ci],
    ] as const) {
      const id = await propose({}, proposer);
      const what = `${proposer.name} ${approver.name}`;
      await expect(approveExclusion(october, { id }, approver), what).rejects.toThrow(
        ForbiddenError,
      );
    }
    for (const [proposer, approver] of [
      [wang, hand],
      [hand, wang],
      [ci, cd],
      [byCi, cd],
    ] as const) {
      const id = await propose({}, proposer);
      const { exclusion } = await approveExclusion(october, { id }, approver);
      expect(exclusion).toMatchObject({ state: "approved", decidedBy: approver.name });
      await withdrawExclusion(october, { id, note: "only tried" }, approver);
    }
    expect(await verifyAudit(october.db)).toBe(null);
  });

  test("roles that may not are refused, and nothing is written", async () => {
    const id = await propose();
    const before = await auditOf(id);
    const version = await findFiguresVersion(october.db);
    for (const by of [viewer, manager]) {
      await expect(proposeExclusion(october, proposal(), by)).rejects.toThrow(ForbiddenError);
      await expect(withdrawExclusion(october, { id }, by)).rejects.toThrow(ForbiddenError);
    }
    const otherSre = actor("user:sun", "sre");
    for (const by of [viewer, manager, li, otherSre]) {
      await expect(approveExclusion(october, { id }, by)).rejects.toThrow(ForbiddenError);
      await expect(rejectExclusion(october, { id, note: "no" }, by)).rejects.toThrow(
        ForbiddenError,
      );
    }
    // A proposal is its proposer's, or an admin's, to take back.
    for (const by of [otherSre, wang]) {
      await expect(withdrawExclusion(october, { id }, by)).rejects.toThrow(ForbiddenError);
    }
    expect(await auditOf(id)).toEqual(before);
    expect(await findFiguresVersion(october.db)).toBe(version);
    await withdrawExclusion(october, { id }, root);
    await expect(withdrawExclusion(october, { id }, li)).rejects.toThrow(ConflictError);
  });

  test("an approved one is not the proposer's to withdraw", async () => {
    const id = await propose();
    await approveExclusion(october, { id }, wang);
    await expect(withdrawExclusion(october, { id, note: "oops" }, li)).rejects.toThrow(
      ForbiddenError,
    );
    await withdrawExclusion(october, { id, note: "checked again" }, zhao);
  });

  test("a rejection says why, changes no figure and is final", async () => {
    const id = await propose();
    const version = await findFiguresVersion(october.db);
    for (const note of [undefined, null, "  ", "x".repeat(2001)]) {
      await expect(rejectExclusion(october, { id, note }, wang)).rejects.toThrow(InvalidInputError);
    }
    const { exclusion, touched } = await rejectExclusion(october, { id, note: "no proof" }, wang);
    expect(exclusion).toMatchObject({
      state: "rejected",
      note: "no proof",
      decidedBy: "user:wang",
    });
    expect(touched).toBe(null);
    expect(await findFiguresVersion(october.db)).toBe(version);
    for (const decide of [approveExclusion, rejectExclusion, withdrawExclusion]) {
      await expect(decide(october, { id, note: "again" }, root)).rejects.toThrow(ConflictError);
    }
  });

  test("of two approvals at once one wins", async () => {
    const id = await propose();
    const paused = pauseAfter(october.db, "update exclusion");
    const first = approveExclusion({ ...october, db: paused.db }, { id }, wang);
    await paused.reached;
    const second = approveExclusion(october, { id }, zhao);
    const lost = second.catch((error: unknown) => error);
    await waitFor(() => someoneWaits(october.db as never), { what: "the second approval" });
    paused.go();
    expect((await first).exclusion.decidedBy).toBe("user:wang");
    expect(await lost).toBeInstanceOf(ConflictError);
    expect((await auditOf(id)).map(({ action }) => action)).toEqual([
      "exclusion.propose",
      "exclusion.approve",
    ]);
    await withdrawExclusion(october, { id, note: "tidy" }, wang);
  });

  test("one that is not there is not found", async () => {
    for (const decide of [approveExclusion, rejectExclusion, withdrawExclusion]) {
      await expect(decide(october, { id: 99_999, note: "x" }, root)).rejects.toThrow(NotFoundError);
    }
    await expect(readExclusion(october, 99_999, root)).rejects.toThrow(NotFoundError);
  });

  test("what is wrong with a proposal is told at once", async () => {
    const wrong = { kind: "rain", scope: { targets: ["web-9"] }, from: "x", until: "y" };
    const error = await proposeExclusion(october, wrong, li).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(InvalidInputError);
    expect((error as InvalidInputError).problems.map(({ place }) => place)).toEqual([
      "kind",
      "scope.targets",
      "from",
      "until",
      "reason",
      "evidence",
    ]);
  });
});

describe("figures", () => {
  test("a group of which only some targets are excluded counts them all", async () => {
    const group = "acme/oss/cn-hangzhou";
    const id = await propose({ scope: { targets: ["bucket-1"] } });
    await approveExclusion(october, { id }, wang);
    expect(await subjectOf(group)).toMatchObject({ excluded: 0, exclusions: [] });
    const whole = await propose({ scope: { products: ["oss"], regions: ["cn-hangzhou"] } });
    await approveExclusion(october, { id: whole }, wang);
    // Four hours of five minutes.
    expect(await subjectOf(group)).toMatchObject({ excluded: 48, exclusions: [{ id: whole }] });
    expect(await subjectOf("web-1")).toMatchObject({ excluded: 0 });
    for (const one of [id, whole])
      await withdrawExclusion(october, { id: one, note: "tidy" }, wang);
  });

  test("a recurring one is excluded each time, and its past is what it touches", async () => {
    // 1 October 2026 is a Thursday; its 100th hour is Monday, 04:00 in Shanghai.
    const recurrence = { rrule: "FREQ=WEEKLY;BYDAY=MO", timeZone: "Asia/Shanghai" };
    const id = await propose({ recurrence });
    const { touched } = await approveExclusion(october, { id }, wang);
    expect(touched).toEqual({ fromMs: Date.parse(hour(100)), untilMs: october.clock.nowMs() });
    const { excluded, exclusions } = await subjectOf("web-1");
    expect(excluded).toBe(16);
    expect(exclusions.map(({ id: of, from }) => [of, from])).toEqual(
      [100, 268, 436, 604].map((at) => [id, hour(at)]),
    );
    await withdrawExclusion(october, { id, note: "tidy" }, wang);
  });

  test("what lies in the future touches nothing yet", async () => {
    const id = await propose({ from: "2027-03-01T00:00:00Z", until: "2027-03-01T04:00:00Z" });
    expect((await approveExclusion(october, { id }, wang)).touched).toBe(null);
  });

  test("figures have another version after an approval even before anything is settled", async () => {
    const empty = await createHourlyMonth();
    try {
      const { id } = await proposeExclusion(empty, proposal(), li);
      const version = await findFiguresVersion(empty.db);
      await approveExclusion(empty, { id }, wang);
      expect(await findFiguresVersion(empty.db)).not.toBe(version);
      expect(await findSettledUntil(empty.db)).toBe(null);
      await empty.fill("web-1", () => "o");
      expect(await findSettledUntil(empty.db)).toBeGreaterThan(OCTOBER.untilMs);
    } finally {
      await empty.drop();
    }
  });
});

describe("planned maintenance", () => {
  test("a notice is due to each account touched, of its own targets alone, once", async () => {
    const recurrence = { rrule: "FREQ=WEEKLY;BYDAY=SU", timeZone: "Asia/Shanghai" };
    const id = await propose({
      kind: "maintenance",
      scope: { targets: ["web-1", "web-2"] },
      from: "2026-11-08T02:00:00+08:00",
      until: "2026-11-08T04:00:00+08:00",
      recurrence,
      reason: "new switches",
    });
    const told = async () =>
      (await listEvents(october.db, { after: 0, limit: 100, kind: "maintenance-planned" }))
        .map(({ account, data }) => ({ account, ...JSON.parse(data) }))
        .filter(({ exclusion }) => exclusion === id);
    expect(await told()).toEqual([]);
    await approveExclusion(october, { id }, wang);
    const common = {
      exclusion: id,
      from: "2026-11-07T18:00:00.000Z",
      until: "2026-11-07T20:00:00.000Z",
      reason: "new switches",
      recurrence,
    };
    expect(await told()).toEqual([
      { account: "acme", scope: { targets: ["web-1"] }, ...common },
      { account: "globex", scope: { targets: ["web-2"] }, ...common },
    ]);
    await withdrawExclusion(october, { id, note: "put off" }, wang);
  });

  test("nothing else is announced", async () => {
    const id = await propose({ kind: "attack" });
    await approveExclusion(october, { id }, wang);
    const events = await listEvents(october.db, { after: 0, limit: 100 });
    expect(events.filter(({ data }) => data.includes(`"exclusion":${id},`))).toEqual([]);
    await withdrawExclusion(october, { id, note: "tidy" }, wang);
  });
});

describe("lists", () => {
  let fresh: HourlyMonth;
  const ids: Record<string, number> = {};
  beforeAll(async () => {
    fresh = await createHourlyMonth();
    const add = async (name: string, changes: object) => {
      ids[name] = (await proposeExclusion(fresh, proposal(changes), li)).id;
    };
    await add("one", {});
    await add("two", { scope: { targets: ["web-1", "web-2"] } });
    await add("globex", { scope: { account: "globex" } });
    await add("regions", { scope: { regions: ["cn-shanghai", "cn-hangzhou"] } });
    await add("all", {
      scope: { all: true },
      from: "2026-11-02T00:00:00Z",
      until: "2026-11-03T00:00:00Z",
    });
    await add("monthly", {
      recurrence: { rrule: "FREQ=MONTHLY;BYDAY=1MO", timeZone: "Asia/Shanghai" },
    });
    await approveExclusion(fresh, { id: ids["one"]! }, wang);
  });
  afterAll(() => fresh.drop());

  const found = async (query: Parameters<typeof readExclusions>[1], by: Actor = root) => {
    const list = await readExclusions(fresh, query, by);
    const names = Object.keys(ids);
    return list.map(({ id }) => names.find((name) => ids[name] === id));
  };

  test("are newest first, by state, month, account, target, product and region", async () => {
    expect(await found({})).toEqual(["monthly", "all", "regions", "globex", "two", "one"]);
    expect(await found({ state: "approved" })).toEqual(["one"]);
    expect(await found({ state: "proposed", target: "web-1" })).toEqual([
      "monthly",
      "all",
      "regions",
      "two",
    ]);
    expect(await found({ month: "2026-10" })).toEqual([
      "monthly",
      "regions",
      "globex",
      "two",
      "one",
    ]);
    expect(await found({ month: "2026-11" })).toEqual(["monthly", "all"]);
    expect(await found({ month: "2026-09" })).toEqual([]);
    expect(await found({ account: "globex" })).toEqual(["all", "regions", "globex", "two"]);
    expect(await found({ target: "web-2" })).toEqual(["all", "regions", "globex", "two"]);
    expect(await found({ region: "cn-shanghai", account: "globex" })).toEqual([
      "all",
      "regions",
      "globex",
      "two",
    ]);
    expect(await found({ product: "rds" })).toEqual([]);
  });

  test("an account manager sees what touches their accounts, and of it their own", async () => {
    expect(await found({}, manager)).toEqual(["monthly", "all", "regions", "two", "one"]);
    const scopeOf = async (name: string) => (await readExclusion(fresh, ids[name]!, manager)).scope;
    expect(await scopeOf("two")).toEqual({ targets: ["web-1"] });
    expect(await scopeOf("regions")).toEqual({ regions: ["cn-hangzhou"] });
    expect(await scopeOf("all")).toEqual({ all: true });
    await expect(scopeOf("globex")).rejects.toThrow(`no exclusion ${ids["globex"]}`);
  });
});
