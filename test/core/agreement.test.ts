import { describe, expect, test } from "vitest";
import {
  agreementInForce,
  agreementsFor,
  resolveTerms,
  type StartOf,
} from "../../src/core/agreement.ts";
import { monthBounds } from "../../src/core/month.ts";
import { probeKey, type Target } from "../../src/core/target.ts";
import { builtInAgreements, toAgreement } from "../../src/core/to-agreement.ts";

const builtIn = builtInAgreements("Asia/Shanghai");
const at = (instant: string): number => Date.parse(instant);
const now = at("2026-01-01T00:00:00Z");

function target(id: string, fields: Partial<Target> = {}): Target {
  return {
    id,
    product: "ecs",
    region: "cn-hangzhou",
    zone: null,
    account: "acme",
    class: "",
    labels: {},
    agreements: ["ecs"],
    inherits: null,
    monthlyFee: null,
    intervalMs: 15_000,
    timeoutMs: 5000,
    vantages: ["local"],
    fromMs: null,
    untilMs: null,
    probe: { kind: "tcp", address: "192.0.2.1:22" },
    ...fields,
  };
}

describe("the built-in agreements", () => {
  // Report of 2016-2017, section VI.17.
  test.each([
    ["ecs", "99.95", "all-failed", 60_000, "target"],
    ["slb", "99.95", "all-failed", 60_000, "target"],
    ["rds", "99.95", "all-failed", 60_000, "target"],
    ["oss", "99.90", "error-rate", 300_000, "group"],
    ["cdn", "99.90", "error-rate", 300_000, "group"],
  ])("%s promises %s %% by %s", (id, objectivePercent, method, slotMs, scope) => {
    expect(agreementInForce(builtIn, id, () => now)).toMatchObject({
      objectivePercent,
      method,
      slotMs,
      scope,
      timeZone: "Asia/Shanghai",
    });
  });

  test("hold from the first day of the report, local time", () => {
    expect(agreementInForce(builtIn, "ecs", () => at("2016-10-31T15:59:59Z"))).toBeNull();
    expect(agreementInForce(builtIn, "ecs", () => at("2016-10-31T16:00:00Z"))?.id).toBe("ecs");
  });

  test("have the tiers of ECS and of RDS", () => {
    const tiers = (id: string) =>
      agreementInForce(builtIn, id, () => now)?.credits.map((tier) => [
        tier.belowPercent,
        tier.creditPercent,
      ]);
    expect(tiers("ecs")).toEqual([
      ["99.95", 10],
      ["99", 25],
      ["95", 100],
    ]);
    expect(tiers("rds")).toEqual([
      ["99.95", 15],
      ["99", 30],
      ["95", 100],
    ]);
    expect(tiers("rds-ha")).toEqual([
      ["99.99", 15],
      ["99", 30],
      ["95", 100],
    ]);
  });

  test("are each a good entry of a file", async () => {
    const { BUILT_IN_AGREEMENTS } = await import("../../src/core/built-in-agreements.ts");
    const { agreementEntry } = await import("../../src/core/config-schema.ts");
    for (const entry of BUILT_IN_AGREEMENTS) {
      expect(agreementEntry.parse(entry)).toEqual(entry);
      expect(toAgreement(entry, "Asia/Shanghai").problems).toEqual([]);
    }
  });
});

describe("agreementInForce", () => {
  const { agreement } = toAgreement(
    { id: "ecs", from: "2026-02-01", objective: "99.99" },
    "Asia/Shanghai",
  );

  test.each([[builtIn.concat(agreement)], [[agreement, ...builtIn]]])(
    "is the latest version that holds already, whatever the order",
    (agreements) => {
      const objective = (instant: string) =>
        agreementInForce(agreements, "ecs", () => at(instant))?.objectivePercent;
      expect(objective("2026-01-31T15:59:59Z")).toBe("99.95");
      expect(objective("2026-01-31T16:00:00Z")).toBe("99.99");
    },
  );

  test("is the version that holds from the month's start in the version's own time zone", () => {
    // February begins thirteen hours later in Havana than in Shanghai.
    const havana = { objective: "99", from: "2026-02-01", timeZone: "America/Havana" };
    const february: StartOf = (timeZone) => monthBounds("2026-02", timeZone).fromMs;
    const january: StartOf = (timeZone) => monthBounds("2026-01", timeZone).fromMs;
    const versions = [...builtIn, toAgreement({ id: "ecs", ...havana }, "Asia/Shanghai").agreement];
    expect(agreementInForce(versions, "ecs", january)).toMatchObject({ objectivePercent: "99.95" });
    expect(agreementInForce(versions, "ecs", february)).toMatchObject({
      objectivePercent: "99",
      timeZone: "America/Havana",
    });
  });

  test("is nothing for an id that no agreement has", () => {
    expect(agreementInForce(builtIn, "none", () => now)).toBeNull();
  });
});

