import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { roundSchema, type Round } from "./core/round.ts";

/** A round that waits on disk. */
export type Spooled = { readonly file: string; readonly round: Round };

/** A folder of rounds that wait to be sent; several processes may share it. */
export type Spool = {
  /** Whole or not at all. */
  readonly put: (round: Round) => Promise<void>;
  /** Names of the files, oldest round first. */
  readonly list: () => Promise<string[]>;
  /** The rounds of these files. One that holds no round is put aside; `onBad` is told. */
  readonly read: (names: readonly string[], onBad: (file: string) => void) => Promise<Spooled[]>;
  readonly remove: (spooled: readonly Spooled[]) => Promise<void>;
};

export async function openSpool(folder: string): Promise<Spool> {
  await mkdir(folder, { recursive: true });
  return {
    put: async (round) => {
      const file = join(folder, `${round.plannedAtMs}-${round.vantage}-${round.shard}.json`);
      await writeFile(`${file}.part`, JSON.stringify(round));
      await rename(`${file}.part`, file);
    },
    list: async () => (await readdir(folder)).filter((name) => name.endsWith(".json")).toSorted(),
    read: async (names, onBad) => {
      const spooled: Spooled[] = [];
      for (const name of names) {
        const file = join(folder, name);
        const round = await readRound(file);
        if (round === "gone") continue; // another worker of this machine has sent it
        if (round === null) {
          onBad(`${file}.bad`);
          await rename(file, `${file}.bad`);
        } else {
          spooled.push({ file, round });
        }
      }
      return spooled;
    },
    remove: async (spooled) => {
      for (const { file } of spooled) await rm(file, { force: true });
    },
  };
}

/** Null for a file that holds no round. */
async function readRound(file: string): Promise<Round | "gone" | null> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return "gone";
    throw error;
  }
  try {
    return roundSchema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}
