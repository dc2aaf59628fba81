import { roundOrderSchema } from "../src/schedule.ts";
import { runRound } from "../src/run-round.ts";
import type { ProbeJobDeps, RunJob } from "./job.ts";

/** Measures one shard at its planned instant and sends the round to the recorder. */
export const runRoundJob: RunJob<ProbeJobDeps> = async (deps, { data, plannedAtMs }) => {
  const order = roundOrderSchema.parse(data);
  const round = await runRound(deps, { ...order, vantage: deps.vantage, plannedAtMs }, deps.signal);
  if (round !== null) await deps.outbox.send(round);
};
