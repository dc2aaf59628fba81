import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startProgram } from "./child.ts";
import type { RunningProgram } from "./child.ts";
import { freePort } from "./ports.ts";

export type Alertmanager = RunningProgram & { readonly url: string };

/**
 * Starts an Alertmanager on a free port of 127.0.0.1 that hands every alert, each in a group of its
 * own and at once, to a webhook.
 */
export async function startAlertmanager(webhookUrl: string): Promise<Alertmanager> {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), "nines-alertmanager-"));
  const config = join(folder, "alertmanager.yml");
  writeFileSync(
    config,
    `route: {receiver: hook, group_by: ['...'], group_wait: 0s, group_interval: 1s, repeat_interval: 1h}
receivers: [{name: hook, webhook_configs: [{url: ${webhookUrl}, send_resolved: true}]}]
`,
  );
  const url = `http://127.0.0.1:${port}`;
  const program = await startProgram(
    [
      "prometheus-alertmanager",
      `--config.file=${config}`,
      `--storage.path=${join(folder, "data")}`,
      `--web.listen-address=127.0.0.1:${port}`,
      "--cluster.listen-address=",
    ],
    async () => (await fetch(`${url}/-/ready`).catch(() => null))?.ok === true,
  );
  return {
    ...program,
    url,
    kill: async () => {
      await program.kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
