import type { HttpDeps } from "../../src/http/deps.ts";
import type { JobState } from "../../src/queues.ts";

export type ReportQueue = {
  readonly queue: ReturnType<HttpDeps["reportQueue"]>;
  /** By id; nobody works on them but the test. */
  readonly jobs: Map<string, JobState & { readonly name: string; readonly data: unknown }>;
};

/** A queue of reports on which jobs stand as the test puts them. */
export function createReportQueue(): ReportQueue {
  const jobs: ReportQueue["jobs"] = new Map();
  return {
    jobs,
    queue: {
      add: async (name, data, { jobId = "" } = {}) => {
        if (jobs.has(jobId)) return;
        jobs.set(jobId, { name, data, state: "waiting", percent: 0, problem: null });
      },
      find: async (id) => jobs.get(id) ?? null,
      remove: async (id) => void jobs.delete(id),
    },
  };
}
