import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { startProgram } from "./child.ts";
import type { RunningProgram } from "./child.ts";
import { accepts, freePort } from "./ports.ts";
import type { KeyPair } from "./certificates.ts";

export type Mariadb = RunningProgram & {
  readonly port: number;
  readonly address: string;
};

/**
 * Starts a MariaDB server with an empty data directory on a free port of 127.0.0.1. User
 * `probe`, password `right`, may log in from anywhere and has no rights to any table.
 */
export async function startMariadb(
  options: { readonly flags?: readonly string[]; readonly tls?: KeyPair } = {},
): Promise<Mariadb> {
  const folder = mkdtempSync(join(tmpdir(), "nines-mariadb-"));
  const port = await freePort();
  const common = [
    `--datadir=${join(folder, "data")}`,
    `--user=${userInfo().username}`,
    "--innodb-buffer-pool-size=8M",
    "--innodb-log-file-size=4M",
  ];
  execFileSync(
    "mariadb-install-db",
    ["--no-defaults", ...common, "--auth-root-authentication-method=normal", "--skip-test-db"],
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  const init = join(folder, "init.sql");
  writeFileSync(init, "CREATE USER 'probe'@'%' IDENTIFIED BY 'right';\n");
  const tls = options.tls === undefined ? [] : tlsFlags(folder, options.tls);
  const program = await startProgram(
    [
      "mariadbd",
      "--no-defaults",
      ...common,
      `--port=${port}`,
      "--bind-address=127.0.0.1",
      `--socket=${join(folder, "socket")}`,
      `--pid-file=${join(folder, "pid")}`,
      `--init-file=${init}`,
      ...tls,
      ...(options.flags ?? []),
    ],
    () => accepts(port),
  );
  return {
    ...program,
    port,
    address: `127.0.0.1:${port}`,
    kill: async () => {
      await program.kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function tlsFlags(folder: string, { key, cert }: KeyPair): string[] {
  writeFileSync(join(folder, "server.key"), key, { mode: 0o600 });
  writeFileSync(join(folder, "server.crt"), cert);
  return [`--ssl-key=${join(folder, "server.key")}`, `--ssl-cert=${join(folder, "server.crt")}`];
}
