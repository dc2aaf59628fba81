import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { startMeasuredServer } from "../helpers/measured.ts";
import { makeHome, startNines, type Service, type Home } from "../helpers/nines.ts";
import { missingInstants, resultsOf, slotsOf } from "../helpers/seen.ts";
import { waitFor } from "../helpers/wait.ts";

// What takes minutes because a slot is one: the three run side by side and take up to four minutes,
// nearly all of it waiting.

const MINUTE_MS = 60_000;
/** Minutes are settled half a minute after their end, by a job that runs once a minute. */
const SETTLED_MS = 95_000;
const LONG_MS = 400_000;

const pauseUntil = (atMs: number) => pause(Math.max(0, atMs - Date.now()));
/** The start of the next minute that is at least `aheadMs` away. */
const minuteAhead = (aheadMs: number) => Math.ceil((Date.now() + aheadMs) / MINUTE_MS) * MINUTE_MS;

async function run(
  targets: Readonly<Record<string, string>>,
  work: (service: Service, at: Home) => Promise<void>,
) {
  const at = makeHome();
  at.write(
    "nines.yaml",
    `version: 1
vantages: [{ id: here, controls: [] }]
accounts: [{ id: acme, name: Acme Ltd }]
defaults: { interval: 2s, timeout: 900ms, vantages: [here] }
targets:
${Object.entries(targets)
  .map(
    ([id, address]) =>
      `  - { id: ${id}, product: ecs, region: cn-hangzhou, account: acme, probe: { kind: tcp, address: "${address}" } }`,
  )
  .join("\n")}
`,
  );
  const service = await startNines([], { at });
  try {
    await work(service, at);
  } finally {
    await service.stop();
    at.remove();
  }
}

/** Waits until the slots before the instant are settled. */
async function settledUntil(service: Service, atMs: number): Promise<void> {
  const month = new Date(atMs + 8 * 3_600_000).toISOString().slice(0, 7);
  await waitFor(
    async () => {
      const report = await service.json<{ settledUntil: string }>(`/api/v1/reports/${month}`);
      return Date.parse(report.settledUntil) >= atMs;
    },
    { what: "settled minutes", timeoutMs: SETTLED_MS + Math.max(0, atMs - Date.now()) },
  );
}

