import type { Clock } from "../clock.ts";
import type { Log, SandboxCloud } from "./cloud.ts";
import { FAULTS_OF } from "./faults.ts";
import type { Fault } from "./faults.ts";
import { SERVER_SPECS } from "./fleet.ts";
import type { ServerSpec } from "./fleet.ts";
import { UNLUCKY_ACCOUNT } from "./places.ts";
import { between, pick, seededRandom } from "./random.ts";
import type { Random } from "./random.ts";

const GAP_SECONDS = [180, 300] as const;
const LENGTH_SECONDS = [40, 150] as const;
/** The share of faults that stay with the unlucky account. */
const UNLUCKY_SHARE = 0.85;

export type PlannedFault = {
  /** From the begin of the fault before, or from the start. */
  readonly afterMs: number;
  readonly server: string;
  readonly fault: Fault;
  readonly lengthMs: number;
};

/**
 * An endless list of faults, the same for the same seed: one at a time, every three to five
 * minutes, never the same server nor the same kind twice in a row.
 */
export function* faultSchedule(seed: number): Generator<PlannedFault, never> {
  const random = seededRandom(seed);
  let before: { readonly server: string; readonly fault: Fault } | null = null;
  for (;;) {
    const next: { server: string; fault: Fault } = anotherFault(random, before);
    yield {
      afterMs: between(random, ...GAP_SECONDS) * 1000,
      lengthMs: between(random, ...LENGTH_SECONDS) * 1000,
      ...next,
    };
    before = next;
  }
}

function anotherFault(random: Random, before: { server: string; fault: Fault } | null) {
  for (;;) {
    const unlucky = random() < UNLUCKY_SHARE;
    const candidates = SERVER_SPECS.filter(
      ({ account }) => !unlucky || account === UNLUCKY_ACCOUNT,
    );
    const server: ServerSpec | undefined = pick(random, candidates);
    const possible: readonly Fault[] = server === undefined ? [] : FAULTS_OF[server.kind];
    const fault = pick(random, possible);
    if (server === undefined || fault === undefined) continue;
    if (server.name === before?.server || fault === before?.fault) continue;
    return { server: server.name, fault };
  }
}

export type RunningFaults = {
  /** Ends the present fault and begins no other. */
  readonly stop: () => Promise<void>;
};

type Deps = { readonly cloud: SandboxCloud; readonly clock: Clock; readonly log: Log };

/** Plays a schedule on the cloud until it is stopped; each begin and end is logged. */
export function runFaults(
  { cloud, clock, log }: Deps,
  schedule: Iterator<PlannedFault> = faultSchedule(1),
): RunningFaults {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let present: string | null = null;
  // Whatever fails here costs a demonstration its colour, nothing more.
  const guarded = (work: () => Promise<void>) => () => {
    work().catch((error: unknown) => log.info({ err: error }, "sandbox fault went wrong"));
  };
  const wait = (ms: number, work: () => Promise<void>) => {
    if (!stopped) timer = setTimeout(guarded(work), ms);
  };
  const planNext = (elapsedMs: number) => {
    const { value, done } = schedule.next();
    if (done !== true) wait(Math.max(0, value.afterMs - elapsedMs), () => begin(value));
  };
  const begin = async ({ server, fault, lengthMs }: PlannedFault) => {
    const until = new Date(clock.nowMs() + lengthMs).toISOString();
    log.info({ server, fault, until }, "sandbox fault begins");
    present = server;
    wait(lengthMs, async () => {
      planNext(lengthMs);
      await end(server);
    });
    await cloud.setFault(server, fault);
  };
  const end = async (server: string) => {
    await cloud.setFault(server, null);
    if (present === server) present = null;
    log.info({ server }, "sandbox fault ends");
  };
  planNext(0);
  return {
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      if (present !== null) await end(present);
    },
  };
}
