import { expect, test } from "vitest";
import { readDocument } from "../src/month-document.ts";
import { cleanUpAfterEach } from "./helpers/clean-up.ts";
import { createHourlyMonth, OCTOBER } from "./helpers/hourly-month.ts";

const onEnd = cleanUpAfterEach();
const { month } = OCTOBER;

const GATES = `
version: 1
vantages: [{ id: here, controls: [] }]
accounts: [{ id: acme, name: Acme }, { id: globex, name: Globex }]
agreements:
  - { id: hourly, from: 2026-01-01, objective: "99.5", method: all-failed, slot: 1h }
  - { id: lax, from: 2026-01-01, objective: "90", method: error-rate, scope: target, slot: 1h }
defaults: { interval: 1h, vantages: [here] }
targets:
  - { id: web-1, product: ecs, region: cn-hangzhou, account: acme, agreements: [hourly],
      probe: { kind: tcp, address: "127.0.0.1:1" } }
  - { id: web-2, product: ecs, region: cn-hangzhou, account: globex, agreements: [lax],
      probe: { kind: tcp, address: "127.0.0.1:2" } }
  - { id: gate-1, product: vpc, region: cn-hangzhou, account: acme, inherits: web-1,
      probe: { kind: tcp, address: "127.0.0.1:3" } }
  - { id: gate-2, product: vpc, region: cn-hangzhou, account: acme, inherits: web-2,
      probe: { kind: tcp, address: "127.0.0.1:4" } }
`;

test("has the terms of each subject, and for the operator what each vantage measured", async () => {
  const october = await createHourlyMonth(GATES);
  onEnd(october.drop);
  await october.fill("web-1", (hour) => (hour < 10 ? "f" : "o"));
  await october.fill("gate-1", (hour) => (hour < 44 ? null : "o"));
  const whole = await readDocument(october, { month });
  expect([...whole.terms].map(([key, { objectivePercent }]) => [key, objectivePercent])).toEqual([
    ["hourly web-1", "99.5"],
    ["lax web-2", "90"],
    ["vpc gate-1", "99.5"],
    ["vpc gate-2", "90"],
  ]);
  expect(whole.vantages).toEqual([
    {
      vantage: "here",
      targets: 4,
      planned: 4 * 744 * 60,
      measured: (744 + 700) * 60,
      failed: 600,
    },
  ]);
  const own = await readDocument(october, { month, account: "acme" });
  expect(own.vantages).toBe(null);
  expect(own.terms.size).toBe(3);
});
