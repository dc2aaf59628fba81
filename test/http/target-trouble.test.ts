import { afterAll, beforeAll, expect, test } from "vitest";
import { bearer, giveToken } from "../helpers/access.ts";
import { createTestApp, fillRounds, MINUTE_MS, type TestApp } from "../helpers/app.ts";
import { testClock } from "../helpers/clock.ts";

// What a target's page says beside it is down, to those who may see it.

const NOW_MS = Date.parse("2026-10-24T12:00:00+08:00");
const clock = testClock(NOW_MS);
const target = (id: string, region: string, account: string) =>
  `  - { id: ${id}, product: ecs, region: ${region}, account: ${account}, probe: { kind: tcp, address: "192.0.2.1:9" } }`;
const CONFIG = `
version: 1
vantages: [{ id: a, controls: [] }, { id: b, controls: [] }]
accounts: [{ id: acme, name: Acme }, { id: other, name: Other }]
defaults: { interval: 1m, timeout: 5s, vantages: [a, b] }
targets:
${target("web-1", "cn-hangzhou", "acme")}
${target("web-2", "cn-hangzhou", "acme")}
${target("web-3", "cn-hangzhou", "other")}
${target("far-1", "cn-beijing", "acme")}
${target("far-2", "cn-beijing", "other")}
`;
const DOWN = new Set(["web-1", "web-3", "far-2"]);

let served: TestApp;

beforeAll(async () => {
  served = await createTestApp({ config: CONFIG, clock });
  for (const vantage of ["a", "b"]) {
    await fillRounds(
      { store: served.store, clock },
      {
        vantage,
        shard: "1m.0",
        targets: served.config.targets.map(({ id }) => id),
        fromMs: NOW_MS - 10 * MINUTE_MS,
        untilMs: NOW_MS,
        weather: (id) => (DOWN.has(id) ? "f" : "o"),
      },
    );
  }
});
afterAll(() => served.close());

async function pageFor(who: Parameters<typeof giveToken>[1]): Promise<string> {
  const token = await giveToken(served, who, clock);
  const { body } = await served.app.inject({
    url: "/targets/web-1?lang=en",
    headers: { ...bearer(token), accept: "text/html" },
  });
  return body;
}

test("a target that is down says from where, and what else is down beside it and elsewhere", async () => {
  const page = await pageFor({ role: "sre" });
  expect(page).toContain("no answer to a, b");
  expect(page).toContain("ECS · China (Hangzhou): 1 of 2 others; everywhere else: 1 of 2");
  expect(page).toContain("something that these share");
  expect(page).toContain('href="/monitor?lang=en"');
});

test("an account manager hears of the targets of the own accounts alone", async () => {
  const page = await pageFor({ role: "account-manager", accounts: ["acme"] });
  expect(page).toContain("ECS · China (Hangzhou): 0 of 1 others; everywhere else: 0 of 1");
  expect(page).toContain("this target itself");
  expect(page).not.toContain('href="/monitor?lang=en"');
});
