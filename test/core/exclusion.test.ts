import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { evaluate } from "../../src/core/evaluate.ts";
import {
  appliesTo,
  EXCLUSION_KINDS,
  exclusionsFor,
  isSamePerson,
  occurrences,
  reachOf,
  type Exclusion,
  type ExclusionScope,
} from "../../src/core/exclusion.ts";
import { readProposal } from "../../src/core/exclusion-proposal.ts";
import { compareFractions } from "../../src/core/fraction.ts";
import type { Interval } from "../../src/core/month.ts";
import {
  OCTOBER,
  octoberInput,
  octoberInterval,
  octoberRuns,
  testEvidence,
  testTarget,
} from "../helpers/sla.ts";

let lastId = 0;
function approved(
  scope: ExclusionScope,
  { fromMs, untilMs }: Interval,
  changes: Partial<Exclusion> = {},
): Exclusion {
  lastId += 1;
  return {
    id: lastId,
    kind: "maintenance",
    scope,
    fromMs,
    untilMs,
    recurrence: null,
    reason: "repair of a power supply",
    evidence: "https://status.example.com/7",
    state: "approved",
    proposedBy: "user:li",
    proposedAtMs: OCTOBER.fromMs,
    decidedBy: "user:wang",
    decidedAtMs: OCTOBER.fromMs,
    note: null,
    ...changes,
  };
}

const web = testTarget({ id: "web-1" });
const others = testTarget({ id: "web-2", account: "globex", region: "cn-shanghai" });

describe("appliesTo", () => {
  test.each<[ExclusionScope, boolean, boolean]>([
    [{ targets: ["web-1"] }, true, false],
    [{ targets: ["web-1", "web-2"] }, true, true],
    [{ products: ["ecs"] }, true, true],
    [{ products: ["rds"] }, false, false],
    [{ products: ["rds", "ecs"], regions: ["cn-hangzhou"] }, true, false],
    [{ regions: ["cn-shanghai"] }, false, true],
    [{ products: ["rds"], regions: ["cn-hangzhou"] }, false, false],
    [{ account: "acme" }, true, false],
    [{ all: true }, true, true],
  ])("%j", (scope, toWeb, toOthers) => {
    expect(appliesTo({ scope }, { targets: [web] })).toBe(toWeb);
    expect(appliesTo({ scope }, { targets: [others] })).toBe(toOthers);
    // A group is excluded as a whole or not at all.
    expect(appliesTo({ scope }, { targets: [web, others] })).toBe(toWeb && toOthers);
  });

  test("a subject without targets is not excluded", () => {
    expect(appliesTo({ scope: { all: true } }, { targets: [] })).toBe(false);
  });
});

describe("occurrences and reach", () => {
  const once = approved({ all: true }, octoberInterval(100, 200));
  const weekly = approved({ all: true }, octoberInterval(0, 60), {
    recurrence: { rrule: "FREQ=WEEKLY;COUNT=3", timeZone: "Asia/Shanghai" },
  });

  test("one interval is one occurrence where it overlaps", () => {
    expect(occurrences(once, octoberInterval(0, 1000))).toEqual([octoberInterval(100, 200)]);
    expect(occurrences(once, octoberInterval(199, 1000))).toEqual([octoberInterval(100, 200)]);
    expect(occurrences(once, octoberInterval(200, 1000))).toEqual([]);
    expect(occurrences(once, octoberInterval(0, 100))).toEqual([]);
    expect(reachOf(once)).toEqual(octoberInterval(100, 200));
  });

  test("a recurring one has several, and ends with its last", () => {
    expect(occurrences(weekly, OCTOBER)).toEqual([
      octoberInterval(0, 60),
      octoberInterval(10_080, 10_140),
      octoberInterval(20_160, 20_220),
    ]);
    expect(reachOf(weekly)).toEqual(octoberInterval(0, 20_220));
    const endless = { ...weekly, recurrence: { rrule: "FREQ=WEEKLY", timeZone: "UTC" } };
    expect(reachOf(endless)).toEqual({ fromMs: weekly.fromMs, untilMs: null });
  });
});

