import { takeDueReportMails } from "../src/due-report-mails.ts";
import { MESSAGES_QUEUE } from "../src/queues.ts";
import type { RunJob, StoreJobDeps } from "./job.ts";

type Deps = Pick<StoreJobDeps, "db" | "clock" | "config" | "addJob">;

/** Notes the closed months whose reports are to be mailed, and puts the mails that are due on a queue. */
export const mailReportsJob: RunJob<Deps> = async (deps) => {
  for (const { id, attempts } of await takeDueReportMails(deps)) {
    // One job for an attempt, however often it is asked for.
    await deps.addJob(MESSAGES_QUEUE, "mail-report", {
      data: { mail: id },
      id: `report-mail-${id}-${attempts}`,
    });
  }
};
