import { pino } from "pino";
import { expect, test } from "vitest";
import { storeJobs } from "../../jobs/index.ts";
import type { AddJob, StoreJobDeps } from "../../jobs/job.ts";
import { reportFormats } from "../../src/reports/index.ts";
import { cleanUpAfterEach } from "../helpers/clean-up.ts";
import { createMailedMonth, mailConfig, MINUTE_MS } from "../helpers/mailed-month.ts";
import { startSmtpReceiver } from "../helpers/smtp-receiver.ts";

const onEnd = cleanUpAfterEach();

test("a report that is due is put on the queue once, mailed, and the next one looked for", async () => {
  const server = await startSmtpReceiver();
  onEnd(server.close);
  const reportMail = "reportMail: { channel: mail, formats: [html] }";
  const yaml = mailConfig(server.port, { globex: "", reportMail });
  const { october, close } = await createMailedMonth(yaml);
  onEnd(october.drop);
  const added: string[] = [];
  const attempts: unknown[] = [];
  const addJob: AddJob = async (queue, name, { id, data } = {}) =>
    void added.push([queue, name, id, JSON.stringify(data)].join(" "));
  const render: StoreJobDeps["render"] = async (document, { format, lang }) =>
    Buffer.from(await reportFormats[format].render(document, lang));
  const deps = {
    ...october,
    config: () => october.config,
    log: pino({ level: "silent" }),
    render,
    addJob,
    onDelivered: (attempt: object) => attempts.push(attempt),
  } as unknown as StoreJobDeps;
  const run = async (name: "mail-reports" | "mail-report", data: unknown = {}) => {
    await storeJobs[name](deps, { name, data, plannedAtMs: 0, progress: async () => undefined });
    return added.splice(0);
  };
  await close();
  expect(await run("mail-reports")).toEqual([]);
  october.clock.pass(10 * MINUTE_MS);
  const due = ['messages mail-report report-mail-1-0 {"mail":1}'];
  expect(await run("mail-reports")).toEqual(due);
  expect(await run("mail-reports")).toEqual(due);
  expect(await run("mail-report", { mail: 1 })).toEqual(["upkeep mail-reports  "]);
  expect(attempts).toEqual([{ channel: "mail", outcome: "sent" }]);
  expect(server.mails[0]?.attachments[0]?.bytes.toString()).toContain("<!doctype html>");
  expect(await run("mail-report", { mail: 1 })).toEqual([]);
  expect(await run("mail-reports")).toEqual([]);
  expect(server.mails).toHaveLength(1);
});
