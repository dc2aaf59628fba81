import { expect, test } from "vitest";
import { resolveTerms } from "../../src/core/agreement.ts";
import { BUILT_IN_AGREEMENTS, sourceOf } from "../../src/core/built-in-agreements.ts";
import { builtInAgreements, toAgreement } from "../../src/core/to-agreement.ts";
import { testTarget } from "../helpers/sla.ts";

const ZONE = "Asia/Shanghai";
const agreements = builtInAgreements(ZONE);

test("names where the terms of each built-in agreement are written", () => {
  const names = agreements
    .filter(({ inherits }) => inherits.length === 0)
    .map((terms) => sourceOf(terms).en);
  expect(names).toHaveLength(BUILT_IN_AGREEMENTS.length - 2);
  for (const name of names) expect(name).toMatch(/SOC 3 report|service level agreement|commitment/);
  expect(sourceOf(agreements.find(({ id }) => id === "ecs")!)).toEqual({
    en: "Alibaba Cloud SOC 3 report for 2016-11-01 to 2017-10-31, section VI.17",
    zh: "阿里云 SOC 3 报告（2016-11-01 至 2017-10-31）第 VI.17 节",
  });
});

test("in another time zone they are the same terms", () => {
  const elsewhere = builtInAgreements("America/New_York");
  expect(elsewhere.map((terms) => sourceOf(terms))).toEqual(
    agreements.map((terms) => sourceOf(terms)),
  );
});

test("terms that a file wrote or changed come from the configuration", () => {
  const written = [
    { id: "own", objective: "99.5", method: "all-failed" as const },
    { id: "ecs", objective: "99.9", method: "all-failed" as const, from: "2016-11-01" },
    { id: "ecs", from: "2018-01-01", objective: "99.95", method: "all-failed" as const },
    { id: "ecs", from: "2016-11-01", credits: [{ below: "99.95", credit: 50 }] },
  ];
  for (const entry of written) {
    const { agreement } = toAgreement(entry, ZONE);
    expect(sourceOf(agreement)).toEqual({ en: "the configuration", zh: "配置文件" });
  }
});

test("an agreement that inherits names what it inherits", () => {
  const rds = testTarget({ id: "db", product: "rds", agreements: ["rds"] });
  const vpc = testTarget({ id: "net", product: "vpc", agreements: ["vpc"], inherits: "db" });
  const startOf = () => Date.parse("2026-10-01T00:00:00+08:00");
  const terms = resolveTerms({ agreements, targets: [rds, vpc] }, vpc, { id: "vpc", startOf });
  expect(sourceOf(terms!).en).toBe(
    "Alibaba Cloud SOC 3 report for 2016-11-01 to 2017-10-31, section VI.17; as rds",
  );
});
