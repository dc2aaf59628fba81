import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startProgram, type RunningProgram } from "./child.ts";
import { accepts, freePort } from "./ports.ts";

export type RedisServer = {
  readonly port: number;
  readonly url: string;
  /** Kills it; what it held is gone. */
  readonly kill: () => Promise<void>;
  /** Starts it on the same port, empty. */
  readonly start: () => Promise<void>;
  /** Kills it and clears away. */
  readonly stop: () => Promise<void>;
};

/** A Redis on a free loopback port that keeps nothing on disk. */
export async function startRedis(options: { cluster?: boolean } = {}): Promise<RedisServer> {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), "nines-redis-"));
  let running: RunningProgram | null = null;
  const place = ["--port", String(port), "--bind", "127.0.0.1", "--dir", folder];
  const flags = [...place, "--save", "", "--appendonly", "no"];
  if (options.cluster === true) flags.push(...(await clusterFlags()));
  const start = async () => {
    running = await startProgram(["redis-server", ...flags], () => accepts(port));
  };
  const kill = async () => {
    await running?.kill();
    running = null;
  };
  await start();
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    kill,
    start,
    stop: async () => {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function clusterFlags(): Promise<string[]> {
  const bus = String(await freePort());
  return ["--cluster-enabled", "yes", "--cluster-port", bus, "--cluster-announce-ip", "127.0.0.1"];
}
