import type { Logger } from "pino";
import type { Round } from "../src/core/round.ts";
import type { Clock } from "../src/clock.ts";
import type { Config } from "../src/config.ts";
import type { Outbox } from "../src/outbox.ts";
import type { JobView } from "../src/queues.ts";
import type { Recorder } from "../src/record.ts";
import type { Renderer } from "../src/render-apart.ts";
import type { RoundDeps } from "../src/run-round.ts";
import type { Signer } from "../src/signing.ts";
import type { Db } from "../src/store/connect.ts";

/** What a worker of one vantage needs. */
export type ProbeJobDeps = RoundDeps & {
  readonly vantage: string;
  readonly outbox: Pick<Outbox, "send">;
  /** Fires when running rounds must end at once. */
  readonly signal: AbortSignal;
};

/** What the recorder's and the settler's jobs need. */
export type StoreJobDeps = {
  readonly clock: Clock;
  readonly log: Logger;
  readonly db: Db;
  readonly recorder: Recorder;
  readonly config: () => Config;
  readonly signer: () => Promise<Signer>;
  readonly render: Renderer["render"];
  /** Months wait: the sandbox's history is not whole yet. */
  readonly holdsClosing: () => boolean;
  /** Puts a job on a queue, beside those that are planned. */
  readonly addJob: AddJob;
  /** Is told of every attempt to deliver a message. */
  readonly onDelivered: (attempt: { readonly channel: string; readonly outcome: string }) => void;
  /** Is told of rounds that can never be stored. */
  readonly onRefused: (round: Round | null, why: string) => void;
};

export type AddJob = (
  queue: string,
  name: string,
  options?: { readonly data?: unknown; readonly id?: string; readonly delayMs?: number },
) => Promise<void>;

/** One kind of job. Throws when it should be tried again. */
export type RunJob<Deps> = (deps: Deps, job: JobView) => Promise<void>;
