import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { PRODUCTS } from "../src/core/target.ts";
import { fillMetrics, manyStandings, manyTargets, type Size } from "./helpers/many-series.ts";

/** Series of each, as docs/operating.md states them. */
const PER = { subject: 17, targetAndVantage: 3, target: 1, place: 106, vantage: 23 };

function most({ targets, regions, vantages }: Size): number {
  const places = Math.min(targets, PRODUCTS.length * regions) * vantages;
  return (
    targets * (PER.subject + PER.target) +
    targets * vantages * PER.targetAndVantage +
    places * PER.place +
    vantages * PER.vantage
  );
}

async function count(size: Size): Promise<number> {
  const targets = manyTargets(size);
  const metrics = fillMetrics(targets, manyStandings(targets));
  const text = String(await metrics.text("prometheus"));
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  expect(new Set(lines.map((line) => line.slice(0, line.lastIndexOf(" ")))).size).toBe(
    lines.length,
  );
  // One gauge is there without a label from the beginning.
  return lines.length - 1;
}

test.each([
  { targets: 2_000, regions: 10, vantages: 1 },
  { targets: 2_000, regions: 10, vantages: 3 },
  { targets: 5, regions: 1, vantages: 2 },
])(
  "$targets targets in $regions regions from $vantages vantages make as many series as stated",
  async (size) => {
    expect(await count(size)).toBe(most(size));
  },
);

test("the handbook states these figures", () => {
  const handbook = readFileSync("docs/operating.md", "utf8").replaceAll("\n", " ");
  const [, stated = ""] = /Series: (.+?)###/u.exec(handbook) ?? [];
  const total = most({ targets: 2_000, regions: 10, vantages: 1 });
  for (const figure of Object.values(PER))
    expect(stated).toMatch(new RegExp(`\\b${figure}\\b`, "u"));
  expect(stated).toContain(total.toLocaleString("en-US"));
});