describe("exclusionsFor", () => {
  test("overlaps are united, and each exclusion keeps its row", () => {
    const [a, b] = [
      approved({ all: true }, octoberInterval(100, 200)),
      approved({ targets: ["web-1"] }, octoberInterval(150, 300), { kind: "attack" }),
    ];
    const excludedOf = exclusionsFor([b, a], OCTOBER);
    expect(excludedOf({ targets: [web] }, OCTOBER)).toEqual({
      intervals: [octoberInterval(100, 300)],
      rows: [
        {
          id: a.id,
          kind: "maintenance",
          from: "2026-09-30T17:40:00.000Z",
          until: "2026-09-30T19:20:00.000Z",
          reason: "repair of a power supply",
          evidence: "https://status.example.com/7",
          proposedBy: "user:li",
          approvedBy: "user:wang",
        },
        expect.objectContaining({ id: b.id, kind: "attack", until: "2026-09-30T21:00:00.000Z" }),
      ],
    });
    expect(excludedOf({ targets: [others] }, OCTOBER).rows.map(({ id }) => id)).toEqual([a.id]);
    expect(excludedOf({ targets: [web, others] }, OCTOBER).rows.map(({ id }) => id)).toEqual([
      a.id,
    ]);
  });

  test("what lies outside the month counts for the evidence, and has no row", () => {
    const early = approved({ all: true }, octoberInterval(-500, -400));
    const across = approved({ all: true }, octoberInterval(-60, 60));
    const excludedOf = exclusionsFor([early, across], octoberInterval(-600, 44_640));
    const { intervals, rows } = excludedOf({ targets: [web] }, OCTOBER);
    expect(intervals).toEqual([octoberInterval(-500, -400), octoberInterval(-60, 60)]);
    expect(rows.map(({ id }) => id)).toEqual([across.id]);
  });

  test("a recurring one has a row for each occurrence in the month", () => {
    const daily = approved({ account: "acme" }, octoberInterval(0, 30), {
      recurrence: { rrule: "FREQ=DAILY", timeZone: "Asia/Shanghai" },
    });
    const { intervals, rows } = exclusionsFor([daily], OCTOBER)({ targets: [web] }, OCTOBER);
    expect(intervals).toHaveLength(31);
    expect(new Set(rows.map(({ id }) => id))).toEqual(new Set([daily.id]));
    expect(rows).toHaveLength(31);
  });

  test("subjects under the same exclusions share one answer", () => {
    const excludedOf = exclusionsFor([approved({ all: true }, OCTOBER)], OCTOBER);
    expect(excludedOf({ targets: [web] }, OCTOBER)).toBe(
      excludedOf({ targets: [others] }, OCTOBER),
    );
  });
});

