import { accessSync, constants, existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** Debian keeps servers off an ordinary user's PATH, and PostgreSQL's in a folder for each version. */
function searched(): string[] {
  const postgres = "/usr/lib/postgresql";
  const versions = existsSync(postgres) ? readdirSync(postgres) : [];
  return [
    ...(process.env["PATH"] ?? "").split(":"),
    "/usr/sbin",
    ...versions.map((version) => join(postgres, version, "bin")),
  ];
}

/** Whether a program that a test wants to run is on this machine. */
export function has(program: string): boolean {
  return searched().some((directory) => {
    try {
      accessSync(join(directory, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
