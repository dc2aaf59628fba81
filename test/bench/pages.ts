import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { OPERATOR } from "../../src/cli/by.ts";
import { closeMonth } from "../../src/close-month.ts";
import { overviewOf } from "../../src/core/overview-view.ts";
import { openSigner } from "../../src/signing.ts";
import { saveSettledUntil } from "../../src/store/unsettled.ts";
import { readOverview } from "../../src/view-overview.ts";
import { viewProduct } from "../../src/view-product.ts";
import { viewDay } from "../../src/view-slots.ts";
import { viewTarget } from "../../src/view-target.ts";
import { renderOverview } from "../../src/web/overview.tsx";
import { renderProduct } from "../../src/web/product.tsx";
import { renderDay } from "../../src/web/slots.tsx";
import { renderTarget } from "../../src/web/target.tsx";
import { bearer, giveToken } from "../helpers/access.ts";
import { createTestApp, MINUTE_MS, type TestApp } from "../helpers/app.ts";
import { testClock } from "../helpers/clock.ts";
import {
  fillManyTargets,
  manyTargetsYaml,
  NOW_MS,
  TARGET_COUNT,
  targetId,
} from "../helpers/many-targets.ts";
import { withDatabase } from "./with-database.ts";

const WANTED_MS = 20;
const ROUNDS = 40;
const DAY_MS = 86_400_000;
const clock = testClock(NOW_MS);

/** How long pages take with 500 targets and 90 days behind them. */
export function benchPages(): Promise<string[]> {
  return withDatabase(async (db, url) => {
    const database = { url, db, drop: async () => {} };
    const served = await createTestApp({ config: manyTargetsYaml, clock, database });
    try {
      await fillManyTargets(served, clock);
      await closePast(served);
      return [...(await renderings(served)), ...(await requests(served))];
    } finally {
      await served.close();
    }
  });
}

/** The months before, as they are closed a day or so after their end. */
async function closePast({ store: { db }, config }: TestApp): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), "nines-bench-"));
  const signer = () => openSigner({ db, clock, dataDir, keyFile: null });
  for (const month of ["2026-07", "2026-08", "2026-09"]) {
    await closeMonth({ db, clock, config, signer }, { month, by: OPERATOR, afresh: false });
  }
  rmSync(dataDir, { recursive: true });
}

/** From the page's model to its text. */
async function renderings({ store, config }: TestApp): Promise<string[]> {
  const notes = { sandbox: false, openAccess: false, filling: null };
  const deps = { db: store.db, clock, config, accounts: null, notes };
  const input = await readOverview(deps, { month: "2026-10", account: null });
  const filter = { account: null, product: null, region: null };
  const product = await viewProduct(deps, input, { ...filter, product: "ecs" });
  const target = await viewTarget(deps, { id: targetId(20), month: "2026-10" });
  const day = { id: targetId(20), day: "2026-10-21", agreement: undefined, hour: undefined };
  const slots = await viewDay(deps, day);
  const overview = () => renderOverview(overviewOf({ ...input, filter }), "en");
  const text = overview();
  const renders: Readonly<Record<string, () => unknown>> = {
    overview,
    product: () => renderProduct(product, "en"),
    target: () => renderTarget(target, "en"),
    day: () => renderDay(slots, "en"),
    "compressing the overview": () => gzipSync(text),
  };
  const lines: string[] = [];
  for (const [name, render] of Object.entries(renders)) {
    lines.push(`  ${name.padEnd(34)} ${shown(await measure(async () => void render()))}`);
  }
  return [
    `Rendering with ${TARGET_COUNT} targets, from the model to the text (wanted under ${WANTED_MS} ms)`,
    ...lines,
  ];
}

/** From the request to the answer, with every query of the database. */
async function requests(served: TestApp): Promise<string[]> {
  const token = await giveToken(served, { role: "admin" }, clock);
  const day = new Date(NOW_MS - 3 * DAY_MS).toISOString().slice(0, 10);
  const span = new URLSearchParams({
    from: new Date(NOW_MS - 10 * MINUTE_MS).toISOString(),
    until: new Date(NOW_MS).toISOString(),
  });
  const pages = [
    "/",
    "/?account=account-3",
    "/?product=ecs&region=cn-hongkong",
    "/products/ecs",
    `/targets/${targetId(1)}`,
    `/targets/${targetId(20)}/days/${day}`,
    `/targets/${targetId(1)}/results?${span}`,
    "/search?q=target",
    "/reports",
    "/exclusions",
    "/malfunctions",
    "/agreements",
    "/inbox",
    "/monitor",
    "/audit",
  ];
  const ask = async (url: string): Promise<void> => {
    const answer = await served.app.inject({ url, headers: bearer(token) });
    if (answer.statusCode !== 200) throw new Error(`${url}: ${answer.statusCode}`);
  };
  const lines: string[] = [];
  for (const url of pages) {
    const measured = await measure(() => ask(url));
    // Another figure since: nothing is remembered but the bars of the last 90 days.
    await saveSettledUntil(served.store.db, NOW_MS - MINUTE_MS, 1);
    const startMs = performance.now();
    await ask(url);
    const firstMs = performance.now() - startMs;
    const name = url.replace(/\?from.*/u, "");
    lines.push(
      `  ${name.padEnd(34)} ${shown(measured)}; first after a minute was settled ${firstMs.toFixed(0)} ms`,
    );
  }
  return ["Whole requests with their queries, uncompressed", ...lines];
}

type Measured = { readonly medianMs: number; readonly mostMs: number; readonly cpuMs: number };

async function measure(run: () => Promise<void>): Promise<Measured> {
  for (let round = 0; round < ROUNDS / 2; round += 1) await run();
  const times: number[] = [];
  const before = process.cpuUsage();
  for (let round = 0; round < ROUNDS; round += 1) {
    const startMs = performance.now();
    await run();
    times.push(performance.now() - startMs);
  }
  const { user, system } = process.cpuUsage(before);
  const sorted = times.toSorted((a, b) => a - b);
  return {
    medianMs: sorted[ROUNDS / 2] ?? 0,
    mostMs: sorted.at(-1) ?? 0,
    cpuMs: (user + system) / 1000 / ROUNDS,
  };
}

function shown({ medianMs, mostMs, cpuMs }: Measured): string {
  const padded = (ms: number) => ms.toFixed(1).padStart(5);
  return `median ${padded(medianMs)} ms, most ${padded(mostMs)}, CPU ${padded(cpuMs)}`;
}
