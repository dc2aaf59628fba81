import { chownSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chooseUser, preparePrograms, runAs } from "../../src/store/embedded-programs.ts";
import type { KeyPair } from "./certificates.ts";
import { startProgram } from "./child.ts";
import type { RunningProgram } from "./child.ts";
import { accepts, freePort } from "./ports.ts";
import { waitFor } from "./wait.ts";

export type PostgresServer = RunningProgram & {
  readonly port: number;
  readonly address: string;
};

/**
 * Starts a PostgreSQL server of its own, for tests that stop and kill it, on a free port
 * of 127.0.0.1. Superuser `probe`, password `right`; `auth` is the method for everybody.
 */
export async function startPostgres(
  options: {
    readonly auth?: "scram-sha-256" | "md5" | "password" | "reject";
    readonly settings?: Readonly<Record<string, string>>;
    readonly tls?: KeyPair;
  } = {},
): Promise<PostgresServer> {
  const { auth = "scram-sha-256", settings = {}, tls } = options;
  const folder = mkdtempSync(join(tmpdir(), "nines-postgres-"));
  const port = await freePort();
  const user = await chooseUser([]);
  const own = (path: string): void => {
    if (user !== null) chownSync(path, user.uid, user.gid);
  };
  own(folder);
  const { initdb, postgres } = await preparePrograms(user, folder);
  const write = (name: string, content: string): void => {
    writeFileSync(join(folder, name), content, { mode: 0o600 });
    own(join(folder, name));
  };
  write("password", "right\n");
  const data = join(folder, "data");
  const hashed = auth === "md5" ? "md5" : "scram-sha-256";
  await runAs(user, {
    program: initdb,
    args: [
      "-D",
      data,
      "-U",
      "probe",
      `--pwfile=${join(folder, "password")}`,
      `--auth=${hashed}`,
      "--locale=C",
      "--no-sync",
    ],
    cwd: folder,
  });
  write("data/pg_hba.conf", `host all all 127.0.0.1/32 ${auth}\n`);
  if (tls !== undefined) {
    write("data/server.key", tls.key);
    write("data/server.crt", tls.cert);
  }
  const all = {
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    fsync: "off",
    shared_buffers: "8MB",
    ssl: tls === undefined ? "off" : "on",
    ...settings,
  };
  const flags = Object.entries(all).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const command: [string, ...string[]] = [postgres, "-D", data, "-p", String(port), ...flags];
  const program = await startProgram(
    user === null
      ? command
      : ["setpriv", `--reuid=${user.uid}`, `--regid=${user.gid}`, "--clear-groups", ...command],
    () => accepts(port),
  );
  // It accepts connections, to refuse them, while it is still starting.
  await waitFor(() => program.output().includes("ready to accept connections"));
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
