import { describe, expect, test } from "vitest";
import { lapseClaims } from "../src/claim.ts";
import { closeMonth } from "../src/close-month.ts";
import { SYSTEM, type Actor } from "../src/core/access.ts";
import { canonicalJson } from "../src/core/canonical-json.ts";
import type { ClaimStep } from "../src/core/claim.ts";
import { claimDays } from "../src/core/claim.ts";
import { describeClaim, handleClaim } from "../src/handle-claim.ts";
import { listAudit } from "../src/store/audit-log.ts";
import { claimJson, listClaims, type StoredClaim } from "../src/store/claims.ts";
import { configOf } from "./helpers/app.ts";
import { cleanUpAfterEach } from "./helpers/clean-up.ts";
import {
  createHourlyMonth,
  HOURLY_CONFIG,
  OCTOBER,
  type HourlyMonth,
} from "./helpers/hourly-month.ts";

const onEnd = cleanUpAfterEach();
const { month } = OCTOBER;
const DAY_MS = 86_400_000;
const LI: Actor = { name: "user:li", role: "account-manager", accounts: ["acme"], origin: "cli" };

/** web-1 missed for 4 hours, web-2 for 10. */
async function missedMonth(yaml?: string): Promise<HourlyMonth> {
  const october = await createHourlyMonth(yaml);
  onEnd(october.drop);
  await october.fill("web-1", (hour) => (hour >= 100 && hour < 104 ? "f" : "o"));
  await october.fill("web-2", (hour) => (hour >= 200 && hour < 210 ? "f" : "o"));
  return october;
}

/** Closes by the configuration as changed. */
async function close(october: HourlyMonth, change: (yaml: string) => string = (yaml) => yaml) {
  const config = configOf(change(HOURLY_CONFIG));
  return closeMonth({ ...october, config }, { month, by: SYSTEM, afresh: true });
}

/** "web-1 owed 120.00 CNY". */
async function claimsOf({ db, clock }: HourlyMonth): Promise<string[]> {
  return (await listClaims(db, { month })).map((claim) => {
    const { subject, state, amount, percent, currency } = describeClaim(claim, clock.nowMs());
    return `${subject} ${state} ${amount ?? `${percent} %`} ${currency}`;
  });
}

async function claimOf({ db }: HourlyMonth, subject: string): Promise<StoredClaim> {
  const [claim] = await listClaims(db, { month, subject });
  return claim!;
}

async function take(october: HourlyMonth, subject: string, ...steps: ClaimStep[]): Promise<void> {
  const { id } = await claimOf(october, subject);
  october.clock.set(Math.max(october.clock.nowMs(), OPEN_MS));
  for (const step of steps) await handleClaim(october, { id, step, actor: SYSTEM });
}

/** The claims' window is open. */
const OPEN_MS = Date.parse("2026-11-06T00:00:00Z");
const submit = (on = "2026-11-06"): ClaimStep => ({ verb: "submit", reference: "T-1", on });

async function eventsOf({ db }: HourlyMonth): Promise<Record<string, unknown>[]> {
  const { rows } = await db.query<{ key: string; data: string }>(
    `select key, account, region, data from event where kind = 'credit-owed' order by id`,
  );
  return rows.map((row) => ({ ...row, data: JSON.parse(row.data) as unknown }));
}

/** Each claim is what the audit log says it became last. */
async function expectLogged({ db }: HourlyMonth): Promise<void> {
  for (const claim of await listClaims(db)) {
    const [last] = await listAudit(db, { item: `claim:${claim.id}` }, { limit: 1 });
    expect(last?.after).toBe(canonicalJson(claimJson(claim)));
  }
}

const cheaper = (yaml: string) => yaml.replace('monthlyFee: "1200.00"', 'monthlyFee: "600.00"');
const lenient = (yaml: string) => yaml.replace('objective: "99.5"', 'objective: "90"');