describe("resolveTerms", () => {
  const web = target("web");
  const files = target("files", { product: "oss", agreements: ["oss"] });
  const gate = target("gate", { product: "vpc", agreements: ["vpc"], inherits: "web" });
  const waf = target("waf", { product: "security", agreements: ["security"], inherits: "files" });
  const config = { agreements: builtIn, targets: [web, files, gate, waf] };

  test("gives an agreement with terms of its own as it is", () => {
    expect(resolveTerms(config, web, { id: "ecs", startOf: () => now })?.objectivePercent).toBe(
      "99.95",
    );
  });

  test("gives VPC the terms of the ECS it stands before, under its own id", () => {
    expect(resolveTerms(config, gate, { id: "vpc", startOf: () => now })).toMatchObject({
      id: "vpc",
      objectivePercent: "99.95",
      method: "all-failed",
      inherits: [],
    });
  });

  test("gives what stands before OSS the error rate, for the target alone", () => {
    expect(resolveTerms(config, waf, { id: "security", startOf: () => now })).toMatchObject({
      id: "security",
      objectivePercent: "99.90",
      method: "error-rate",
      slotMs: 300_000,
      scope: "target",
    });
  });

  test("takes the version that was in force then", () => {
    const { agreement } = toAgreement(
      { id: "ecs", from: "2026-02-01", objective: "99.99" },
      "Asia/Shanghai",
    );
    const dated = { ...config, agreements: [...builtIn, agreement] };
    const objective = (atMs: number) =>
      resolveTerms(dated, gate, { id: "vpc", startOf: () => atMs })?.objectivePercent;
    expect(objective(now)).toBe("99.95");
    expect(objective(at("2026-03-01T00:00:00Z"))).toBe("99.99");
  });

  test("takes the inherited version that is in force in that version's own time zone", () => {
    const havana = { objective: "99", from: "2026-02-01", timeZone: "America/Havana" };
    const { agreement } = toAgreement({ id: "ecs", ...havana }, "Asia/Shanghai");
    const dated = { ...config, agreements: [...builtIn, agreement] };
    const termsOf = (month: string) =>
      resolveTerms(dated, gate, {
        id: "vpc",
        startOf: (timeZone) => monthBounds(month, timeZone).fromMs,
      });
    expect(termsOf("2026-01")).toMatchObject({ id: "vpc", objectivePercent: "99.95" });
    expect(termsOf("2026-02")).toMatchObject({
      id: "vpc",
      objectivePercent: "99",
      timeZone: "America/Havana",
    });
  });

  test("has no terms without a target to inherit from, nor over two steps", () => {
    const alone = target("alone", { product: "vpc", agreements: ["vpc"] });
    const second = target("second", { product: "vpc", agreements: ["vpc"], inherits: "gate" });
    expect(resolveTerms(config, alone, { id: "vpc", startOf: () => now })).toBeNull();
    expect(resolveTerms(config, second, { id: "vpc", startOf: () => now })).toBeNull();
    expect(
      resolveTerms(config, { ...gate, inherits: "gone" }, { id: "vpc", startOf: () => now }),
    ).toBeNull();
  });

  test("leaves out the agreements that are not in force yet", () => {
    const both = target("both", { agreements: ["ecs", "ecs-single"] });
    const ids = (instant: string) =>
      agreementsFor(config, both, () => at(instant)).map(({ id }) => id);
    expect(ids("2019-01-01T00:00:00Z")).toEqual(["ecs"]);
    expect(ids("2020-01-01T00:00:00Z")).toEqual(["ecs", "ecs-single"]);
  });
});

describe("probeKey", () => {
  test("is the same for the same question, whatever the order of its keys", () => {
    const a = target("a", { probe: { kind: "http", headers: { x: "1", y: "2" }, url: "u" } });
    const b = target("b", { probe: { url: "u", headers: { y: "2", x: "1" }, kind: "http" } });
    expect(probeKey(a)).toBe(probeKey(b));
  });

  test("differs with any setting, the time limit and the order of a list", () => {
    const one = target("a", { probe: { kind: "http", statuses: [200, 204] } });
    const others = [
      { ...one, timeoutMs: 1000 },
      { ...one, probe: { kind: "http", statuses: [204, 200] } },
      { ...one, probe: { kind: "http", statuses: ["200", 204] } },
      { ...one, probe: { kind: "http" } },
    ];
    expect(new Set([one, ...others].map(probeKey)).size).toBe(5);
  });
});
