import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { REASONS } from "../../src/core/outcome.ts";
import { packDetail, roundText, unpackDetail } from "../../src/core/round-proof.ts";
import { roundSchema, type RoundDetail } from "../../src/core/round.ts";
import { testRound } from "../helpers/rounds.ts";

describe("a round that comes over the queue", () => {
  test("is taken when it is one", () => {
    const round = testRound({ outcomes: "ofiu" });
    expect(roundSchema.parse(JSON.parse(JSON.stringify(round)))).toEqual(round);
  });

  test("keeps its phases when they are whole, and is taken without them when they are not", () => {
    const round = testRound({ targets: ["a"], outcomes: "o" });
    const phasesUs = [1, null, 3, 4, 5];
    expect(roundSchema.parse({ ...round, phasesUs })).toEqual({ ...round, phasesUs });
    for (const strange of [[1, 2, 3], [...phasesUs, 6], [1, 2, 3, 4, -5], { connect: 1 }, null]) {
      const taken = roundSchema.parse({ ...round, phasesUs: strange });
      expect(taken).toEqual(round);
      expect(taken).not.toHaveProperty("phasesUs");
    }
  });

  test.each([
    ["no targets", { outcomes: "", targets: [] }],
    ["a target twice", { targets: ["web-1", "web-1", "web-2"] }],
    ["more outcomes than targets", { outcomes: "oooo", targets: ["a", "b", "c"] }],
    ["fewer latencies than targets", { latenciesUs: [1, 2] }],
    ["fewer offsets than targets", { offsetsMs: [1] }],
    ["an outcome of another letter", { outcomes: "oxo" }],
    ["a latency below nothing", { latenciesUs: [1, -1, 1] }],
    ["a latency beyond four bytes", { latenciesUs: [1, 2 ** 31, 1] }],
    ["a half millisecond", { plannedAtMs: 0.5 }],
    ["an instant before 1970", { plannedAtMs: -1 }],
    ["a detail of no target", { details: [{ index: 3, reason: "no-reply" as const }] }],
    [
      "a detail that is too long",
      { details: [{ index: 0, reason: "no-reply" as const, text: "x".repeat(301) }] },
    ],
    ["a reason that is not in the list", { details: [{ index: 0, reason: "gone" as never }] }],
    ["a name with U+0000", { shard: "15s\u00000" }],
    ["a name with half a character", { targets: ["a", "b", "c\uD800"] }],
    ["an unknown key", { colour: "red" }],
  ])("is refused with %s", (_name, changes) => {
    expect(roundSchema.safeParse({ ...testRound(), ...changes }).success).toBe(false);
  });
});

describe("a detail", () => {
  const text = fc.string({ unit: "binary", maxLength: 300 });
  const detail: fc.Arbitrary<RoundDetail> = fc.record(
    {
      index: fc.nat(99),
      reason: fc.constantFrom(...REASONS),
      text,
      requestId: text,
      address: text,
    },
    { requiredKeys: ["index", "reason"] },
  );

  test("is packed into what PostgreSQL's JSON can hold", () => {
    fc.assert(
      fc.property(detail, (one) => {
        const packed = JSON.stringify(packDetail(one));
        expect(packed).not.toMatch(/\\u0000|\\ud[89a-f]/iu);
        expect(packed.isWellFormed()).toBe(true);
      }),
    );
  });

  test("comes back from its packed form but for what JSON cannot hold", () => {
    fc.assert(
      fc.property(detail, (one) => {
        const again = unpackDetail(packDetail(one));
        expect(packDetail(again)).toEqual(packDetail(one));
        expect(again).toMatchObject({ index: one.index, reason: one.reason });
      }),
    );
    const whole = {
      index: 1,
      reason: "forbidden",
      text: "naïve 你好",
      requestId: "A-1",
      address: "::1",
    } as const;
    expect(unpackDetail(packDetail(whole))).toEqual(whole);
  });

  test("with a reason of a later version is our own fault", () => {
    expect(unpackDetail([0, 9_999, "", "", ""])).toEqual({ index: 0, reason: "internal-error" });
  });
});

test("the text that a round's hash covers names everything that it holds", () => {
  const round = testRound({ outcomes: "of" });
  const place = { seq: 7, storedAtMs: 5 };
  const text = (changes: object, at = place) =>
    roundText({ ...round, ...changes }, round.details.map(packDetail), at);
  const texts = [
    text({}),
    text({ vantage: "b" }),
    text({ shard: "15s-1" }),
    text({ plannedAtMs: 1 }),
    text({ targets: ["web-1", "web-3"] }),
    text({ targets: ["web-1,web-2"] }),
    text({ outcomes: "oo" }),
    text({ offsetsMs: [3, 4] }),
    text({ latenciesUs: [1, 2] }),
    text({}, { ...place, seq: 8 }),
    text({}, { ...place, storedAtMs: 6 }),
    roundText(round, [], place),
  ];
  expect(new Set(texts).size).toBe(texts.length);
});