describe("closing a month", () => {
  test("makes a claim of every credit and tells of it, once", async () => {
    const october = await missedMonth();
    await close(october);
    await close(october);
    expect(await claimsOf(october)).toEqual(["web-1 owed 120.00 CNY", "web-2 owed 250 JPY"]);
    const [first, second, ...more] = await eventsOf(october);
    expect(more).toEqual([]);
    expect(first).toEqual({
      key: "credit-owed/2026-10/acme/hourly/web-1/1",
      account: "acme",
      region: "cn-hangzhou",
      data: {
        claim: (await claimOf(october, "web-1")).id,
        revision: 1,
        percent: 10,
        amount: "120.00",
        currency: "CNY",
        claimFrom: "2026-11-05T16:00:00.000Z",
        claimUntil: "2026-12-31T16:00:00.000Z",
      },
    });
    expect(second).toMatchObject({ account: "globex", data: { percent: 25, amount: "250" } });
    await expectLogged(october);
  });

  test("a month that is met owes nothing", async () => {
    const october = await missedMonth();
    await close(october, lenient);
    expect(await claimsOf(october)).toEqual([]);
    expect(await eventsOf(october)).toEqual([]);
  });

  test("without a fee the percent is owed, with a fee of nothing nothing is", async () => {
    const october = await missedMonth();
    await close(october, (yaml) =>
      yaml.replace('monthlyFee: "1200.00", ', "").replace('monthlyFee: "999"', 'monthlyFee: "0"'),
    );
    expect(await claimsOf(october)).toEqual(["web-1 owed 10 % CNY"]);
  });

  test("long after the window has closed, the claim has lapsed and nobody is told", async () => {
    const october = await missedMonth();
    october.clock.set(Date.parse("2026-12-31T16:00:00Z"));
    await close(october);
    expect(await claimsOf(october)).toEqual(["web-1 lapsed 120.00 CNY", "web-2 lapsed 250 JPY"]);
    expect(await eventsOf(october)).toEqual([]);
    await expectLogged(october);
  });
});

