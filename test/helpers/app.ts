import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { prepareProbe, probes } from "../../probes/index.ts";
import type { Clock } from "../../src/clock.ts";
import type { Config } from "../../src/config.ts";
import type { Target } from "../../src/core/target.ts";
import type { App, HttpDeps } from "../../src/http/deps.ts";
import { buildServer } from "../../src/http/server.ts";
import { createMetrics, type Metrics } from "../../src/metrics.ts";
import { parseConfig } from "../../src/parse-config.ts";
import { openRenderer, type Renderer } from "../../src/render-apart.ts";
import { createMetricsRefresh } from "../../src/refresh-metrics.ts";
import { openSigner } from "../../src/signing.ts";
import { settle } from "../../src/settle.ts";
import { createIdCache, type RoundStore } from "../../src/store/prepare-rounds.ts";
import { storeRounds } from "../../src/store/rounds.ts";
import { createTestDatabase, type TestDatabase } from "./database.ts";
import { renderThread } from "./renderer.ts";
import { createReportQueue } from "./report-queue.ts";

export const MINUTE_MS = 60_000;

/** A configuration from its text, with the real probes' settings. */
export function configOf(text: string): Config {
  const probeSettings = Object.fromEntries(
    Object.entries(probes).map(([kind, probe]) => [kind, probe.settings]),
  );
  return parseConfig({ text, file: "nines.yaml" }, { env: {}, probeSettings, readFile: () => "" });
}

export type TestApp = {
  readonly app: App;
  readonly store: RoundStore;
  readonly database: TestDatabase;
  readonly config: Config;
  readonly metrics: Metrics;
  readonly close: () => Promise<void>;
};

/** The whole server on a database of its own; nothing listens, `app.inject` asks. */
export async function createTestApp(input: {
  readonly config: string;
  readonly clock: Clock;
  readonly deps?: Partial<HttpDeps>;
  /** Default: a new one. */
  readonly database?: TestDatabase;
}): Promise<TestApp> {
  const { clock } = input;
  const database = input.database ?? (await createTestDatabase());
  const store = { db: database.db, ids: createIdCache() };
  const config = configOf(input.config);
  const metrics = createMetrics();
  const dataDir = mkdtempSync(join(tmpdir(), "nines-app-"));
  const reports = createReportQueue();
  let renderer: Renderer | null = null;
  const theRenderer = () => (renderer ??= openRenderer({ entry: renderThread() }));
  const deps = {
    clock,
    log: pino({ level: "silent" }),
    config: () => config,
    metrics,
    isLoopback: true,
    checkReady: async () => void (await store.db.query("select 1")),
    refreshMetrics: createMetricsRefresh({
      clock,
      config: () => config,
      metrics,
      db: store.db,
      queues: () => new Map(),
      withFigures: true,
    }),
    probeNow: ({ probe }: Target, timeoutMs: number) =>
      prepareProbe(probe)({ clock, timeoutMs, signal: new AbortController().signal }),
    store,
    signer: () => openSigner({ db: store.db, clock, dataDir, keyFile: null }),
    notes: () => ({ sandbox: false, filling: null }),
    queueCounts: async () => [],
    boardQueues: null,
    // Most tests render nothing, and need no thread to be built.
    render: (...asked: Parameters<Renderer["render"]>) => theRenderer().render(...asked),
    renderYear: (...asked: Parameters<Renderer["renderYear"]>) =>
      theRenderer().renderYear(...asked),
    reportQueue: () => reports.queue,
    ...input.deps,
  };
  const app = await buildServer(deps, deps);
  await app.ready();
  return {
    app,
    store,
    database,
    config,
    metrics,
    close: async () => {
      await app.close();
      await renderer?.close();
      await database.drop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** What a target's result is at an instant: a letter of the round, null for none. */
export type Weather = (target: string, atMs: number) => "o" | "f" | "i" | "u" | null;

/** Stores one round for every minute of [fromMs, untilMs) and settles what has ended. */
export async function fillRounds(
  input: { readonly store: RoundStore; readonly clock: Clock },
  span: {
    readonly vantage: string;
    readonly targets: readonly string[];
    readonly fromMs: number;
    readonly untilMs: number;
    readonly weather: Weather;
    readonly shard?: string;
  },
): Promise<void> {
  const { store, clock } = input;
  const rounds = [];
  for (let atMs = span.fromMs; atMs < span.untilMs; atMs += MINUTE_MS) {
    const seen = span.targets
      .map((target) => ({ target, letter: span.weather(target, atMs) }))
      .filter(({ letter }) => letter !== null);
    if (seen.length === 0) continue;
    rounds.push({
      vantage: span.vantage,
      shard: span.shard ?? "1m.0",
      plannedAtMs: atMs,
      targets: seen.map(({ target }) => target),
      outcomes: seen.map(({ letter }) => letter).join(""),
      offsetsMs: seen.map(() => 3),
      latenciesUs: seen.map(() => 12_400),
      details: seen.flatMap(({ letter }, index) =>
        letter === "o" ? [] : [{ index, reason: REASONS_OF[letter ?? "o"] }],
      ),
    });
  }
  for (let at = 0; at < rounds.length; at += 500) {
    await storeRounds(store, rounds.slice(at, at + 500), clock.nowMs());
  }
  await settle({ db: store.db, clock });
}

const REASONS_OF = {
  o: "",
  f: "connect-timeout",
  i: "forbidden",
  u: "network-down",
} as const;
