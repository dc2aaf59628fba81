import { isAstray, UPKEEP_QUEUE, type Plan } from "../queues.ts";
import { schedule } from "../schedule.ts";
import { GRACE_MS } from "../settle.ts";
import type { Context, Reloadable } from "./context.ts";
import type { OpenThings } from "./lifecycle.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
const PLAN_AGAIN_MS = 15_000;
// A second after the grace, so that the minute before last is surely due.
const SETTLE_OFFSET_MS = (GRACE_MS + 1_000) % MINUTE_MS;
// Behind it: a recorder takes one job after another, and sees what was just settled.
const WATCH_OFFSET_MS = SETTLE_OFFSET_MS + 2_000;
const ANNOUNCE_EVERY_MS = 10_000;
const SEAL_EVERY_MS = 10 * MINUTE_MS;
// Between two settlings, which the same worker does.
const SEAL_OFFSET_MS = 45_000;
const CLOSE_OFFSET_MS = SETTLE_OFFSET_MS + 2_000;
// Behind the closing, of which it tells.
const MAIL_OFFSET_MS = CLOSE_OFFSET_MS + 7_000;
const UPKEEP: readonly Plan[] = [
  { id: "settle", everyMs: MINUTE_MS, offsetMs: SETTLE_OFFSET_MS, name: "settle-minute", data: {} },
  { id: "watch", everyMs: MINUTE_MS, offsetMs: WATCH_OFFSET_MS, name: "watch-months", data: {} },
  { id: "close", everyMs: MINUTE_MS, offsetMs: CLOSE_OFFSET_MS, name: "close-months", data: {} },
  { id: "mail", everyMs: MINUTE_MS, offsetMs: MAIL_OFFSET_MS, name: "mail-reports", data: {} },
  { id: "seal", everyMs: SEAL_EVERY_MS, offsetMs: SEAL_OFFSET_MS, name: "seal-days", data: {} },
  { id: "announce", everyMs: ANNOUNCE_EVERY_MS, offsetMs: 0, name: "announce", data: {} },
  { id: "prune", everyMs: DAY_MS, offsetMs: DAY_MS / 8, name: "prune", data: {} },
  {
    id: "lapse-claims",
    everyMs: HOUR_MS,
    offsetMs: MINUTE_MS / 2,
    name: "lapse-claims",
    data: {},
  },
];

/**
 * Plans the rounds of every vantage and the service's own upkeep, and looks again and again
 * whether all is still planned: a Redis may come back empty.
 */
export async function startScheduling(context: Context, open: OpenThings): Promise<Reloadable> {
  const { queues, log, config, clock } = context;
  const planAll = async () => {
    const upkeep = queues.open(UPKEEP_QUEUE);
    const planned = await upkeep.listPlans();
    for (const plan of UPKEEP) {
      const isPlanned = planned.some(
        (one) =>
          one.id === plan.id &&
          one.everyMs === plan.everyMs &&
          one.offsetMs === plan.offsetMs &&
          !isAstray(one, clock.nowMs()),
      );
      if (!isPlanned) await upkeep.plan(plan);
    }
    const change = await schedule(config(), queues.open, clock.nowMs());
    if (change.changed + change.removed > 0) log.info(change, "rounds planned");
  };
  await planAll();
  // What ended while nothing ran is sealed at once.
  await queues.open(UPKEEP_QUEUE).add("seal-days", {});

  // One after another: the last one that was asked for has the last word.
  let planning = Promise.resolve();
  let isLooking = false;
  const planAgain = () => {
    planning = planning
      .then(planAll)
      .catch((error: unknown) => log.warn({ err: error }, "rounds cannot be planned now"));
    return planning;
  };
  const look = async () => {
    // While the queue is away a look waits; many of them must not come back at once.
    if (isLooking) return;
    isLooking = true;
    await planAgain();
    isLooking = false;
  };
  const timer = setInterval(() => void look(), PLAN_AGAIN_MS);
  await open.add(async () => clearInterval(timer));
  return { reload: planAgain };
}
