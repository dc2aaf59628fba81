import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startProgram } from "./child.ts";
import type { RunningProgram } from "./child.ts";
import { accepts, freePort } from "./ports.ts";

export type Nginx = RunningProgram & {
  readonly port: number;
  /** Its folder; relative paths of the configuration start here. */
  readonly prefix: string;
};

/**
 * Starts one nginx process on a free port of 127.0.0.1. `conf` gives what stands inside
 * `http { }`; $PORT in it is replaced. Files are name to content, in the prefix.
 */
export async function startNginx(
  conf: string,
  files: Readonly<Record<string, string>> = {},
): Promise<Nginx> {
  const port = await freePort();
  const prefix = mkdtempSync(join(tmpdir(), "nines-nginx-"));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(prefix, name), content);
  writeFileSync(
    join(prefix, "nginx.conf"),
    // One process, so that a signal meets the one that answers.
    `daemon off; master_process off; pid nginx.pid; error_log stderr;
    events { worker_connections 1024; }
    http {
      access_log off;
      client_body_temp_path client; proxy_temp_path proxy; fastcgi_temp_path fastcgi;
      uwsgi_temp_path uwsgi; scgi_temp_path scgi;
      ${conf.replaceAll("$PORT", String(port))}
    }`,
  );
  const program = await startProgram(
    ["nginx", "-p", prefix, "-c", join(prefix, "nginx.conf"), "-e", "stderr"],
    () => accepts(port),
  );
  return {
    ...program,
    port,
    prefix,
    kill: async () => {
      await program.kill();
      rmSync(prefix, { recursive: true, force: true });
    },
  };
}
