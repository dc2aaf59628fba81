import { chmod, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { keyNameSchema } from "./core/backup-format.ts";
import { ConflictError } from "./errors.ts";

/** A file of `<NINES_DATA_DIR>/keys`. */
export type KeyFile = { readonly name: string; readonly bytes: Buffer };

const folderOf = (dataDir: string) => join(dataDir, "keys");

/** All key files by name; none when there is no folder. */
export async function readKeyFiles(dataDir: string): Promise<KeyFile[]> {
  const folder = folderOf(dataDir);
  const entries = await readdir(folder, { withFileTypes: true }).catch(noneIfMissing);
  const names = entries
    .filter((entry) => entry.isFile() && keyNameSchema.safeParse(entry.name).success)
    .map(({ name }) => name)
    .toSorted();
  return Promise.all(
    names.map(async (name) => ({ name, bytes: await readFile(join(folder, name)) })),
  );
}

/**
 * Writes those that are not there yet, for the owner's eyes only, and gives a function that takes
 * them away again. Throws ConflictError, before it writes any, when another key has one of the names.
 */
export async function writeKeyFiles(
  dataDir: string,
  keys: readonly KeyFile[],
): Promise<() => Promise<void>> {
  const folder = folderOf(dataDir);
  const there = new Map((await readKeyFiles(dataDir)).map(({ name, bytes }) => [name, bytes]));
  const others = keys.filter(({ name, bytes }) => there.get(name)?.equals(bytes) === false);
  if (others.length > 0) {
    const files = others.map(({ name }) => join(folder, name)).join(", ");
    throw new ConflictError(
      `another key has the name of one in the backup: move ${files} away, or restore with another NINES_DATA_DIR`,
    );
  }
  const missing = keys.filter(({ name }) => !there.has(name));
  const written: string[] = [];
  const takeBack = async (): Promise<void> => {
    for (const name of written) await rm(join(folder, name), { force: true });
  };
  if (missing.length === 0) return takeBack;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chmod(folder, 0o700);
  try {
    for (const { name, bytes } of missing) {
      await writeFile(join(folder, name), bytes, { mode: 0o600, flag: "wx", flush: true });
      written.push(name);
    }
  } catch (error) {
    await takeBack();
    throw error;
  }
  return takeBack;
}

function noneIfMissing(error: unknown): [] {
  if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
  throw error;
}
