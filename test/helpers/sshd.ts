import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startProgram } from "./child.ts";
import type { RunningProgram } from "./child.ts";
import { accepts, freePort } from "./ports.ts";

export type Sshd = RunningProgram & { readonly port: number };

/** Starts an OpenSSH server on a free port of 127.0.0.1, with a host key of its own. Nobody can log in. */
export async function startSshd(conf = ""): Promise<Sshd> {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), "nines-sshd-"));
  const key = join(folder, "host_key");
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key]);
  // The folder in which Debian's sshd locks up its unprivileged part.
  if (process.getuid?.() === 0) mkdirSync("/run/sshd", { recursive: true });
  const file = join(folder, "sshd_config");
  writeFileSync(
    file,
    `ListenAddress 127.0.0.1:${port}
HostKey ${key}
PidFile none
UsePAM no
PasswordAuthentication no
AuthorizedKeysFile none
${conf}
`,
  );
  const program = await startProgram(["/usr/sbin/sshd", "-D", "-e", "-f", file], () =>
    accepts(port),
  );
  return {
    ...program,
    port,
    kill: async () => {
      await program.kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
