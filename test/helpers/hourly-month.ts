import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CloseDeps } from "../../src/close-month.ts";
import type { Config } from "../../src/config.ts";
import type { Round } from "../../src/core/round.ts";
import { settle } from "../../src/settle.ts";
import { openSigner } from "../../src/signing.ts";
import type { Database } from "../../src/store/connect.ts";
import { createIdCache, type RoundStore } from "../../src/store/prepare-rounds.ts";
import { storeRounds } from "../../src/store/rounds.ts";
import { configOf } from "./app.ts";
import { testClock } from "./clock.ts";
import { createTestDatabase, type Template } from "./database.ts";

/** October of 2026 in Shanghai, where the hours begin with UTC's. */
export const OCTOBER = {
  month: "2026-10",
  fromMs: Date.parse("2026-09-30T16:00:00Z"),
  untilMs: Date.parse("2026-10-31T16:00:00Z"),
};
const HOUR_MS = 3_600_000;

/** Slots of an hour, so that a month of results is 744 rounds; 3 bad hours are allowed, 4 are not. */
export const HOURLY_CONFIG = `
version: 1
vantages: [{ id: here, controls: [] }]
accounts:
  - { id: acme, name: Acme, currency: CNY }
  - { id: globex, name: Globex, currency: JPY }
agreements:
  - id: hourly
    from: 2026-01-01
    objective: "99.5"
    method: all-failed
    slot: 1h
    credits: [{ below: "99.5", credit: 10 }, { below: "99", credit: 25 }]
defaults: { interval: 1h, vantages: [here] }
targets:
  - { id: web-1, product: ecs, region: cn-hangzhou, account: acme, agreements: [hourly],
      monthlyFee: "1200.00", probe: { kind: tcp, address: "127.0.0.1:1" } }
  - { id: web-2, product: ecs, region: cn-shanghai, account: globex, agreements: [hourly],
      monthlyFee: "999", probe: { kind: tcp, address: "127.0.0.1:2" } }
`;

/** Stores results of a target at the hours of October given, or of the hours asked for, and settles. */
type Fill = (
  target: string,
  letters: (hour: number) => "o" | "f" | null,
  hours?: { readonly from: number; readonly until: number },
) => Promise<void>;

export type HourlyMonth = CloseDeps & {
  readonly db: Database;
  readonly store: RoundStore;
  readonly clock: ReturnType<typeof testClock>;
  readonly config: Config;
  readonly dataDir: string;
  readonly url: string;
  readonly fill: Fill;
  readonly drop: () => Promise<void>;
};

/** A template in which October is filled, for the tests that share it. */
export function filledOctober(name: string, fillAll: (fill: Fill) => Promise<void>): Template {
  return {
    name,
    fill: (db) => fillAll(fillOf({ db, ids: createIdCache() }, clockAfter())),
  };
}

const clockAfter = () => testClock(OCTOBER.untilMs + 48 * HOUR_MS);

/** A database in which October may be filled, or is; the clock stands two days after its end. */
export async function createHourlyMonth(
  yaml: string = HOURLY_CONFIG,
  options: { readonly template?: Template } = {},
): Promise<HourlyMonth> {
  const database = await createTestDatabase(options);
  const { db } = database;
  const dataDir = mkdtempSync(join(tmpdir(), "nines-keys-"));
  const clock = clockAfter();
  const store = { db, ids: createIdCache() };
  return {
    db,
    store,
    clock,
    config: configOf(yaml),
    dataDir,
    url: database.url,
    signer: () => openSigner({ db, clock, dataDir, keyFile: null }),
    fill: fillOf(store, clock),
    drop: async () => {
      await database.drop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

function fillOf(store: RoundStore, clock: ReturnType<typeof testClock>): Fill {
  return async (target, letters, { from, until } = { from: 0, until: 744 }) => {
    const rounds: Round[] = [];
    for (let hour = from; hour < until; hour += 1) {
      const letter = letters(hour);
      if (letter === null) continue;
      rounds.push({
        vantage: "here",
        shard: `3600s-${target}`,
        plannedAtMs: OCTOBER.fromMs + hour * HOUR_MS,
        targets: [target],
        outcomes: letter,
        offsetsMs: [3],
        latenciesUs: [12_400],
        details: letter === "o" ? [] : [{ index: 0, reason: "connect-timeout" }],
      });
    }
    await storeRounds(store, rounds, clock.nowMs());
    await settle({ db: store.db, clock });
  };
}

/** One lives in October, the others only before and only after it. Lone bad hours count as good. */
export const EDGES_CONFIG = `
version: 1
timeZone: Asia/Shanghai
vantages: [{ id: here, controls: [] }]
accounts: [{ id: acme }]
agreements:
  - { id: hourly, from: 2020-01-01, objective: "99.5", method: all-failed, scope: group, slot: 1h, minStretch: 2 }
defaults: { interval: 1h, vantages: [here] }
targets:
  - { id: web-now, product: ecs, region: cn-hangzhou, account: acme, agreements: [hourly],
      probe: { kind: tcp, address: "127.0.0.1:1" } }
  - { id: web-old, product: ecs, region: cn-hangzhou, account: acme, agreements: [hourly],
      until: 2026-10-01, probe: { kind: tcp, address: "127.0.0.1:2" } }
  - { id: web-new, product: ecs, region: cn-hangzhou, account: acme, agreements: [hourly],
      from: 2026-11-01, probe: { kind: tcp, address: "127.0.0.1:3" } }
`;

/** Hours 0, 400 and 743 of October are bad, and so are, of the others, the one before and those after. */
export async function fillEdges({ fill }: HourlyMonth): Promise<void> {
  const around = { from: -48, until: 768 };
  await fill("web-now", (hour) => ([0, 400, 743].includes(hour) ? "f" : "o"));
  await fill("web-old", (hour) => (hour === -1 ? "f" : hour < 0 ? "o" : null), around);
  await fill("web-new", (hour) => (hour >= 744 ? "f" : null), around);
}
