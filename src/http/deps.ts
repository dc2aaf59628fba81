import type { FastifyInstance } from "fastify";
import type { Logger } from "pino";
import type { Clock } from "../clock.ts";
import type { Config } from "../config.ts";
import type { QueueCount } from "../core/monitor-view.ts";
import type { Result } from "../core/outcome.ts";
import type { Target } from "../core/target.ts";
import type { Metrics } from "../metrics.ts";
import type { JobQueue } from "../queues.ts";
import type { Renderer } from "../render-apart.ts";
import type { Signer } from "../signing.ts";
import type { RoundStore } from "../store/prepare-rounds.ts";
import type { FrameNotes } from "../view-overview.ts";

/** What every role's server needs. */
export type OpsDeps = {
  readonly clock: Clock;
  readonly log: Logger;
  readonly config: () => Config;
  readonly metrics: Metrics;
  /** Resolves when database and queue answer. */
  readonly checkReady: () => Promise<void>;
  /** Brings the gauges that are computed on demand up to date. */
  readonly refreshMetrics: () => Promise<void>;
  /** Probes a target of the configuration now, from where this process is; nothing is stored. */
  readonly probeNow: (target: Target, timeoutMs: number) => Promise<Result>;
  /** We listen on loopback alone: while nobody was given access, this machine may read. */
  readonly isLoopback: boolean;
};

/** What the API and the pages need besides. */
export type HttpDeps = OpsDeps & {
  readonly store: RoundStore;
  /** The key that signs closed months. */
  readonly signer: () => Promise<Signer>;
  readonly notes: () => Omit<FrameNotes, "openAccess">;
  /** The jobs of every queue by state; rejects while the store of the queues is away. */
  readonly queueCounts: () => Promise<readonly QueueCount[]>;
  /** Renders a report apart from this thread. */
  readonly render: Renderer["render"];
  readonly renderYear: Renderer["renderYear"];
  /** The queue of reports that people wait for. */
  readonly reportQueue: () => Pick<JobQueue, "add" | "find" | "remove">;
  /** BullMQ's queues for the page that looks into them; null: there is no such page. */
  readonly boardQueues: readonly object[] | null;
};

/** What use cases are given: the configuration is that of now. */
export function caseDepsOf({ store, clock, config }: Pick<HttpDeps, "store" | "clock" | "config">) {
  return { db: store.db, clock, config: config() };
}

export type App = FastifyInstance;

/**
 * Whether a host is this machine by name. Asked of the address that we listen on, and of the
 * Host header before anything is written: a page elsewhere whose name was made to point here
 * sends its own.
 */
export function isLoopbackName(host: string): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|\[?::1\]?)$/iu.test(host);
}
