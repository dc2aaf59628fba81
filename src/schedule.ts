import { z } from "zod";
import type { Config } from "./config.ts";
import { assignShards, type Shard } from "./core/shards.ts";
import { isAstray, probeQueue, type JobQueue, type Plan } from "./queues.ts";

/** What a job on a probe queue carries; settings and secrets stay in the worker's own file. */
export const roundOrderSchema = z.object({
  shard: z.string(),
  everyMs: z.number(),
  targets: z.array(z.string()),
});

export type ScheduleChange = {
  readonly kept: number;
  readonly changed: number;
  readonly removed: number;
};

/**
 * Brings the plans on every probe queue in line with the configuration. A plan that is right
 * is not touched, so that its targets lose no slot. With `nowMs` those are planned again that
 * a clock which was ahead sent astray.
 */
export async function schedule(
  config: Config,
  openQueue: (name: string) => JobQueue,
  nowMs = Infinity,
): Promise<ScheduleChange> {
  const change = { kept: 0, changed: 0, removed: 0 };
  const queues = new Map(config.vantages.map(({ id }) => [id, openQueue(probeQueue(id))]));
  const plans = new Map<string, Plan[]>();
  for (const [vantage, queue] of queues) plans.set(vantage, await queue.listPlans());
  const before = [...plans].flatMap(([vantage, list]) =>
    list.flatMap((plan) => toShard(vantage, plan)),
  );
  const shards = assignShards(config.targets, before);
  for (const [vantage, queue] of queues) {
    const wanted = shards.filter((shard) => shard.vantage === vantage);
    const existing = new Map((plans.get(vantage) ?? []).map((plan) => [plan.id, plan]));
    for (const shard of wanted) {
      const plan = toPlan(shard);
      const now = existing.get(plan.id);
      existing.delete(plan.id);
      if (now !== undefined && isSame(now, plan) && !isAstray(now, nowMs)) {
        change.kept += 1;
      } else {
        await queue.plan(plan);
        change.changed += 1;
      }
    }
    for (const id of existing.keys()) {
      await queue.unplan(id);
      change.removed += 1;
    }
  }
  return change;
}

function toPlan({ id, everyMs, offsetMs, targets }: Shard): Plan {
  return { id, everyMs, offsetMs, name: "run-round", data: { shard: id, everyMs, targets } };
}

function toShard(vantage: string, plan: Plan): Shard[] {
  const order = roundOrderSchema.safeParse(plan.data);
  if (!order.success) return [];
  const { id, everyMs, offsetMs } = plan;
  return [{ vantage, id, everyMs, offsetMs, targets: order.data.targets }];
}

function isSame(a: Plan, b: Plan): boolean {
  return (
    a.everyMs === b.everyMs &&
    a.offsetMs === b.offsetMs &&
    JSON.stringify(a.data) === JSON.stringify(b.data)
  );
}
