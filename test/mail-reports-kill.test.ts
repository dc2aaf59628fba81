import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { buildSync } from "esbuild";
import { expect, test } from "vitest";
import { listAudit } from "../src/store/audit-log.ts";
import { listReportMails } from "../src/store/report-mail.ts";
import { startProgram, type RunningProgram } from "./helpers/child.ts";
import { cleanUpAfterEach } from "./helpers/clean-up.ts";
import { OCTOBER } from "./helpers/hourly-month.ts";
import { createMailedMonth, mailConfig, MINUTE_MS } from "./helpers/mailed-month.ts";
import { startSmtpReceiver } from "./helpers/smtp-receiver.ts";
import { waitFor } from "./helpers/wait.ts";

const onEnd = cleanUpAfterEach();
const { month } = OCTOBER;

const SOURCE = `
import { takeDueReportMails } from "./src/due-report-mails.ts";
import { mailReport } from "./src/mail-reports.ts";
import { sendMail } from "./src/notify/send-mail.ts";
import { openDatabase } from "./src/store/connect.ts";

const { url, nowMs, config, sends } = JSON.parse(process.argv[2]);
const clock = { nowMs: () => nowMs, monotonicMs: () => performance.now() };
const log = { info: () => {}, warn: () => {}, error: () => {} };
const db = await openDatabase(url, { clock, log, max: 4 });
const attach = async () => ({ bytes: Buffer.from("%PDF-"), digest: "sha256:00" });
const send = (server, mail) => {
  console.log("rendered");
  return sends ? sendMail(server, mail) : new Promise(() => {});
};
const deps = { db, clock, config: () => config, attach, send };
for (const { id } of await takeDueReportMails(deps)) await mailReport(deps, id);
console.log("done");
setInterval(() => {}, 1000);
`;

function buildChild(): string {
  const folder = mkdtempSync(join(tmpdir(), "nines-mail-"));
  onEnd(() => rmSync(folder, { recursive: true, force: true }));
  const root = resolve(import.meta.dirname, "..");
  const outfile = join(folder, "mail.mjs");
  buildSync({
    stdin: { contents: SOURCE, resolveDir: root, loader: "ts" },
    absWorkingDir: root,
    outfile,
    bundle: true,
    external: ["pg-native"],
    banner: {
      js: 'import { createRequire as makeRequire } from "node:module"; const require = makeRequire(import.meta.url);',
    },
    platform: "node",
    format: "esm",
    target: "node20",
    logLevel: "error",
  });
  return outfile;
}

test("a process that is killed loses no mail, and one that came comes again with the same id", async () => {
  let child: RunningProgram | null = null;
  const server = await startSmtpReceiver({
    mail: () => {
      child?.child.kill("SIGKILL");
      return 250;
    },
  });
  onEnd(server.close);
  const yaml = mailConfig(server.port, { globex: "" });
  const { october, close, after } = await createMailedMonth(yaml, {
    attach: async () => ({ bytes: Buffer.from("%PDF-"), digest: "sha256:00" }),
  });
  onEnd(october.drop);
  await close();
  const file = buildChild();
  const run = async (sends: boolean) => {
    const { url, clock } = october;
    const { timeZone, publicUrl, accounts, channels, reportMail } = october.config;
    const config = { timeZone, publicUrl, accounts, channels, reportMail };
    const input = { url, config, nowMs: clock.nowMs(), sends };
    const started = await startProgram([process.execPath, file, JSON.stringify(input)], () => true);
    onEnd(started.kill);
    return started;
  };
  const stateOf = async () =>
    (await listReportMails(october.db, { month, account: "acme" })).map(
      ({ state, attempts }) => `${state} ${attempts}`,
    );

  october.clock.pass(10 * MINUTE_MS);
  // Between rendering and sending.
  const first = await run(false);
  await waitFor(() => first.output().includes("rendered"), { what: "a rendered report" });
  await first.kill();
  expect(await stateOf()).toEqual(["waiting 1"]);
  expect(await after(MINUTE_MS)).toEqual([]);
  // When the server has the mail, and nothing is noted.
  october.clock.pass(10 * MINUTE_MS);
  child = await run(true);
  if (child.child.exitCode === null && child.child.signalCode === null) {
    await once(child.child, "exit");
  }
  child = null;
  expect(server.mails).toHaveLength(1);
  expect(await stateOf()).toEqual(["waiting 2"]);
  expect(await after(10 * MINUTE_MS)).toMatchObject([{ outcome: "sent" }]);
  expect(await stateOf()).toEqual(["sent 3"]);
  const [one, two, ...others] = server.mails.map(({ headers }) => headers.get("message-id"));
  expect(two).toBe(one);
  expect(others).toEqual([]);
  expect(await listAudit(october.db, { item: "report-mail" }, { limit: 9 })).toHaveLength(1);
});