describe("figures", () => {
  const excludedOf = (exclusions: readonly Exclusion[], input = octoberInput()) =>
    exclusionsFor(exclusions, OCTOBER)(
      { targets: input.members.map(({ target }) => target) },
      OCTOBER,
    ).intervals;

  test("38 bad minutes inside an approved exclusion are not held against the provider", () => {
    const input = octoberInput([{ from: 600, until: 638, failed: 4 }]);
    const exclusion = approved({ targets: ["web-1"] }, octoberInterval(595, 645));
    expect(evaluate(input)).toMatchObject({ verdict: "missed", bad: { num: 38n, den: 1n } });
    const asGood = evaluate({ ...input, exclusions: excludedOf([exclusion], input) });
    expect(asGood).toMatchObject({
      verdict: "met",
      bad: { num: 0n, den: 1n },
      counted: 44_640,
      books: { excluded: 50 },
    });
    const removing = octoberInput([{ from: 600, until: 638, failed: 4 }], { exclusion: "removed" });
    const removed = evaluate({ ...removing, exclusions: excludedOf([exclusion], removing) });
    expect(removed).toMatchObject({
      verdict: "met",
      bad: { num: 0n, den: 1n },
      counted: 44_590,
      books: { excluded: 50 },
    });
  });

  test.each(["as-good", "removed"] as const)(
    "a group of which only some targets are excluded counts them all (%s)",
    (exclusion) => {
      const bad = octoberRuns([{ from: 600, until: 638, failed: 4 }]);
      const input = {
        ...octoberInput([], { scope: "group", method: "error-rate", exclusion }),
        members: [testEvidence({ a: bad }), testEvidence({ a: bad }, { id: "web-2" })],
      };
      const plain = evaluate(input);
      const interval = octoberInterval(595, 645);
      const some = excludedOf([approved({ targets: ["web-1"] }, interval)], input);
      expect(evaluate({ ...input, exclusions: some })).toEqual(plain);
      // Two exclusions that cover a part each do not cover the group either.
      const parts = [
        approved({ targets: ["web-1"] }, interval),
        approved({ targets: ["web-2"] }, interval),
      ];
      expect(excludedOf(parts, input)).toEqual([]);
      const whole = excludedOf([approved({ targets: ["web-1", "web-2"] }, interval)], input);
      const figure = evaluate({ ...input, exclusions: whole });
      expect(figure.books.excluded).toBe(50);
      expect(figure.bad.num).toBe(0n);
    },
  );

  const minutes = fc
    .tuple(fc.integer({ min: -100, max: 44_700 }), fc.integer({ min: 1, max: 3000 }))
    .map(([from, length]) => octoberInterval(from, from + length));
  const faults = fc
    .uniqueArray(fc.integer({ min: 0, max: 440 }), { maxLength: 12 })
    .map((hundreds) =>
      hundreds
        .toSorted((a, b) => a - b)
        .map((hundred) => ({ from: hundred * 100, until: hundred * 100 + 40, failed: 4 })),
    );

  test("an exclusion that counts as good never lowers the figure", () => {
    fc.assert(
      fc.property(faults, fc.array(minutes, { maxLength: 5 }), minutes, (bad, known, another) => {
        const input = octoberInput(bad);
        const before = evaluate({ ...input, exclusions: known }).availability!;
        const after = evaluate({ ...input, exclusions: [...known, another] }).availability!;
        expect(compareFractions(after, before)).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 60 },
    );
  });

  test.each(["as-good", "removed"] as const)(
    "overlapping exclusions count once (%s)",
    (exclusion) => {
      fc.assert(
        fc.property(faults, fc.array(minutes, { minLength: 1, maxLength: 6 }), (bad, spans) => {
          const input = octoberInput(bad, { exclusion });
          const exclusions = spans.map((span) => approved({ all: true }, span));
          const united = evaluate({ ...input, exclusions: excludedOf(exclusions, input) });
          const single = evaluate({ ...input, exclusions: spans });
          expect(united).toEqual(single);
          const covered = new Set<number>();
          for (let minute = 0; minute < 44_640; minute += 1) {
            const atMs = OCTOBER.fromMs + minute * 60_000;
            if (spans.some(({ fromMs, untilMs }) => atMs >= fromMs && atMs < untilMs))
              covered.add(minute);
          }
          expect(united.books.excluded).toBe(covered.size);
        }),
        { numRuns: 25 },
      );
    },
  );
});

describe("isSamePerson", () => {
  test("goes by the name, whatever the way in", () => {
    expect(isSamePerson("user:li", "user:li")).toBe(true);
    expect(isSamePerson("user:li", "token:li")).toBe(true);
    expect(isSamePerson("user:Li", "token:li")).toBe(true);
    expect(isSamePerson("local", "local")).toBe(true);
    expect(isSamePerson("user:li", "user:wang")).toBe(false);
    expect(isSamePerson("user:li", "user:li-ming")).toBe(false);
  });
});

describe("readProposal", () => {
  const known = { targets: [web, others], accounts: [{ id: "acme" }, { id: "globex" }] };
  const good = {
    kind: "maintenance",
    scope: { targets: ["web-1"] },
    from: "2026-10-04T02:00:00+08:00",
    until: "2026-10-04T04:00:00+08:00",
    recurrence: { rrule: "freq=weekly;byday=su", timeZone: "Asia/Shanghai" },
    reason: " moving racks ",
    evidence: "https://status.example.com/7",
  };
  const problemsOf = (value: unknown) => {
    const read = readProposal(value, known);
    return "problems" in read
      ? read.problems.map(({ place, message }) => `${place}: ${message}`)
      : [];
  };
  const problemOf = (changes: object) => problemsOf({ ...good, ...changes }).join("\n");

  test("gives what was meant", () => {
    expect(readProposal(good, known)).toEqual({
      proposal: {
        kind: "maintenance",
        scope: { targets: ["web-1"] },
        fromMs: Date.parse("2026-10-03T18:00:00Z"),
        untilMs: Date.parse("2026-10-03T20:00:00Z"),
        recurrence: { rrule: "FREQ=WEEKLY;BYDAY=SU", timeZone: "Asia/Shanghai" },
        reason: "moving racks",
        evidence: "https://status.example.com/7",
      },
    });
    expect(readProposal({ ...good, recurrence: null }, known)).toMatchObject({
      proposal: { recurrence: null },
    });
    for (const kind of Object.keys(EXCLUSION_KINDS)) expect(problemOf({ kind })).toBe("");
  });

  test("tells everything that is wrong at once", () => {
    const wrong = {
      kind: "weather",
      scope: { targets: ["web-3", "web-1"] },
      from: "yesterday",
      until: "2026-10-04T04:00:00+08:00",
      recurrence: { rrule: "FREQ=WEEKLY", timeZone: "Beijing" },
      reasn: "typed wrongly",
      evidence: "javascript:alert(1)",
      targets: ["web-1"],
    };
    expect(problemsOf(wrong)).toEqual([
      'reasn: is not known; did you mean "reason"?; take it out',
      expect.stringContaining("targets: belongs into scope: one of"),
      expect.stringContaining("kind: must be one of maintenance, force-majeure"),
      'scope.targets: "web-3" is not in the configuration; did you mean "web-1"?',
      expect.stringContaining("from: must be an RFC 3339 instant"),
      expect.stringContaining('recurrence.timeZone: "Beijing" is no time zone'),
      expect.stringContaining("reason: say why"),
      expect.stringContaining("evidence: is no link that can be followed"),
    ]);
    for (const value of [null, [], "text", 7])
      expect(problemsOf(value)).toEqual(["body: must be a JSON object"]);
  });

  test.each<[unknown, string]>([
    [undefined, "scope: must be exactly one of"],
    [{}, "scope: must be exactly one of"],
    [{ targets: ["web-1"], account: "acme" }, "scope: must be exactly one of"],
    [{ targets: ["web-1"], all: true }, "scope: must be exactly one of"],
    [{ target: "web-1" }, "scope: must be exactly one of"],
    [{ targets: "web-1" }, "scope.targets: must be a list"],
    [{ targets: [] }, "scope.targets: must be a list"],
    [{ targets: ["web-1", 7] }, "scope.targets: must be a list"],
    [{ targets: ["web-1", "web-1"] }, 'scope.targets: names "web-1" twice'],
    [{ products: ["vms"] }, 'scope.products: "vms" is none of ecs, slb'],
    [{ products: ["rds"] }, 'scope.products: no target is of product "rds"'],
    [
      { regions: ["cn-hangzou"] },
      'scope.regions: "cn-hangzou" is not in the configuration; did you mean "cn-hangzhou"?',
    ],
    [
      { account: "acne" },
      'scope.account: "acne" is not in the configuration; did you mean "acme"?',
    ],
    [{ account: ["acme"] }, "scope.account: must be the id"],
    [{ all: false }, "scope.all: must be true"],
  ])("the scope %j is refused", (scope, message) => {
    expect(problemOf({ scope })).toContain(message);
  });

  test("products and regions that no target has together are refused", () => {
    const bucket = testTarget({ id: "bucket", product: "oss", region: "cn-beijing" });
    const read = readProposal(
      { ...good, scope: { products: ["oss"], regions: ["cn-hangzhou"] } },
      { ...known, targets: [web, bucket] },
    );
    expect(read).toEqual({
      problems: [{ place: "scope", message: "no target is of such a product in such a region" }],
    });
  });

  test.each<[object, string]>([
    [{ until: good.from }, "until: must be after from"],
    [{ until: "2027-10-06T02:00:00+08:00" }, "until: must be at most a year after from"],
    [{ from: "2026-10-04" }, "from: must be an RFC 3339 instant"],
    [{ recurrence: "FREQ=WEEKLY" }, "recurrence: must be {"],
    [{ recurrence: { rrule: "FREQ=WEEKLY" } }, "recurrence: must be {"],
    [{ recurrence: { rrule: "FREQ=MINUTELY", timeZone: "UTC" } }, "nothing finer than an hour"],
    [
      { recurrence: { rrule: "FREQ=WEEKLY;BYDAY=MO", timeZone: "UTC" } },
      "begin with one that it gives",
    ],
    [{ reason: "   " }, "reason: say why"],
    [{ reason: "x".repeat(2001) }, "reason: say why"],
    [{ reason: "\ud800" }, "reason: say why"],
    [{ evidence: "" }, "evidence: give a link"],
    [{ evidence: "ftp://files.example.com/1" }, "evidence: is no link"],
    [{ evidence: "https://" }, "evidence: is no link"],
    [{ evidence: "https://li:secret@example.com/1" }, "evidence: holds a name or a password"],
  ])("%j is refused", (changes, message) => {
    expect(problemOf(changes)).toContain(message);
  });

  test("the number of a ticket is evidence too", () => {
    for (const evidence of ["TICKET-4711", "ticket 0001234 of 2026-10-04", "工单 4711"]) {
      expect(problemOf({ evidence })).toBe("");
    }
  });

  test("what would swell a report is refused", () => {
    const many = Array.from({ length: 5000 }, (_, index) => testTarget({ id: `web-${index}` }));
    const hourly = { rrule: "FREQ=HOURLY", timeZone: "UTC" };
    const all = { ...good, scope: { all: true }, recurrence: hourly };
    const read = readProposal(all, { ...known, targets: many });
    expect(read).toMatchObject({ problems: [{ place: "recurrence.rrule" }] });
    expect(readProposal(all, known)).toHaveProperty("proposal");
  });
});
