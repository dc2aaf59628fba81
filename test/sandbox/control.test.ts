import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { sandbox as verb, writeControl } from "../../src/cli/sandbox-control.ts";
import { readSettings } from "../../src/config.ts";
import { systemClock } from "../../src/clock.ts";
import { startCloud, type SandboxCloud } from "../../src/sandbox/cloud.ts";
import { startControl, type SandboxControl } from "../../src/sandbox/control.ts";
import { waitFor } from "../helpers/wait.ts";

const log = { info: () => undefined };
const dataDir = mkdtempSync(join(tmpdir(), "nines-control-"));
const env = { NINES_DATA_DIR: dataDir };
let cloud: SandboxCloud;
let control: SandboxControl;

beforeAll(async () => {
  cloud = await startCloud({ clock: systemClock, log });
  control = await startControl({ cloud, log });
  writeControl(readSettings(env), control);
});
afterAll(async () => {
  await control.close();
  await cloud.close();
  rmSync(dataDir, { recursive: true });
});

async function run(...args: string[]): Promise<string> {
  const lines: string[] = [];
  const out = (text: string) => void lines.push(text);
  await verb.run(args, { clock: systemClock, env, out, err: out });
  return lines.join("\n");
}

test("a server is broken and mended by name", async () => {
  expect(await run("break", "ecs-hangzhou-h1")).toBe("ecs-hangzhou-h1: refuse");
  expect(cloud.faultOf("ecs-hangzhou-h1")).toBe("refuse");
  expect(await run("list")).toMatch(/^ecs-hangzhou-h1 +ssh +refuse /mu);
  expect(await run("mend", "ecs-hangzhou-h1")).toBe("ecs-hangzhou-h1: mended");
  expect(cloud.faultOf("ecs-hangzhou-h1")).toBeNull();
});

test("a fault for a time ends by itself", async () => {
  await run("break", "mysql-shanghai", "--fault", "hang", "--for", "50ms");
  await waitFor(() => cloud.faultOf("mysql-shanghai") === null);
  expect(cloud.faultOf("mysql-shanghai")).toBeNull();
});

test("an order that cannot be carried out names what can", async () => {
  await expect(run("break", "nobody")).rejects.toThrow("the sandbox has no server nobody");
  await expect(run("break", "ecs-hangzhou-h1", "--fault", "key-refused")).rejects.toThrow(
    "ecs-hangzhou-h1 can have refuse, hang, reset, slow, not key-refused",
  );
  await expect(run("break", "ecs-hangzhou-h1", "--for", "soon")).rejects.toThrow("no duration");
  await expect(run("break")).rejects.toThrow("SERVER");
});

test("a fault for longer than a timer can wait is refused, and is not over at once", async () => {
  await expect(run("break", "ecs-hangzhou-h1", "--for", "30d")).rejects.toThrow("up to 24d");
  const answer = await fetch(control.url, {
    method: "POST",
    headers: { authorization: `Bearer ${control.key}` },
    body: JSON.stringify({ server: "ecs-hangzhou-h1", fault: "refuse", forMs: 30 * 86_400_000 }),
  });
  expect(answer.status).toBe(400);
  expect(cloud.faultOf("ecs-hangzhou-h1")).toBeNull();
});

test("who has no key changes nothing", async () => {
  for (const headers of [{}, { authorization: `Bearer ${"0".repeat(32)}` }]) {
    const answer = await fetch(control.url, { method: "POST", headers, body: "{}" });
    expect(answer.status).toBe(401);
  }
  const headers = { authorization: `Bearer ${control.key}` };
  const answer = await fetch(control.url, { method: "POST", headers, body: "{}" });
  expect([answer.status, await answer.text()]).toEqual([400, '{"error":"this is no order"}']);
});

test("without a running sandbox it says what to start", async () => {
  const elsewhere = { clock: systemClock, env: { NINES_DATA_DIR: join(dataDir, "none") } };
  const quiet = () => undefined;
  await expect(verb.run(["list"], { ...elsewhere, out: quiet, err: quiet })).rejects.toThrow(
    "no sandbox runs on this data directory",
  );
});
