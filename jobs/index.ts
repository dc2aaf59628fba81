import { announceJob } from "./announce.ts";
import { closeMonthsJob } from "./close-months.ts";
import { deliverMessageJob } from "./deliver-message.ts";
import type { ProbeJobDeps, RunJob, StoreJobDeps } from "./job.ts";
import { lapseClaimsJob } from "./lapse-claims.ts";
import { mailReportJob } from "./mail-report.ts";
import { mailReportsJob } from "./mail-reports.ts";
import { pruneJob } from "./prune.ts";
import { recordRoundsJob } from "./record-rounds.ts";
import { renderReportJob } from "./render-report.ts";
import { runRoundJob } from "./run-round.ts";
import { sealDaysJob } from "./seal-days.ts";
import { settleMinuteJob } from "./settle-minute.ts";
import { watchMonthsJob } from "./watch-months.ts";

/** Jobs of a vantage's own queue. */
export const probeJobs = {
  "run-round": runRoundJob,
} satisfies Record<string, RunJob<ProbeJobDeps>>;

/** Jobs that read and write the database. To add one: its file, and its line here. */
export const storeJobs = {
  "record-rounds": recordRoundsJob,
  "settle-minute": settleMinuteJob,
  "close-months": closeMonthsJob,
  "watch-months": watchMonthsJob,
  "seal-days": sealDaysJob,
  prune: pruneJob,
  "lapse-claims": lapseClaimsJob,
  announce: announceJob,
  "deliver-message": deliverMessageJob,
  "mail-reports": mailReportsJob,
  "mail-report": mailReportJob,
  "render-report": renderReportJob,
} satisfies Record<string, RunJob<StoreJobDeps>>;
