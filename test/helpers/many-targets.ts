import type { Clock } from "../../src/clock.ts";
import type { CountRun } from "../../src/core/counts.ts";
import { REASONS } from "../../src/core/outcome.ts";
import { saveDay, type DayBlocks } from "../../src/store/days.ts";
import { ensureIds } from "../../src/store/names.ts";
import { saveSettledUntil } from "../../src/store/unsettled.ts";
import { fillRounds, MINUTE_MS, type TestApp } from "./app.ts";

// 500 targets of six products in eight regions, with 90 days behind them.

const DAY_MS = 86_400_000;
export const NOW_MS = Date.parse("2026-10-24T12:00:00+08:00");
export const TARGET_COUNT = 500;
const REGIONS =
  "cn-hangzhou cn-shanghai cn-beijing cn-shenzhen cn-hongkong ap-southeast-1 eu-central-1 us-west-1".split(
    " ",
  );
const PRODUCTS = ["ecs", "slb", "oss", "rds", "cdn", "vpc"];
export const targetId = (index: number) => `target-${String(index).padStart(3, "0")}`;

export const manyTargetsYaml = `
version: 1
timeZone: Asia/Shanghai
vantages: [{ id: a, controls: [] }, { id: b, controls: [] }]
accounts:
${Array.from({ length: 10 }, (_, index) => `  - { id: account-${index}, name: Account ${index} }`).join("\n")}
defaults: { interval: 1m, timeout: 5s, vantages: [a, b] }
targets:
${Array.from({ length: TARGET_COUNT }, (_, index) => {
  const product = PRODUCTS[index % PRODUCTS.length];
  const region = REGIONS[Math.floor(index / PRODUCTS.length) % REGIONS.length];
  const inherits = product === "vpc" ? `, inherits: ${targetId(index - 5)}` : "";
  return `  - { id: ${targetId(index)}, product: ${product}, region: ${region}, account: account-${index % 10}${inherits}, probe: { kind: tcp, address: "192.0.2.1:${1000 + index}" } }`;
}).join("\n")}
`;

/** A healthy day but for a lone bad minute now and then, and a target in twenty that is out for longer. */
function runsOf(index: number, day: number): CountRun[] {
  const from = day * 1440;
  const run = (at: number, until: number, failed = 0): CountRun => {
    const reason = failed > 0 ? REASONS.indexOf("connect-timeout") : 0;
    return { from: from + at, until: from + until, valid: 1, failed, reason };
  };
  const dice = (index * 7919 + day * 104_729) % 97;
  if (dice < 80) return [run(0, 1440)];
  const at = 10 + dice * 13;
  const length = index % 20 === 0 ? 12 : 1;
  return [run(0, at), run(at, at + length, 1), run(at + length, 1440)];
}

/** Stores their 90 days, and the last minutes as rounds, in which three targets are down. */
export async function fillManyTargets(
  { store, config }: Pick<TestApp, "store" | "config">,
  clock: Clock,
): Promise<void> {
  const { db } = store;
  const names = config.targets.map((target) => target.id);
  const ids = await ensureIds(db, "target", names);
  const vantages = await ensureIds(db, "vantage", ["a", "b"]);
  const today = Math.floor(NOW_MS / DAY_MS);
  for (let day = today - 92; day < today; day += 1) {
    const blocks: DayBlocks = new Map();
    for (const [index, name] of names.entries()) {
      const number = ids.get(name)!;
      const block = Math.floor(number / 128);
      const counts = blocks.get(block) ?? new Map<number, CountRun[]>();
      counts.set(number, runsOf(index, day));
      blocks.set(block, counts);
    }
    for (const vantageId of vantages.values()) await saveDay(db, { vantageId, day }, blocks);
  }
  // The last minutes as rounds, so that there is a present; three targets are down.
  const down = new Set([targetId(6), targetId(7), targetId(300)]);
  for (const vantage of ["a", "b"]) {
    for (let shard = 0; shard < 5; shard += 1) {
      await fillRounds(
        { store, clock },
        {
          vantage,
          shard: `1m.${shard}`,
          targets: names.slice(shard * 100, shard * 100 + 100),
          fromMs: NOW_MS - 10 * MINUTE_MS,
          untilMs: NOW_MS,
          weather: (target) => (down.has(target) ? "f" : "o"),
        },
      );
    }
  }
  await saveSettledUntil(db, NOW_MS - MINUTE_MS, 1);
}
