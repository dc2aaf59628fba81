import { askReportMail } from "../../src/ask-report-mail.ts";
import { closeDueMonths } from "../../src/close-due.ts";
import type { Config } from "../../src/config.ts";
import type { Actor } from "../../src/core/access.ts";
import { readReport } from "../../src/core/read-report.ts";
import { takeDueReportMails } from "../../src/due-report-mails.ts";
import { mailReport, type MailedReport, type MailReportDeps } from "../../src/mail-reports.ts";
import { sendMail } from "../../src/notify/send-mail.ts";
import { makeRendition } from "../../src/renditions.ts";
import { reportFormats } from "../../src/reports/index.ts";
import { withTransaction } from "../../src/store/connect.ts";
import { appendEvent } from "../../src/store/events.ts";
import { findReport, insertReport } from "../../src/store/reports.ts";
import { configOf } from "./app.ts";
import {
  createHourlyMonth,
  filledOctober,
  HOURLY_CONFIG,
  OCTOBER,
  type HourlyMonth,
} from "./hourly-month.ts";

export const MINUTE_MS = 60_000;

const ACME = "{ id: acme, name: Acme, currency: CNY }";
const GLOBEX = "{ id: globex, name: Globex, currency: JPY }";

/** Two accounts with a contact each, and a channel whose own receiver is another. */
export function mailConfig(
  port: number,
  change: {
    readonly acme?: string;
    readonly globex?: string;
    readonly reportMail?: string;
    readonly channel?: string;
    readonly more?: string;
  } = {},
): string {
  const {
    acme = "contacts: [sla@acme.example]",
    globex = "contacts: [ops@globex.example], lang: zh",
    reportMail = "reportMail: { channel: mail }",
    channel = "security: none",
    more = "publicUrl: https://nines.example.com",
  } = change;
  const withKeys = (account: string, keys: string) =>
    keys === "" ? account : account.replace(" }", `, ${keys} }`);
  return `${HOURLY_CONFIG.replace(ACME, withKeys(ACME, acme)).replace(GLOBEX, withKeys(GLOBEX, globex))}
channels:
  - { id: mail, kind: email, server: "127.0.0.1:${port}", ${channel}, from: nines@example.com, to: [ops@example.com] }
${reportMail}
${more}
`;
}

export type MailedMonth = {
  readonly october: HourlyMonth;
  readonly reconfigure: (yaml: string) => void;
  /** Closes what is due, and notes what is to be mailed of it. */
  readonly close: () => Promise<void>;
  /** Stores a further revision of an account's report, as it is but for some words in it. */
  readonly revise: (account: string, reason: string, edit?: [string, string]) => Promise<void>;
  /** Lets time go by, and mails what is due. */
  readonly after: (ms: number) => Promise<MailedReport[]>;
  /** Somebody who may has acme's report sent; `as` says who else it is. */
  readonly ask: (as?: Partial<Actor>) => ReturnType<typeof askReportMail>;
  readonly attach: MailReportDeps["attach"];
};

const MEASURED = filledOctober("mailed_month", async (fill) => {
  await fill("web-1", (hour) => (hour >= 100 && hour < 104 ? "f" : "o"));
  await fill("web-2", () => "o");
});

/** October with four bad hours of acme's server and none of globex', not closed yet. */
export async function createMailedMonth(
  yaml: string,
  given: Partial<Pick<MailReportDeps, "attach" | "send">> = {},
): Promise<MailedMonth> {
  const october = await createHourlyMonth(yaml, { template: MEASURED });
  const { db, clock } = october;
  let config: Config = october.config;
  const attach: MailReportDeps["attach"] = (key) =>
    makeRendition(
      {
        db,
        clock,
        config,
        render: async (document, { format, lang }) =>
          Buffer.from(await reportFormats[format].render(document, lang)),
      },
      key,
    );
  const deps = { db, clock, config: () => config, attach, send: sendMail, ...given };
  const take = () => takeDueReportMails(deps);
  await take();
  return {
    october,
    attach,
    reconfigure: (text) => void (config = configOf(text)),
    close: async () => {
      await closeDueMonths({ ...october, config });
      await take();
    },
    ask: (as) => {
      const actor = {
        name: "user:li",
        role: "approver",
        accounts: null,
        origin: "test",
        ...as,
      } as const;
      return askReportMail({ db, clock, config }, { month: OCTOBER.month, account: "acme", actor });
    },
    revise: (account, reason, [from, to] = ["", ""]) =>
      withTransaction(db, async (tx) => {
        const { month } = OCTOBER;
        const last = (await findReport(tx, { month, account }))!;
        const revision = last.revision + 1;
        const report = readReport(last.body.replace(from, to));
        const body = JSON.stringify({ ...report, revision });
        const closedAtMs = clock.nowMs();
        await insertReport(tx, { ...last, revision, reason, body, closedAtMs });
        await appendEvent(tx, {
          atMs: closedAtMs,
          kind: "month-closed",
          key: `month-closed/${month}/${account}/${revision}`,
          month,
          account,
          data: { revision, reason },
        });
      }),
    after: async (ms) => {
      clock.pass(ms);
      const done: MailedReport[] = [];
      for (;;) {
        const due = await take();
        if (due.length === 0) return done;
        for (const { id } of due) {
          const one = await mailReport(deps, id);
          if (one !== null) done.push(one);
        }
      }
    },
  };
}