describe("a later revision", () => {
  test("changes what nobody has submitted, with a note", async () => {
    const october = await missedMonth();
    await close(october);
    await take(october, "web-1", { verb: "acknowledge" });
    await close(october, cheaper);
    expect(await claimsOf(october)).toEqual(["web-1 acknowledged 60.00 CNY", "web-2 owed 250 JPY"]);
    expect(await claimOf(october, "web-1")).toMatchObject({
      revision: 2,
      note: "revision 2 gives 60.00 CNY",
    });
    expect(await eventsOf(october)).toHaveLength(2);
    await expectLogged(october);
  });

  test("withdraws what it no longer gives, and a further one brings it back", async () => {
    const october = await missedMonth();
    await close(october);
    await close(october, lenient);
    expect(await claimsOf(october)).toEqual([
      "web-1 withdrawn 120.00 CNY",
      "web-2 withdrawn 250 JPY",
    ]);
    expect((await claimOf(october, "web-1")).note).toBe("revision 2 gives nothing: met");
    await close(october, cheaper);
    const claim = await claimOf(october, "web-1");
    expect(claim).toMatchObject({ state: "owed", amountMinor: 6000n, revision: 3 });
    expect(claim.note).toBe("revision 2 gives nothing: met\nrevision 3 gives 60.00 CNY");
    expect((await eventsOf(october)).map(({ key }) => key)).toEqual([
      "credit-owed/2026-10/acme/hourly/web-1/1",
      "credit-owed/2026-10/globex/hourly/web-2/1",
      "credit-owed/2026-10/acme/hourly/web-1/3",
      "credit-owed/2026-10/globex/hourly/web-2/3",
    ]);
    await expectLogged(october);
  });

  test("leaves what was submitted as it is, and says so", async () => {
    const october = await missedMonth();
    await close(october);
    await take(october, "web-1", submit());
    await take(october, "web-2", submit(), { verb: "credit", amount: "100" });
    await close(october, cheaper);
    await close(october, lenient);
    expect(await claimsOf(october)).toEqual([
      "web-1 submitted 120.00 CNY",
      "web-2 credited 250 JPY",
    ]);
    expect(await claimOf(october, "web-1")).toMatchObject({
      revision: 1,
      note: "revision 2 gives 60.00 CNY\nrevision 3 gives nothing: met",
    });
    expect((await claimOf(october, "web-2")).note).toMatch(/^revision \d gives nothing: met$/);
    await expectLogged(october);
  });

  test("of which the target is no longer a part withdraws its claim", async () => {
    const october = await missedMonth();
    await close(october);
    const [target = ""] = /^ {2}- \{ id: web-1.*\n.*\n/mu.exec(HOURLY_CONFIG) ?? [];
    const other = target.replaceAll("web-1", "web-3");
    await close(october, (yaml) => yaml.replace(target, other));
    expect((await claimOf(october, "web-1")).note).toBe(
      "revision 2 gives nothing: not in the report",
    );
  });
});

describe("a target that moves to another account", () => {
  test("takes its claim along", async () => {
    const october = await missedMonth();
    await close(october);
    const moved = (yaml: string) =>
      yaml
        .replace("cn-hangzhou, account: acme", "cn-hangzhou, account: globex")
        .replace("cn-shanghai, account: globex", "cn-shanghai, account: acme");
    await close(october, moved);
    const claims = await listClaims(october.db);
    expect(claims.map(({ account, subject, state }) => [account, subject, state])).toEqual([
      ["acme", "web-1", "withdrawn"],
      ["acme", "web-2", "owed"],
      ["globex", "web-1", "owed"],
      ["globex", "web-2", "withdrawn"],
    ]);
    expect(await eventsOf(october)).toHaveLength(4);
    await expectLogged(october);
  });
});

describe("the window", () => {
  test("closes on what was not submitted", async () => {
    const october = await missedMonth();
    await close(october);
    await take(october, "web-2", submit());
    october.clock.set(Date.parse("2026-12-31T15:59:59.999Z"));
    expect(await lapseClaims(october)).toBe(0);
    october.clock.set(Date.parse("2026-12-31T16:00:00Z"));
    expect(await lapseClaims(october)).toBe(1);
    expect(await lapseClaims(october)).toBe(0);
    expect(await claimsOf(october)).toEqual(["web-1 lapsed 120.00 CNY", "web-2 submitted 250 JPY"]);
    await expectLogged(october);
  });

  test("a claim that was submitted in time may be noted late", async () => {
    const october = await missedMonth();
    await close(october);
    october.clock.set(Date.parse("2027-01-05T00:00:00Z"));
    await lapseClaims(october);
    await expect(take(october, "web-1", submit("2027-01-01"))).rejects.toThrow("window");
    await take(october, "web-1", submit("2026-12-31"));
    expect(await claimOf(october, "web-1")).toMatchObject({
      state: "submitted",
      submittedOn: "2026-12-31",
    });
  });

  test("counts days, a part of one as one", () => {
    const window = { claimFromMs: 10 * DAY_MS, claimUntilMs: 20 * DAY_MS };
    const days = (nowMs: number) => Object.values(claimDays(window, nowMs));
    expect(days(0)).toEqual([10, 20]);
    expect(days(9.5 * DAY_MS)).toEqual([1, 11]);
    expect(days(10 * DAY_MS)).toEqual([null, 10]);
    expect(days(20 * DAY_MS - 1)).toEqual([null, 1]);
    expect(days(20 * DAY_MS)).toEqual([null, null]);
  });
});

describe("a claim's life", () => {
  test("goes from owed to credited, each step in the audit log by who took it", async () => {
    const october = await missedMonth();
    await close(october);
    const { id } = await claimOf(october, "web-1");
    const steps: ClaimStep[] = [
      { verb: "acknowledge" },
      submit(),
      { verb: "refuse", reason: " not our network " },
      { verb: "credit", amount: "100.5" },
    ];
    october.clock.set(OPEN_MS);
    for (const step of steps) await handleClaim(october, { id, step, actor: LI });
    expect(describeClaim(await claimOf(october, "web-1"), october.clock.nowMs())).toMatchObject({
      state: "credited",
      amount: "120.00",
      credited: "100.50",
      reference: "T-1",
      submittedOn: "2026-11-06",
      refusal: null,
    });
    const log = await listAudit(october.db, { item: `claim:${id}` }, { limit: 10 });
    expect(log.map(({ actor, action }) => `${actor} ${action}`).toReversed()).toEqual([
      "system claim.owe",
      "user:li claim.acknowledge",
      "user:li claim.submit",
      "user:li claim.refuse",
      "user:li claim.credit",
    ]);
    for (const [at, entry] of log.toReversed().entries()) {
      expect(entry.before).toBe(at === 0 ? null : log.toReversed()[at - 1]!.after);
    }
  });

  test.each<[string, ClaimStep[], ClaimStep]>([
    ["acknowledged twice", [{ verb: "acknowledge" }], { verb: "acknowledge" }],
    ["credited before it was submitted", [], { verb: "credit", amount: "1" }],
    ["refused before it was submitted", [], { verb: "refuse", reason: "no" }],
    ["submitted after it was credited", [submit(), { verb: "credit", amount: "120" }], submit()],
  ])("cannot be %s", async (_, before, step) => {
    const october = await missedMonth();
    await close(october);
    await take(october, "web-1", ...before);
    const known = await claimOf(october, "web-1");
    await expect(take(october, "web-1", step)).rejects.toThrow(
      `claim ${known.id} is ${known.state}`,
    );
    expect(await claimOf(october, "web-1")).toEqual(known);
  });

  test("is not what cannot be", async () => {
    const october = await missedMonth();
    await close(october);
    const refused = async (step: ClaimStep, why: string) => {
      const before = await claimOf(october, "web-1");
      await expect(take(october, "web-1", step)).rejects.toThrow(why);
      expect(await claimOf(october, "web-1")).toEqual(before);
    };
    await refused(submit("2026-11-07"), "future");
    for (const day of ["2026-10-31", "2026-11-02", "2026-11-05"]) {
      await refused(submit(day), "before the claim's window, which opens on 2026-11-06");
    }
    await refused(submit("2026-11-31"), "no day of the calendar");
    await refused(submit("yesterday"), "no day of the calendar");
    await refused({ verb: "submit", reference: " ", on: "2026-11-06" }, "is empty");
    await refused({ verb: "submit", reference: "T\0", on: "2026-11-06" }, "cannot be stored");
    await take(october, "web-1", submit("2026-11-06"));
    await refused({ verb: "credit", amount: "1.005" }, "CNY, which has 2 decimals");
    await refused({ verb: "credit", amount: "-1" }, "no amount");
    await refused({ verb: "refuse", reason: "" }, "is empty");
  });

  test("is for those who may: by role, and by account", async () => {
    const october = await missedMonth();
    await close(october);
    const mine = (await claimOf(october, "web-1")).id;
    const theirs = (await claimOf(october, "web-2")).id;
    const step = { verb: "acknowledge" } as const;
    const sre: Actor = { name: "user:wu", role: "sre", accounts: null, origin: "cli" };
    await expect(handleClaim(october, { id: mine, step, actor: sre })).rejects.toThrow("may not");
    await expect(handleClaim(october, { id: theirs, step, actor: LI })).rejects.toThrow(
      `no claim ${theirs}`,
    );
    await handleClaim(october, { id: mine, step, actor: LI });
    expect(await claimsOf(october)).toEqual([
      "web-1 acknowledged 120.00 CNY",
      "web-2 owed 250 JPY",
    ]);
  });

  test("two who take the same step at once: one of them does", async () => {
    const october = await missedMonth();
    await close(october);
    const results = await Promise.allSettled([
      take(october, "web-1", { verb: "acknowledge" }),
      take(october, "web-1", { verb: "acknowledge" }),
      close(october, cheaper),
    ]);
    expect(results.map(({ status }) => status).toSorted()).toEqual([
      "fulfilled",
      "fulfilled",
      "rejected",
    ]);
    expect(await claimsOf(october)).toEqual(["web-1 acknowledged 60.00 CNY", "web-2 owed 250 JPY"]);
    await expectLogged(october);
  });
});
