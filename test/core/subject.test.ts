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
  return listed.map(({ agreement, id, targets: members, neighbours, siblings }) => ({
    agreement: agreement.id,
    id,
    targets: members.map((target) => target.id),
    neighbours: neighbours.map((target) => target.id),
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
      { agreement: "ecs", id: "a", targets: ["a"], neighbours: [], siblings: [] },
      { agreement: "ecs", id: "b", targets: ["b"], neighbours: [], siblings: [] },
      { agreement: "zones", id: "b", targets: ["b"], neighbours: [], siblings: ["a"] },
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

  test("gives no subject to targets that do not live in the month, nor by them alone to others", () => {
    const zones = { agreements: ["zones", "ecs"] };
    expect(
      subjects([
        { ...zones, id: "a", zone: "h" },
        { ...zones, id: "gone", zone: "i", untilMs: OCTOBER.fromMs },
        { ...zones, id: "to-come", zone: "i", fromMs: OCTOBER.untilMs },
      ]),
    ).toEqual([{ agreement: "ecs", id: "a", targets: ["a"], neighbours: [], siblings: [] }]);
  });

  test("keeps siblings of other months: stretches and windows cross the month's edges", () => {
    const zones = { agreements: ["zones"] };
    expect(
      subjects([
        { ...zones, id: "a", zone: "h" },
        { ...zones, id: "b", zone: "i" },
        { ...zones, id: "gone", zone: "i", untilMs: OCTOBER.fromMs },
        { ...zones, id: "to-come", zone: "j", fromMs: OCTOBER.untilMs },
      ]).map(({ id, siblings }) => [id, siblings]),
    ).toEqual([
      ["a", ["b", "gone", "to-come"]],
      ["b", ["a", "to-come"]],
    ]);
  });

  test("keeps those of a group that live in other months apart, as its neighbours", () => {
    const bucket = { product: "oss", region: "cn-beijing", agreements: ["oss"] } as const;
    expect(
      subjects([
        { ...bucket, id: "to-come", fromMs: OCTOBER.untilMs },
        { ...bucket, id: "a" },
        { ...bucket, id: "gone", untilMs: OCTOBER.fromMs },
        { ...bucket, id: "archived", class: "archive", untilMs: OCTOBER.fromMs },
        { ...bucket, id: "elsewhere", region: "cn-shanghai", untilMs: OCTOBER.fromMs },
      ]),
    ).toEqual([
      {
        agreement: "oss",
        id: "acme/oss/cn-beijing",
        targets: ["a"],
        neighbours: ["gone", "to-come"],
        siblings: [],
      },
    ]);
  });

  test("leaves out an agreement that is not in force", () => {
    expect(subjects([{ agreements: ["unknown"] }])).toEqual([]);
  });
});
