import { execFile } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { packageRoot } from "../../src/paths.ts";
import { GRACE_MS } from "../../src/settle.ts";
import { sleep, startService } from "./service.ts";

const run = promisify(execFile);
const MINUTE_MS = 60_000;
const SERVER = "ecs-hangzhou-h1";
const EARLY_MS = 4_000;
const OUTAGE_MS = EARLY_MS + 2 * MINUTE_MS;

type Heard = { readonly atMs: number; readonly status: string; readonly title: string };

/**
 * From the first failed probe of a sandbox server to the message at a webhook, and from the first
 * good one to the message that it is over. The design's own minimum: the slot's end and the grace.
 */
export async function benchAlertTime(): Promise<string[]> {
  const receiver = await startReceiver();
  const service = await startService(
    `version: 1\nsandbox: quiet\nchannels:\n  - { id: hook, kind: webhook, url: "${receiver.url}" }\n` +
      `routes:\n  - { channels: [hook], events: [outage] }\n`,
  );
  try {
    await waitForResults(service.url);
    // Only a minute that fails as a whole is bad: break it shortly before one begins.
    await sleep((2 * MINUTE_MS - EARLY_MS - (Date.now() % MINUTE_MS)) % MINUTE_MS);
    const brokenMs = Date.now();
    await sandbox(service.dir, "break", SERVER);
    const opened = await receiver.next("opened");
    await sleep(Math.max(0, brokenMs + OUTAGE_MS - Date.now()));
    await sandbox(service.dir, "mend", SERVER);
    const resolved = await receiver.next("resolved");
    const failed = await listFailed(service.url, brokenMs);
    const [first = brokenMs, last = brokenMs] = [failed[0], failed.at(-1)];
    return [
      "from a failing sandbox server to a message at a webhook",
      line("first failed probe to the message", { fromMs: first, heardMs: opened.atMs }),
      line("last failed probe to the message that it is over", {
        fromMs: last,
        heardMs: resolved.atMs,
      }),
      `  told: "${opened.title}", then "${resolved.title}"; ${receiver.count()} messages in all`,
    ];
  } finally {
    await service.stop();
    receiver.close();
  }
}

/** The first whole slot after it must end, and the grace pass: nothing is known before. */
function line(what: string, at: { readonly fromMs: number; readonly heardMs: number }): string {
  const { fromMs, heardMs } = at;
  const knownMs = (Math.ceil(fromMs / MINUTE_MS) + 1) * MINUTE_MS + GRACE_MS;
  const seconds = (ms: number) => (ms / 1000).toFixed(1);
  return `  ${what}: ${seconds(heardMs - fromMs)} s (a whole slot and the grace: ${seconds(knownMs - fromMs)} s)`;
}

async function startReceiver() {
  const heard: Heard[] = [];
  const server = createServer((request, response) => {
    const atMs = Date.now();
    let text = "";
    request.on("data", (chunk) => (text += String(chunk)));
    request.on("end", () => {
      const { status, title } = JSON.parse(text) as { status: string; title: string };
      heard.push({ atMs, status, title });
      response.end();
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    count: () => heard.length,
    next: async (status: string): Promise<Heard> => {
      for (let tries = 0; tries < 3_000; tries += 1) {
        const found = heard.find((one) => one.status === status);
        if (found !== undefined) return found;
        await sleep(100);
      }
      throw new Error(`no message was ${status} within five minutes`);
    },
    close: () => server.close(),
  };
}

async function sandbox(dir: string, ...args: string[]): Promise<void> {
  const env = { ...process.env, NINES_DATA_DIR: join(dir, "data") };
  await run(process.execPath, [join(packageRoot(), "bin", "nines.js"), "sandbox", ...args], {
    env,
  });
}

type Result = { readonly plannedAt: string; readonly outcome: string };

async function listResults(url: string, fromMs: number): Promise<Result[]> {
  const range = new URLSearchParams({
    from: new Date(fromMs).toISOString(),
    until: new Date(Date.now() + MINUTE_MS).toISOString(),
  });
  const answer = await fetch(`${url}/api/v1/targets/${SERVER}/results?${range}`);
  const lines = (await answer.text()).split("\n").filter((text) => text !== "");
  return lines.map((text) => JSON.parse(text) as Result);
}

async function waitForResults(url: string): Promise<void> {
  for (;;) {
    const results = await listResults(url, Date.now() - MINUTE_MS);
    if (results.length > 0) return;
    await sleep(500);
  }
}

async function listFailed(url: string, fromMs: number): Promise<number[]> {
  const results = await listResults(url, fromMs - MINUTE_MS);
  return results
    .filter(({ outcome }) => outcome === "failed")
    .map(({ plannedAt }) => Date.parse(plannedAt))
    .toSorted((a, b) => a - b);
}
