import type { FastifyInstance, FastifyPluginAsync } from "fastify";
import type { Logger } from "pino";
import type { Clock } from "../clock.ts";
import type { Config } from "../config.ts";
import type { Metrics } from "../metrics.ts";
import type { RoundStore } from "../store/rounds.ts";
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
  /** Until there are users and tokens, writing is for this machine alone. */
  readonly isLoopback: boolean;
};

/** What the API and the pages need besides. */
export type HttpDeps = OpsDeps & {
  readonly store: RoundStore;
  readonly notes: () => FrameNotes;
};

/** A resource's routes that every role has. */
export type Routes = (deps: OpsDeps) => FastifyPluginAsync;

export type App = FastifyInstance;
