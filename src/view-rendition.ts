import type { Clock } from "./clock.ts";
import type { Config } from "./config.ts";
import type { RenditionModel, RenditionProgress } from "./core/rendition-view.ts";
import type { JobQueue, JobState } from "./queues.ts";
import { TOO_LARGE } from "./render-apart.ts";
import type { RenditionKey } from "./renditions.ts";
import type { Queryable } from "./store/connect.ts";
import { listRenditions } from "./store/renditions.ts";

type OrderQueue = Pick<JobQueue, "add" | "find" | "remove">;

type WaitDeps = {
  readonly db: Queryable;
  readonly clock: Pick<Clock, "nowMs">;
  readonly config: Config;
  readonly queue: OrderQueue;
};

/** A stop of the service may end the first attempt. */
const ATTEMPTS = 2;

/** Has it rendered; however often it is asked for, there is one job. */
export async function orderRendition(queue: OrderQueue, key: RenditionKey): Promise<void> {
  await queue.add("render-report", key, { jobId: jobIdOf(key), attempts: ATTEMPTS });
}

/** Has it rendered again when that failed. */
export async function orderRenditionAgain(queue: OrderQueue, key: RenditionKey): Promise<void> {
  const id = jobIdOf(key);
  if ((await queue.find(id))?.state === "failed") await queue.remove(id);
  await orderRendition(queue, key);
}

/**
 * What the page shows on which one waits. What nobody works on, and is not there, is ordered: the
 * store of the queues may have come back empty.
 */
export async function viewRendition(deps: WaitDeps, key: RenditionKey): Promise<RenditionModel> {
  const { clock, config } = deps;
  const { month, account, revision, format } = key;
  const known = config.accounts.find(({ id }) => id === account);
  return {
    nowMs: clock.nowMs(),
    timeZone: config.timeZone,
    month,
    account: account === "" ? null : account,
    accountName: account === "" ? null : (known?.name ?? account),
    revision,
    format,
    progress: await readProgress(deps, key),
  };
}

async function readProgress(
  { db, queue }: WaitDeps,
  key: RenditionKey,
): Promise<RenditionProgress> {
  // The job first: it is done and gone only after its work is stored.
  const job = await queue.find(jobIdOf(key));
  const made = (await listRenditions(db, key)).find(
    ({ format, lang }) => format === key.format && lang === key.lang,
  );
  if (made !== undefined) return { state: "made", ...madeOf(made) };
  if (job === null) await orderRendition(queue, key);
  return job === null ? { state: "waiting" } : progressOf(job);
}

function madeOf({ madeAtMs, digest }: { madeAtMs: number; digest: string }) {
  return { madeAtMs, digest };
}

function progressOf({ state, percent, problem }: JobState): RenditionProgress {
  if (state === "active") return { state, percent };
  if (state === "waiting") return { state };
  const isTooLarge = problem?.startsWith(TOO_LARGE) === true;
  return { state, problem: isTooLarge ? "too-large" : "other" };
}

/** Another one for every rendition. The account is the last part: it may have dots. */
function jobIdOf({ month, revision, format, lang, account }: RenditionKey): string {
  return `${month}.${revision}.${format}.${lang}.${encodeURIComponent(account)}`;
}
