import type { Logger } from "pino";
import type { Clock } from "../clock.ts";
import type { Config } from "../config.ts";
import type { Metrics } from "../metrics.ts";
import type { JobQueue, Queues } from "../queues.ts";
import type { Renderer } from "../render-apart.ts";
import type { Signer } from "../signing.ts";
import type { RoundStore } from "../store/prepare-rounds.ts";

export const ROLES = ["all", "api", "scheduler", "worker", "recorder"] as const;
export type RoleName = (typeof ROLES)[number];

/** What every role stands on. */
export type Context = {
  readonly clock: Clock;
  readonly log: Logger;
  readonly role: RoleName;
  /** The one vantage of a worker; null for every one. */
  readonly vantage: string | null;
  readonly dataDir: string;
  readonly config: () => Config;
  /** Null for a worker, which needs the queue only. */
  readonly store: RoundStore | null;
  readonly queues: OpenQueues;
  readonly metrics: Metrics;
  /** Throws without a database. */
  readonly signer: () => Promise<Signer>;
  readonly holdsClosing: () => boolean;
  readonly render: Renderer["render"];
  readonly renderYear: Renderer["renderYear"];
};

/** BullMQ with each queue opened once. */
export type OpenQueues = Pick<Queues, "work" | "ping"> & {
  readonly open: (name: string) => JobQueue;
  readonly opened: () => ReadonlyMap<string, JobQueue>;
  /** To look at a queue that others serve: it does not become one of ours. */
  readonly peek: (name: string) => JobQueue;
  readonly closeOpened: () => Promise<void>;
};

export type Reloadable = {
  /** Takes over what `config` now says. */
  readonly reload: () => Promise<void>;
};

export function rememberQueues({ queue, work, ping }: Queues): OpenQueues {
  const opened = new Map<string, JobQueue>();
  const peeked = new Map<string, JobQueue>();
  return {
    work,
    ping,
    open: (name) => {
      const known = opened.get(name) ?? queue(name);
      opened.set(name, known);
      return known;
    },
    opened: () => opened,
    peek: (name) => {
      const known = opened.get(name) ?? peeked.get(name) ?? queue(name);
      if (!opened.has(name)) peeked.set(name, known);
      return known;
    },
    closeOpened: async () => {
      for (const one of [...opened.values(), ...peeked.values()]) await one.close();
    },
  };
}

/** Whether this process has the role. */
export function does({ role }: Pick<Context, "role">, wanted: RoleName): boolean {
  return role === "all" || role === wanted;
}
