import { describe, expect, test } from "vitest";
import type { Agreement } from "../../src/core/agreement.ts";
import { listSubjects } from "../../src/core/subject.ts";
import type { Target } from "../../src/core/target.ts";
import { OCTOBER, testAgreement, testTarget } from "../helpers/sla.ts";

const agreements: Readonly<Record<string, Agreement>> = {
  ecs: testAgreement({ id: "ecs" }),
  oss: testAgreement({ id: "oss", scope: "group", method: "error-rate" }),
  zones: testAgreement({ id: "zones", scope: "multi-zone" }),
};

function subjects(targets: readonly Partial<Target>[]) {
  const listed = listSubjects({
    targets: targets.map(testTarget),
    resolveAgreement: (_target, id) => agreements[id] ?? null,
    boundsOf: () => OCTOBER,
  });
  return listed.map(({ agreement, id, targets: members, siblings }) => ({
    agreement: agreement.id,
    id,
    targets: members.map((target) => target.id),
    siblings: siblings.map((target) => target.id),
  }));
}

describe("listSubjects", () => {
  test("gives each target a subject under each of its agreements", () => {
    expect(
      subjects([
        { id: "b", zone: "h", agreements: ["ecs", "zones"] },
        { id: "a", zone: "i", agreements: ["ecs", "ecs"] },
      ]),
    ).toEqual([
      { agreement: "ecs", id: "a", targets: ["a"], siblings: [] },
      { agreement: "ecs", id: "b", targets: ["b"], siblings: [] },
      { agreement: "zones", id: "b", targets: ["b"], siblings: ["a"] },
    ]);
  });

  test("collects groups by account, product, region and class", () => {
    const bucket = { product: "oss", region: "cn-beijing", agreements: ["oss"] } as const;
    expect(
      subjects([
        { ...bucket, id: "b" },
        { ...bucket, id: "a" },
        { ...bucket, id: "c", class: "archive" },
        { ...bucket, id: "d", region: "cn-shanghai" },
        { ...bucket, id: "e", account: "other" },
      ]).map(({ id, targets }) => [id, targets]),
    ).toEqual([
      ["acme/oss/cn-beijing", ["a", "b"]],
      ["acme/oss/cn-beijing/archive", ["c"]],
      ["acme/oss/cn-shanghai", ["d"]],
      ["other/oss/cn-beijing", ["e"]],
    ]);
  });

  test("multi-zone takes targets with a sibling of the same account, product and region in another zone", () => {
    const zones = { agreements: ["zones"] };
    expect(
      subjects([
        { ...zones, id: "a", zone: "h" },
        { ...zones, id: "b", zone: "h" },
        { ...zones, id: "c", zone: "i" },
        { ...zones, id: "no-zone", zone: null },
        { ...zones, id: "elsewhere", zone: "k", region: "cn-beijing" },
        { ...zones, id: "other", zone: "k", account: "other" },
      ]).map(({ id, siblings }) => [id, siblings]),
    ).toEqual([
      ["a", ["c"]],
      ["b", ["c"]],
      ["c", ["a", "b"]],
    ]);
  });

  test("leaves out targets that do not live in the month, as siblings too", () => {
    const zones = { agreements: ["zones", "ecs"] };
    expect(
      subjects([
        { ...zones, id: "a", zone: "h" },
        { ...zones, id: "gone", zone: "i", untilMs: OCTOBER.fromMs },
        { ...zones, id: "to-come", zone: "i", fromMs: OCTOBER.untilMs },
      ]),
    ).toEqual([{ agreement: "ecs", id: "a", targets: ["a"], siblings: [] }]);
  });

  test("leaves out an agreement that is not in force", () => {
    expect(subjects([{ agreements: ["unknown"] }])).toEqual([]);
  });
});
