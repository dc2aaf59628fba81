import { afterAll, beforeAll, expect, test } from "vitest";
import { prepareProbe, probes } from "../../probes/index.ts";
import { systemClock } from "../../src/clock.ts";
import type { Config } from "../../src/config.ts";
import { parseConfig } from "../../src/parse-config.ts";
import { startCloud } from "../../src/sandbox/cloud.ts";
import type { SandboxCloud } from "../../src/sandbox/cloud.ts";
import { sandboxConfigYaml } from "../../src/sandbox/config-yaml.ts";
import { historySize } from "../../src/sandbox/history.ts";

let cloud: SandboxCloud;
let config: Config;

beforeAll(async () => {
  cloud = await startCloud({ clock: systemClock, log: { info: () => {} } });
  const probeSettings = Object.fromEntries(
    Object.entries(probes).map(([kind, { settings }]) => [kind, settings]),
  );
  const readFile = () => {
    throw new Error("the sandbox's configuration reads no file");
  };
  const source = { text: sandboxConfigYaml(cloud), file: "sandbox" };
  config = parseConfig(source, { env: {}, readFile, probeSettings });
});
afterAll(() => cloud.close());

async function measure(id: string) {
  const target = config.targets.find((one) => one.id === id);
  if (target === undefined) throw new Error(`no target ${id}`);
  const signal = new AbortController().signal;
  const run = prepareProbe(target.probe);
  return run({ timeoutMs: target.timeoutMs, signal, clock: systemClock });
}

test("the product's own probes find every target of the healthy sandbox ok", async () => {
  const seen = await Promise.all(
    config.targets.map(async ({ id }) => [id, (await measure(id)).outcome] as const),
  );
  expect(seen.filter(([, outcome]) => outcome !== "ok")).toEqual([]);
  expect(seen).toHaveLength(37);
});

test.each([
  ["ecs-singapore-a1", "ecs-singapore-a1", "refuse", "failed", "connect-refused"],
  ["slb-singapore", "slb-singapore-stream", "error-5xx", "failed", "server-error"],
  ["oss-shanghai", "oss-shanghai-media", "throttled", "invalid", "throttled"],
  ["openapi-hongkong", "ecs-api-hongkong", "key-refused", "failed", "key-refused"],
  ["openapi-hangzhou", "ecs-api-hangzhou-anonymous", "key-refused", "ok", ""],
  ["cdn-hongkong", "cdn-hongkong-assets", "reset", "failed", "connect-reset"],
  ["mysql-hongkong", "rds-hongkong-booking", "error-5xx", "failed", "too-many-connections"],
] as const)("%s: its target %s under %s is %s, %s", async (server, id, fault, outcome, reason) => {
  await cloud.setFault(server, fault);
  expect(await measure(id)).toMatchObject({ outcome, reason });
  await cloud.setFault(server, null);
  expect(await measure(id)).toMatchObject({ outcome: "ok" });
});

test("the validated configuration has the history that was announced", () => {
  const nowMs = Date.parse("2026-11-23T00:00:00+08:00");
  // Days, each times the pairs of vantage and account that take part: a chain of its own for each.
  const lastNinety = 90 * 8;
  const replayed = { hongkong: 31 * 4, allRegions: 30 * 7, shanghai: 31 * 4 };
  const months = replayed.hongkong + replayed.allRegions + replayed.shanghai;
  expect(historySize(config, { nowMs, seed: 1 })).toBe((lastNinety + months) * 1440);
});
