import { writeFileSync } from "node:fs";
import type { Logger } from "pino";
import type { Clock } from "../clock.ts";
import { environment, type Config, type Settings } from "../config.ts";
import { sandboxBanner } from "../sandbox/banner.ts";
import { startCloud } from "../sandbox/cloud.ts";
import { startControl } from "../sandbox/control.ts";
import { sandboxConfigYaml } from "../sandbox/config-yaml.ts";
import { runFaults } from "../sandbox/fault-schedule.ts";
import {
  historyRounds,
  historySize,
  type HistoryBatch,
  type HistoryOptions,
} from "../sandbox/history.ts";
import { sealDays } from "../seal.ts";
import { settle } from "../settle.ts";
import { findMemo, saveMemo } from "../store/memo.ts";
import type { RoundStore } from "../store/prepare-rounds.ts";
import { storeRounds } from "../store/rounds.ts";
import { parse, readText, sandboxFile } from "./open.ts";
import { writeControl } from "./sandbox-control.ts";

/** The sandbox cloud, measured when nothing is configured or a file asks for it. */
export type Sandbox = {
  /** Of a file that asks for the sandbox, or of none (null). Throws InvalidInputError. */
  readonly configOf: (file: string | null) => Config;
  readonly banner: (at: Omit<Parameters<typeof sandboxBanner>[0], "isLively">) => string;
  /** How far the history is filled; null when it is whole. */
  readonly filling: () => { readonly done: number; readonly total: number } | null;
  /** A month with a part of its history must not be closed. */
  readonly holdsClosing: () => boolean;
  /** Fills the history in the background. Gives the function that stops it. */
  readonly startFilling: (input: {
    readonly config: Config;
    readonly store: RoundStore;
  }) => () => Promise<void>;
  readonly close: () => Promise<void>;
};

const SEED = 20_261_101;
/** While the database works on one, the next is made; two that follow each other are of different chains. */
const BATCHES_AT_ONCE = 2;
/** Memos: the sandbox's first start, and the days of its history that are stored. */
const BORN = "sandbox-born";
const FILLED = "sandbox-filled";

export async function startSandbox(
  deps: { readonly clock: Clock; readonly log: Logger; readonly settings: Settings },
  mood: "lively" | "quiet",
): Promise<Sandbox> {
  const { clock, log } = deps;
  const cloud = await startCloud({ clock, log });
  const file = sandboxFile(deps.settings);
  const control = await startControl({ cloud, log });
  const faults = mood === "lively" ? runFaults({ cloud, clock, log }) : null;
  let text = "";
  let filling: { done: number; total: number } | null = null;
  let isWhole = false;
  return {
    configOf: (own) => {
      const config = sandboxConfigYaml(cloud, own === null ? undefined : readText(own));
      const parsed = parse({ text: config, file: own ?? file }, environment());
      text = config;
      return parsed;
    },
    banner: (at) => sandboxBanner({ ...at, isLively: mood === "lively" }),
    filling: () => filling,
    holdsClosing: () => !isWhole,
    startFilling: ({ config, store }) => {
      // For the other verbs. Only now, with the database open, is the data directory surely ours.
      writeFileSync(file, text);
      writeControl(deps.settings, control);
      const stop = { isAsked: false };
      const work = fillHistory({ clock, config, store, stop }, (progress) => {
        filling = progress;
        isWhole = progress === null;
      }).catch((error: unknown) => log.error({ err: error }, "filling the history went wrong"));
      return async () => {
        stop.isAsked = true;
        await work;
      };
    },
    close: async () => {
      await faults?.stop();
      await control.close();
      await cloud.close();
    },
  };
}

/**
 * Stores the history as rounds, like any other, and settles each day as it is whole. A start
 * that was cut short goes on where it ended. Between batches it leaves the loop to live rounds.
 */
async function fillHistory(
  input: {
    readonly clock: Clock;
    readonly config: Config;
    readonly store: RoundStore;
    readonly stop: { readonly isAsked: boolean };
  },
  onProgress: (progress: { done: number; total: number } | null) => void,
): Promise<void> {
  const { clock, config, store, stop } = input;
  const born = await findMemo(store.db, BORN);
  const bornMs = born === null ? clock.nowMs() : Number(born);
  if (born === null) await saveMemo(store.db, BORN, String(bornMs));
  const filled = new Set(((await findMemo(store.db, FILLED)) ?? "").split(",").filter(Boolean));
  const options: HistoryOptions = { nowMs: bornMs, seed: SEED, skipDays: filled };
  const total = historySize(config, options);
  let done = 0;
  let waiting: HistoryBatch[] = [];
  for (const batch of historyRounds(config, options)) {
    if (stop.isAsked) return;
    waiting.push(batch);
    if (waiting.length < BATCHES_AT_ONCE && !batch.endsDay) continue;
    await Promise.all(waiting.map(({ rounds }) => storeRounds(store, rounds, clock.nowMs())));
    for (const { rounds } of waiting) done += rounds.length;
    waiting = [];
    if (batch.endsDay) {
      await settle({ db: store.db, clock });
      filled.add(batch.day);
      await saveMemo(store.db, FILLED, [...filled].join(","));
    }
    onProgress({ done, total });
    await new Promise((resolve) => setImmediate(resolve));
  }
  onProgress(null);
  await sealDays({ db: store.db, clock });
}