describe.concurrent("minutes that count", () => {
  test(
    "a monitor that stood still has no data for that time, and calls nobody down",
    { timeout: LONG_MS },
    async () => {
      const [one, other] = [await startMeasuredServer(), await startMeasuredServer()];
      await run({ "web-1": one.address, "web-2": other.address }, async (service) => {
        const lostMs = minuteAhead(10_000);
        await pauseUntil(lostMs - 5_000);
        service.signal("SIGSTOP");
        await pauseUntil(lostMs + MINUTE_MS + 5_000);
        service.signal("SIGCONT");
        const range = { fromMs: lostMs - MINUTE_MS, untilMs: lostMs + 2 * MINUTE_MS };
        await settledUntil(service, range.untilMs);
        for (const target of ["web-1", "web-2"]) {
          const slots = await slotsOf(service, target, range);
          expect(slots.map(({ bad }) => bad)).toEqual(["0", null, "0"]);
          expect(slots.reduce((sum, { failed }) => sum + failed, 0)).toBe(0);
          const results = await resultsOf(service, target);
          expect(results.filter(({ outcome }) => outcome === "failed")).toEqual([]);
          const after = results.filter(
            ({ plannedAt, outcome }) =>
              outcome === "ok" && Date.parse(plannedAt) > lostMs + MINUTE_MS + 10_000,
          );
          expect(after.length).toBeGreaterThan(10);
        }
        const [, lost] = await slotsOf(service, "web-1", range);
        expect(lost).toMatchObject({ valid: 0, failed: 0 });
      });
      await Promise.all([one.kill(), other.kill()]);
    },
  );

  test(
    "a target that was killed and revived is down for exactly the whole minutes between",
    { timeout: LONG_MS },
    async () => {
      const [killed, flapping, well] = [
        await startMeasuredServer(),
        await startMeasuredServer(),
        await startMeasuredServer(),
      ];
      const targets = { killed: killed.address, flapping: flapping.address, well: well.address };
      await run(targets, async (service) => {
        const downMs = minuteAhead(10_000);
        await pauseUntil(downMs - 6_000);
        await killed.kill();
        // Over the start of a minute, but with an answer in each: nothing is down.
        await flapping.kill();
        await pauseUntil(downMs + 6_000);
        await flapping.revive();
        await pauseUntil(downMs + MINUTE_MS + 6_000);
        await killed.revive();
        const range = { fromMs: downMs - MINUTE_MS, untilMs: downMs + 2 * MINUTE_MS };
        await settledUntil(service, range.untilMs);
        const badOf = async (target: string) =>
          (await slotsOf(service, target, range)).map(({ bad }) => bad);
        expect(await badOf("killed")).toEqual(["0", "1", "0"]);
        expect(await badOf("flapping")).toEqual(["0", "0", "0"]);
        expect(await badOf("well")).toEqual(["0", "0", "0"]);
        const month = new Date(downMs + 8 * 3_600_000).toISOString().slice(0, 7);
        expect(await service.json(`/api/v1/outages?month=${month}`)).toMatchObject({
          outages: [
            {
              subject: "killed",
              from: new Date(downMs).toISOString(),
              until: new Date(downMs + MINUTE_MS).toISOString(),
              slots: 1,
              reason: "connect-refused",
            },
          ],
        });
      });
      await Promise.all([killed.kill(), flapping.kill(), well.kill()]);
    },
  );

  test(
    "a database that hangs, and one that is killed, cost no round beside and call nobody down",
    { timeout: LONG_MS },
    async () => {
      const server = await startMeasuredServer();
      await run({ "web-1": server.address }, async (service, at) => {
        const enough = async (count: number) =>
          waitFor(async () => (await resultsOf(service, "web-1").catch(() => [])).length >= count, {
            what: `${count} results`,
            timeoutMs: 60_000,
          });
        await enough(3);

        const lost: { fromMs: number; untilMs: number }[] = [];
        const hungMs = Date.now();
        for (const pid of databaseProcesses(at)) process.kill(pid, "SIGSTOP");
        await pause(20_000);
        expect((await service.get("/healthz")).status).toBe(200);
        expect((await service.get("/readyz")).status).toBe(503);
        for (const pid of databaseProcesses(at)) process.kill(pid, "SIGCONT");
        await waitFor(async () => (await service.get("/readyz")).ok, { timeoutMs: 30_000 });
        lost.push({ fromMs: hungMs - 4_000, untilMs: Date.now() + 4_000 });
        const hung = (await resultsOf(service, "web-1")).length;
        await enough(hung + 3);

        const [postmaster = 0] = databaseProcesses(at);
        const killedMs = Date.now();
        process.kill(postmaster, "SIGKILL");
        await waitFor(async () => !(await service.get("/readyz")).ok, { timeoutMs: 10_000 });
        await waitFor(async () => (await service.get("/readyz")).ok, { timeoutMs: 30_000 });
        lost.push({ fromMs: killedMs - 4_000, untilMs: Date.now() + 4_000 });
        const revived = (await resultsOf(service, "web-1")).length;
        await enough(revived + 3);

        const results = await resultsOf(service, "web-1");
        expect(results.filter(({ outcome }) => outcome !== "ok")).toEqual([]);
        // Nothing is missing but what could not be measured without a queue.
        const elsewhere = missingInstants(results, 2_000).filter((text) => {
          const atMs = Date.parse(text);
          return !lost.some(({ fromMs, untilMs }) => atMs >= fromMs && atMs <= untilMs);
        });
        expect(elsewhere).toEqual([]);
        expect(service.log()).not.toMatch(/UnhandledPromise|Uncaught/u);
      });
      await server.kill();
    },
  );
});

/** The postmaster of a folder's embedded database, and its children. */
function databaseProcesses(at: Home): number[] {
  const file = join(at.folder, "data/postgres/data/postmaster.pid");
  const postmaster = Number(readFileSync(file, "utf8").split("\n")[0]);
  const children = execFileSync("ps", ["-o", "pid=", "--ppid", String(postmaster)], {
    encoding: "utf8",
  });
  return [postmaster, ...children.trim().split(/\s+/u).filter(Boolean).map(Number)];
}
