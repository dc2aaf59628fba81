import { z } from "zod";
import { mailReport, type MailReportDeps } from "../src/mail-reports.ts";
import { sendMail } from "../src/notify/send-mail.ts";
import { UPKEEP_QUEUE } from "../src/queues.ts";
import { makeRendition } from "../src/renditions.ts";
import type { RunJob, StoreJobDeps } from "./job.ts";

const dataSchema = z.object({ mail: z.int() });

type Deps = Pick<
  StoreJobDeps,
  "db" | "clock" | "config" | "log" | "render" | "addJob" | "onDelivered"
>;

/** Makes one attempt to mail a closed month's report to its account's contacts. */
export const mailReportJob: RunJob<Deps> = async (deps, job) => {
  const { db, clock, config, log, render, addJob } = deps;
  const attach: MailReportDeps["attach"] = (key) =>
    makeRendition({ db, clock, config: config(), render }, key);
  const { mail } = dataSchema.parse(job.data);
  const done = await mailReport({ db, clock, config, attach, send: sendMail }, mail);
  if (done === null) return;
  const { channel, outcome, error, isGivenUp, ...facts } = done;
  const told = error === null ? facts : { ...facts, err: error };
  if (channel !== "") deps.onDelivered({ channel, outcome });
  if (isGivenUp) log.error(told, "report mail given up");
  else if (outcome === "sent") log.info(told, "report mailed");
  else log.warn(told, "report not mailed yet");
  // There is room for the next one.
  await addJob(UPKEEP_QUEUE, "mail-reports");
};
