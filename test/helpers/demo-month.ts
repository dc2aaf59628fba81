import type { Clock } from "../../src/clock.ts";
import type { RoundStore } from "../../src/store/prepare-rounds.ts";
import { fillRounds, MINUTE_MS, type Weather } from "./app.ts";

/** Two accounts, group and target scope, one and two vantages, a lifetime that ends, a quiet target. */
export const DEMO_CONFIG = `
version: 1
timeZone: Asia/Shanghai
metricsToken: "s3cret-token"
vantages: [{ id: a, controls: [] }, { id: b, controls: [] }]
accounts:
  - { id: acme, name: Acme Ltd, currency: CNY }
  - { id: globex, name: Globex, currency: USD }
defaults: { interval: 1m, timeout: 5s, vantages: [a] }
targets:
  - { id: web-1, product: ecs, region: cn-hangzhou, account: acme, vantages: [a, b], probe: { kind: tcp, address: "192.0.2.1:22" } }
  - { id: web-2, product: ecs, region: cn-hangzhou, account: acme, probe: { kind: tcp, address: "192.0.2.2:22" } }
  - { id: web-old, product: ecs, region: cn-hangzhou, account: acme, until: "2026-10-02T00:00:00+08:00", probe: { kind: tcp, address: "192.0.2.3:22" } }
  - { id: bucket-1, product: oss, region: cn-hangzhou, account: acme, probe: { kind: tcp, address: "192.0.2.4:80" } }
  - { id: bucket-2, product: oss, region: cn-hangzhou, account: acme, probe: { kind: tcp, address: "192.0.2.5:80" } }
  - { id: bucket-3, product: oss, region: cn-hangzhou, account: globex, probe: { kind: tcp, address: "192.0.2.6:80" } }
  - { id: orders, product: rds, region: cn-shanghai, account: globex, probe: { kind: tcp, address: "192.0.2.7:3306" } }
  - { id: quiet, product: slb, region: cn-shanghai, account: globex, probe: { kind: tcp, address: "192.0.2.8:80" } }
`;

export const DEMO_MONTH = "2026-10";
export const DEMO_FROM = Date.parse("2026-10-01T00:00:00+08:00");
/** Two days and an hour into the month. */
export const DEMO_NOW = DEMO_FROM + 49 * 60 * MINUTE_MS;

const minuteOf = (atMs: number) => (atMs - DEMO_FROM) / MINUTE_MS;
const within = (minute: number, from: number, until: number) => minute >= from && minute < until;

/** Outages, losses of our own and throttling, each in minutes of the month. */
const weatherOf =
  (vantage: string): Weather =>
  (target, atMs) => {
    const minute = minuteOf(atMs);
    if (target === "web-1" && within(minute, 100, 123)) return "f";
    // One vantage alone: no outage under the quorum of all.
    if (target === "web-1" && vantage === "b" && within(minute, 400, 410)) return "f";
    if (target === "web-2" && within(minute, 1500, 1507)) return "f";
    if (target === "web-2" && within(minute, 2000, 2100)) return "u";
    if (target === "bucket-1" && within(minute, 700, 702)) return "f";
    if (target === "bucket-2" && within(minute, 50, 60)) return "i";
    if (target === "orders" && minute >= 2900) return "f";
    return "o";
  };

/** Fills the demo month up to its present; `quiet` is never measured. */
export async function fillDemoMonth(input: {
  readonly store: RoundStore;
  readonly clock: Clock;
}): Promise<void> {
  const untilMs = input.clock.nowMs();
  const targets = ["web-1", "web-2", "web-old", "bucket-1", "bucket-2", "bucket-3", "orders"];
  const span = { fromMs: DEMO_FROM - 60 * MINUTE_MS, untilMs };
  await fillRounds(input, { ...span, vantage: "a", targets, weather: weatherOf("a") });
  await fillRounds(input, { ...span, vantage: "b", targets: ["web-1"], weather: weatherOf("b") });
}
