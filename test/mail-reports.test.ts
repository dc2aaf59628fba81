import { describe, expect, test } from "vitest";
import { listAudit } from "../src/store/audit-log.ts";
import { listReportMails } from "../src/store/report-mail.ts";
import { digestText, sha256 } from "../src/store/sha256.ts";
import { verifyAudit } from "../src/verify-audit.ts";
import { cleanUpAfterEach } from "./helpers/clean-up.ts";
import { OCTOBER } from "./helpers/hourly-month.ts";
import {
  createMailedMonth,
  mailConfig,
  MINUTE_MS,
  type MailedMonth,
} from "./helpers/mailed-month.ts";
import {
  startSmtpReceiver,
  type ReceivedMail,
  type SmtpBehaviour,
  type SmtpReceiver,
} from "./helpers/smtp-receiver.ts";

const onEnd = cleanUpAfterEach();
const { month } = OCTOBER;
const HOUR_MS = 60 * MINUTE_MS;
const small = async () => ({ bytes: Buffer.from("%PDF-"), digest: "sha256:00" });

async function mailing(
  change: Parameters<typeof mailConfig>[1] = {},
  behaviour: SmtpBehaviour = {},
  given: Parameters<typeof createMailedMonth>[1] = { attach: small },
): Promise<MailedMonth & { server: SmtpReceiver; to: (address: string) => ReceivedMail[] }> {
  const server = await startSmtpReceiver(behaviour);
  onEnd(server.close);
  const mailed = await createMailedMonth(mailConfig(server.port, change), given);
  onEnd(mailed.october.drop);
  return {
    ...mailed,
    server,
    to: (address) => server.mails.filter((mail) => mail.to.includes(address)),
  };
}

const idOf = (mail: ReceivedMail | undefined) => mail?.headers.get("message-id");

test("a closed month's report is mailed to each account's contacts, with the very files", async () => {
  const { october, server, close, after, attach, to } = await mailing({}, {}, {});
  await close();
  expect(await after(9 * MINUTE_MS)).toEqual([]);
  expect(await after(MINUTE_MS)).toMatchObject([
    { account: "acme", revision: 1, outcome: "sent", detail: "accepted for 1" },
    { account: "globex", revision: 1, outcome: "sent" },
  ]);
  expect(await after(HOUR_MS)).toEqual([]);
  expect(server.mails).toHaveLength(2);
  expect(server.asked.toSorted()).toEqual(["ops@globex.example", "sla@acme.example"]);
  const [mail] = to("sla@acme.example");
  expect(mail).toMatchObject({
    from: "nines@example.com",
    subject: "Service level report October 2026, Acme: 1 of 1 objective missed",
    text: `Acme: the objective was missed in October 2026. Credits of CNY 120.00 are owed. The claim can be made from 2026-11-06 to 2026-12-31, both days included.

Attached: sla-2026-10-acme-r1.pdf (PDF), sla-2026-10-acme-r1.xlsx (XLSX workbook).

Missed:
- web-1 (hourly): 99.462 % instead of 99.5 %

The report with all that it rests on, and every form to download:
https://nines.example.com/reports/2026-10?account=acme&lang=en

-- 
This mail was sent by nines by itself when the month was closed.

`,
  });
  expect(mail?.headers.has("in-reply-to")).toBe(false);
  const [pdf, xlsx] = mail!.attachments;
  expect(pdf?.bytes.subarray(0, 5).toString()).toBe("%PDF-");
  expect(xlsx?.bytes.subarray(0, 2).toString()).toBe("PK");
  for (const [format, file] of [
    ["pdf", pdf],
    ["xlsx", xlsx],
  ] as const) {
    const { digest } = await attach({ month, account: "acme", revision: 1, format, lang: "en" });
    expect(digestText(sha256(file!.bytes))).toBe(digest);
  }
  const [entry] = await listAudit(
    october.db,
    { item: `report-mail:${month}/acme/1` },
    { limit: 9 },
  );
  expect(entry).toMatchObject({ actor: "system", action: "report.mail", before: null });
  expect(JSON.parse(entry!.after!)).toEqual({
    contacts: ["sla@acme.example"],
    refused: [],
    files: Object.fromEntries(
      mail!.attachments.map(({ filename, bytes }) => [filename, digestText(sha256(bytes))]),
    ),
    messageId: idOf(mail),
    sentAt: new Date(october.clock.nowMs() - HOUR_MS).toISOString(),
  });
  expect(await verifyAudit(october.db)).toBeNull();
});

test("a Chinese account reads Chinese, and nothing of another account", async () => {
  const { close, after, to } = await mailing();
  await close();
  await after(10 * MINUTE_MS);
  const [mail] = to("ops@globex.example");
  expect(mail?.subject).toBe("2026年10月服务等级报告，Globex：承诺达标");
  expect(mail?.text).toContain("Globex：2026年10月承诺达标。");
  expect(mail?.text).toContain("?account=globex&lang=zh");
  expect(mail?.html).toContain('<html lang="zh-CN">');
  expect(mail?.attachments.map(({ filename }) => filename)).toEqual([
    "sla-2026-10-globex-r1.pdf",
    "sla-2026-10-globex-r1.xlsx",
  ]);
  expect(mail?.text + mail!.html + mail!.raw).not.toMatch(/acme|web-1/i);
  expect(to("sla@acme.example")[0]?.raw).not.toMatch(/globex|web-2/i);
});

test("only the forms of an account with contacts are made, in its language", async () => {
  const keys: unknown[] = [];
  const { close, after } = await mailing(
    { acme: "", reportMail: "reportMail: { channel: mail, formats: [csv], delay: 0s }" },
    {},
    { attach: async (key) => (keys.push(key), small()) },
  );
  await close();
  await after(0);
  expect(keys).toEqual([{ month, account: "globex", revision: 1, format: "csv", lang: "zh" }]);
});

test("fifty revisions within the delay are one mail, of the last one", async () => {
  const { october, server, close, revise, after } = await mailing({ globex: "" });
  await close();
  for (let turn = 0; turn < 49; turn += 1) {
    expect(await after(MINUTE_MS)).toEqual([]);
    await revise("acme", `file ${turn}`);
  }
  expect(await after(9 * MINUTE_MS)).toEqual([]);
  await after(MINUTE_MS);
  expect(server.mails).toHaveLength(1);
  const [mail] = server.mails;
  expect(mail?.subject).toBe(
    "Service level report October 2026, Acme, revision 50: 1 of 1 objective missed",
  );
  expect(mail?.text).not.toContain("takes the place");
  const states = (await listReportMails(october.db, { month, account: "acme" })).map(
    ({ state }) => state,
  );
  expect(states).toEqual([...Array.from({ length: 49 }, () => "replaced"), "sent"]);
});

test("revisions without end put the mail off for a day at most", async () => {
  const { server, close, revise, after } = await mailing({
    globex: "",
    reportMail: "reportMail: { channel: mail, delay: 6h }",
  });
  await close();
  for (let turn = 0; turn < 4; turn += 1) {
    await after(5 * HOUR_MS);
    await revise("acme", `file ${turn}`);
  }
  await after(3 * HOUR_MS);
  expect(server.mails).toHaveLength(0);
  await after(HOUR_MS);
  expect(server.mails).toHaveLength(1);
});

test("a later revision answers the first mail, and says what changed since the last one", async () => {
  const { server, close, revise, after } = await mailing({ globex: "" });
  await close();
  await after(10 * MINUTE_MS);
  await revise("acme", "late results of 2026-10-05");
  await revise("acme", "exclusion 3 (force-majeure) approved by user:wu", [
    '"verdict":"missed"',
    '"verdict":"met"',
  ]);
  expect(await after(10 * MINUTE_MS)).toMatchObject([{ revision: 3, outcome: "sent" }]);
  await revise("acme", "counted again");
  await after(10 * MINUTE_MS);
  const [first, second, third] = server.mails;
  expect(second?.headers.get("in-reply-to")).toBe(idOf(first));
  expect(third?.headers.get("references")).toBe(idOf(first));
  expect(new Set(server.mails.map(idOf)).size).toBe(3);
  expect(second?.text).toContain(
    "This is revision 3 of the report. It takes the place of revision 1, which we sent you before. " +
      "Why it was made: late results of 2026-10-05; exclusion 3 (force majeure) approved by wu.",
  );
  expect(second?.text).toContain("What changed:\n- web-1, verdict: missed, now met\n");
  expect(third?.text).toContain("takes the place of revision 3");
  expect(third?.text).toContain("No figure changed.");
});

test("a Chinese reader reads in Chinese why there is another revision", async () => {
  const { close, revise, after, to } = await mailing({ acme: "" });
  await close();
  await after(10 * MINUTE_MS);
  await revise("globex", "late results of 2026-10-05");
  await revise("globex", "exclusion 3 (force-majeure) approved by user:wu");
  await after(10 * MINUTE_MS);
  const [, second] = to("ops@globex.example");
  expect(second?.text).toContain(
    "修订原因：2026-10-05 的结果迟到；除外时段 3（不可抗力）由 wu 批准。",
  );
});

test("what is refused for now is tried again, by what the configuration says then", async () => {
  const codes = [451, 250];
  const { october, server, close, after, reconfigure } = await mailing(
    { globex: "" },
    { mail: () => codes.shift() ?? 250 },
  );
  await close();
  expect(await after(10 * MINUTE_MS)).toMatchObject([
    { outcome: "temporary", detail: "DATA: 451 mail refused", isGivenUp: false },
  ]);
  expect(await after(4_000)).toEqual([]);
  reconfigure(mailConfig(server.port, { globex: "", acme: "contacts: [new@acme.example]" }));
  expect(await after(MINUTE_MS)).toMatchObject([{ outcome: "sent" }]);
  const [one, two] = server.mails;
  expect(idOf(two)).toBe(idOf(one));
  expect(two?.to).toEqual(["new@acme.example"]);
  const audit = await listAudit(october.db, { item: "report-mail" }, { limit: 9 });
  expect(audit).toHaveLength(1);
});

test("what is refused for good is tried each hour for a day, and then given up", async () => {
  const { october, close, after, revise } = await mailing(
    { globex: "", channel: 'security: none, user: nines, password: "s3cret"' },
    { login: () => 535 },
  );
  await close();
  const tries = [...(await after(10 * MINUTE_MS))];
  for (let hour = 0; hour < 30; hour += 1) tries.push(...(await after(HOUR_MS)));
  expect(tries).toHaveLength(25);
  expect(tries.map(({ isGivenUp }) => isGivenUp).lastIndexOf(false)).toBe(23);
  expect(JSON.stringify(tries)).not.toContain("s3cret");
  const rows = await listReportMails(october.db, { month, account: "acme" });
  expect(rows).toMatchObject([{ state: "failed", detail: "AUTH PLAIN: status 535" }]);
  expect(await listAudit(october.db, { item: "report-mail" }, { limit: 9 })).toEqual([]);
  await revise("acme", "counted again");
  expect(await after(10 * MINUTE_MS)).toHaveLength(1);
});

test("who is refused is noted, and the others have their mail", async () => {
  const { october, close, after } = await mailing(
    { globex: "", acme: "contacts: [sla@acme.example, gone@acme.example]" },
    { recipient: (address) => (address.startsWith("gone") ? 550 : 250) },
  );
  await close();
  await after(10 * MINUTE_MS);
  const rows = await listReportMails(october.db, { month, account: "acme" });
  expect(rows).toMatchObject([
    {
      state: "sent",
      contacts: ["sla@acme.example"],
      refused: ["gone@acme.example"],
      detail: "accepted for 1, refused for 1: RCPT TO: 550 gone@acme.example is refused",
    },
  ]);
  expect(await after(HOUR_MS)).toEqual([]);
});

test("who is refused is noted, whatever mail servers make of the address", async () => {
  const gone = ["gone@\u4f8b\u3048.jp", "gone,too@acme.example", "gone@Acme.Example"];
  const { october, close, after } = await mailing(
    {
      globex: "",
      acme: `contacts: [sla@acme.example, ${gone.map((one) => `'${one}'`).join(", ")}]`,
    },
    { recipient: (address) => (/gone/u.test(address) ? 550 : 250) },
  );
  await close();
  expect(await after(10 * MINUTE_MS)).toMatchObject([{ outcome: "sent" }]);
  const [row] = await listReportMails(october.db, { month, account: "acme" });
  expect(row).toMatchObject({ contacts: ["sla@acme.example"], refused: gone });
});

const THREE = "contacts: [sla@acme.example, gone@acme.example, busy@Acme.example]";

test("who is refused for now is tried again, and who has the mail does not get it twice", async () => {
  const codes = [451, 452, 250];
  const { october, server, close, after } = await mailing(
    { globex: "", acme: THREE },
    {
      recipient: (address) =>
        address.startsWith("gone") ? 550 : address.startsWith("busy") ? codes.shift()! : 250,
    },
  );
  const rowOf = async () => (await listReportMails(october.db, { month, account: "acme" }))[0];
  await close();
  expect(await after(10 * MINUTE_MS)).toMatchObject([{ outcome: "sent", isGivenUp: false }]);
  const lacking = ["gone@acme.example", "busy@Acme.example"];
  const first = { contacts: ["sla@acme.example"], refused: lacking };
  expect(await rowOf()).toMatchObject({ state: "waiting", ...first });
  expect(await verifyAudit(october.db)).toBeNull();
  expect(await after(4_000)).toEqual([]);
  expect(await after(1_000)).toMatchObject([{ outcome: "temporary", isGivenUp: false }]);
  expect(await rowOf()).toMatchObject({ state: "waiting", ...first });
  expect(await after(MINUTE_MS)).toMatchObject([{ outcome: "sent", isGivenUp: false }]);
  expect(server.mails.map(({ to }) => to)).toEqual([["sla@acme.example"], ["busy@acme.example"]]);
  const [one, two] = server.mails;
  expect(idOf(two)).toBe(idOf(one));
  expect(two?.attachments).toHaveLength(2);
  const last = {
    contacts: ["sla@acme.example", "busy@Acme.example"],
    refused: ["gone@acme.example"],
  };
  expect(await rowOf()).toMatchObject({ state: "sent", ...last });
  const audit = await listAudit(october.db, { item: "report-mail" }, { limit: 9 });
  const [after2, after1] = audit.map((entry) => JSON.parse(entry.after!));
  expect(after1).toMatchObject(first);
  expect(JSON.parse(audit[0]!.before!)).toEqual(after1);
  expect(after2).toMatchObject({ ...last, files: after1.files, messageId: after1.messageId });
  expect(await verifyAudit(october.db)).toBeNull();
  expect(await after(HOUR_MS)).toEqual([]);
});

test.each([
  ["after a day", {}, 7],
  ["when nobody is left to try", { acme: "contacts: [sla@acme.example]" }, 2],
  ["when no reports are mailed any more", { reportMail: "" }, 1],
])("who is refused for now is given up %s, and the others have it", async (_, change, tries) => {
  const { october, server, close, after, reconfigure } = await mailing(
    { globex: "", acme: THREE },
    { recipient: (address) => (address.startsWith("busy") ? 451 : 250) },
  );
  await close();
  const done = [...(await after(10 * MINUTE_MS))];
  reconfigure(mailConfig(server.port, { globex: "", acme: THREE, ...change }));
  for (let turn = 0; turn < 7; turn += 1) done.push(...(await after(4.5 * HOUR_MS)));
  expect(done.map(({ isGivenUp }) => isGivenUp)).toEqual(
    Array.from({ length: tries }, (_one, index) => index > 0 && index === tries - 1),
  );
  expect(server.mails).toHaveLength(1);
  expect(await listReportMails(october.db, { month, account: "acme" })).toMatchObject([
    {
      state: "sent",
      contacts: ["sla@acme.example", "gone@acme.example"],
      refused: ["busy@Acme.example"],
    },
  ]);
  expect(await verifyAudit(october.db)).toBeNull();
});

test("a later revision takes the place of a mail that somebody lacks", async () => {
  const { server, close, after, revise } = await mailing(
    { globex: "", acme: THREE },
    { recipient: (address) => (address.startsWith("busy") && server.mails.length < 2 ? 451 : 250) },
  );
  await close();
  await after(10 * MINUTE_MS);
  await revise("acme", "counted again");
  await after(0);
  expect(server.asked).toHaveLength(3);
  await after(10 * MINUTE_MS);
  const [, second] = server.mails;
  expect(second?.text).toContain("takes the place of revision 1, which we sent you before");
});

describe("a mail that somebody asks for", () => {
  test("goes to the present contacts, once, as another mail", async () => {
    const { october, server, close, after, ask, reconfigure } = await mailing({ globex: "" });
    await close();
    await after(10 * MINUTE_MS);
    const acme = "contacts: [new@acme.example, sla@acme.example]";
    reconfigure(mailConfig(server.port, { globex: "", acme }));
    const asked = { revision: 1, to: ["new@acme.example", "sla@acme.example"] };
    expect(await Promise.all([ask(), ask()])).toEqual([asked, asked]);
    expect(await verifyAudit(october.db)).toBeNull();
    expect(await after(0)).toMatchObject([{ revision: 1, outcome: "sent" }]);
    expect(await after(HOUR_MS)).toEqual([]);
    const [first, second, ...others] = server.mails;
    expect(others).toEqual([]);
    expect(second?.to).toEqual(asked.to);
    expect(idOf(second)).not.toBe(idOf(first));
    expect(second?.text).toBe(first?.text);
    const audit = await listAudit(october.db, { item: "report-mail" }, { limit: 9 });
    expect(audit.map(({ actor, action }) => `${actor} ${action}`)).toEqual([
      "system report.mail",
      "user:li report.ask-mail",
      "system report.mail",
    ]);
    expect(JSON.parse(audit[1]!.before!)).toMatchObject({ contacts: ["sla@acme.example"] });
    expect(await verifyAudit(october.db)).toBeNull();
  });

  test("may have been given up, never noted, or about to be sent", async () => {
    const { october, server, close, after, ask, reconfigure } = await mailing({ globex: "" });
    await close();
    await ask();
    expect(await listAudit(october.db, { item: "report-mail" }, { limit: 9 })).toEqual([]);
    reconfigure(mailConfig(server.port, { acme: "" }));
    await expect(ask()).rejects.toThrow("the account acme has no contacts");
    await after(10 * MINUTE_MS);
    reconfigure(mailConfig(server.port, { globex: "" }));
    expect(await after(HOUR_MS)).toEqual([]);
    await ask();
    expect(await after(0)).toMatchObject([{ account: "acme", outcome: "sent" }]);
    await october.db.query("delete from report_mail");
    await ask();
    expect(await after(0)).toMatchObject([{ account: "acme", outcome: "sent" }]);
  });

  test("and given up again leaves it known that it was sent before", async () => {
    let code = 250;
    const { october, server, close, after, ask, revise } = await mailing(
      { globex: "" },
      { recipient: () => code },
    );
    await close();
    await after(10 * MINUTE_MS);
    code = 451;
    await ask();
    for (let turn = 0; turn < 6; turn += 1) await after(5 * HOUR_MS);
    const [row] = await listReportMails(october.db, { month, account: "acme" });
    expect(row).toMatchObject({ state: "failed", contacts: [] });
    expect(row?.sentAtMs).not.toBeNull();
    expect(await verifyAudit(october.db)).toBeNull();
    code = 250;
    await revise("acme", "counted again");
    await after(10 * MINUTE_MS);
    expect(server.mails[1]?.text).toContain("takes the place of revision 1");
  });

  test("needs the right, a closed month and somebody to mail to", async () => {
    const { server, ask, close, reconfigure } = await mailing();
    await expect(ask()).rejects.toThrow("2026-10 is not closed");
    await close();
    await expect(ask({ role: "sre" })).rejects.toThrow("the role sre may not mail reports");
    const manager = { role: "account-manager", accounts: ["globex"] } as const;
    await expect(ask(manager)).rejects.toThrow('no account "acme" in the configuration');
    reconfigure(mailConfig(server.port, { acme: "", globex: "", reportMail: "" }));
    await expect(ask()).rejects.toThrow("no reports are mailed");
  });
});

test("what is too large for a mail is left out, and the mail says where it is", async () => {
  const large = { bytes: Buffer.alloc(15_500_000), digest: "sha256:11" };
  const { server, close, after } = await mailing(
    { globex: "" },
    {},
    { attach: ({ format }) => (format === "pdf" ? Promise.resolve(large) : small()) },
  );
  await close();
  await after(10 * MINUTE_MS);
  const [mail] = server.mails;
  expect(mail?.attachments.map(({ filename }) => filename)).toEqual(["sla-2026-10-acme-r1.xlsx"]);
  expect(mail?.text).toContain(
    "Too large for a mail, and so not attached: sla-2026-10-acme-r1.pdf",
  );
  expect(mail?.text).toContain("https://nines.example.com/reports/2026-10?account=acme");
});

test("a server that takes less gets the link alone", async () => {
  const { server, close, after } = await mailing(
    { globex: "", more: "" },
    { mail: ({ attachments }) => (attachments.length > 0 ? 552 : 250) },
  );
  await close();
  expect(await after(10 * MINUTE_MS)).toMatchObject([{ outcome: "permanent", isGivenUp: false }]);
  expect(await after(MINUTE_MS)).toMatchObject([{ outcome: "sent" }]);
  expect(server.mails[1]?.text).toContain("(PDF), sla-2026-10-acme-r1.xlsx");
  expect(server.mails[1]?.text).toContain("Ask us for it.");
});

test("a report that cannot be rendered is tried again, and the reason stays with us", async () => {
  let turn = 0;
  const attach = () => ((turn += 1) === 1 ? Promise.reject(new Error("globex is in it")) : small());
  const { october, close, after } = await mailing({ globex: "" }, {}, { attach });
  await close();
  expect(await after(10 * MINUTE_MS)).toMatchObject([
    { detail: "the report could not be rendered", error: { message: "globex is in it" } },
  ]);
  const rows = await listReportMails(october.db, { month, account: "acme" });
  expect(rows).toMatchObject([{ state: "waiting", detail: "the report could not be rendered" }]);
  expect(await after(MINUTE_MS)).toMatchObject([{ outcome: "sent" }]);
});

test("a report that is not the account's own is mailed to nobody", async () => {
  const { server, close, revise, after } = await mailing({ globex: "" });
  await close();
  await revise("acme", "changed by hand", ['"account":"acme"', '"account":"globex"']);
  expect(await after(10 * MINUTE_MS)).toMatchObject([{ isGivenUp: true }]);
  expect(server.mails).toEqual([]);
});

test("months that were closed before, or while nothing was mailed, are history", async () => {
  const off = mailConfig(1, { reportMail: "", acme: "", globex: "" });
  const { october, server, close, revise, after, reconfigure } = await mailing({ globex: "" });
  reconfigure(off);
  await close();
  await after(HOUR_MS);
  reconfigure(mailConfig(server.port, { globex: "" }));
  expect(await after(HOUR_MS)).toEqual([]);
  await october.db.query("delete from memo where name = 'reports-mailed'");
  await revise("acme", "before the first time");
  expect(await after(HOUR_MS)).toEqual([]);
  await revise("acme", "after it");
  expect(await after(HOUR_MS)).toHaveLength(1);
  await revise("acme", "and off");
  await after(0);
  reconfigure(off);
  await after(HOUR_MS);
  reconfigure(mailConfig(server.port, { globex: "" }));
  expect(await after(HOUR_MS)).toEqual([]);
  const last = (await listReportMails(october.db, { month, account: "acme" })).at(-1);
  expect(last).toMatchObject({ state: "failed", detail: "reports were no longer to be mailed" });
});

test("a month closed months after its end is history, but for those who were told of it", async () => {
  const { october, close, revise, after } = await mailing();
  const laterMs = OCTOBER.untilMs + 100 * 24 * HOUR_MS;
  await close();
  await after(10 * MINUTE_MS);
  await october.db.query("delete from report_mail where account = 'globex'");
  october.clock.set(laterMs);
  await revise("acme", "late results");
  await revise("globex", "late results");
  expect(await after(10 * MINUTE_MS)).toMatchObject([{ account: "acme", revision: 2 }]);
});

test("an account that has lost its contacts gets no mail any more", async () => {
  const { october, server, close, after, reconfigure } = await mailing();
  await close();
  reconfigure(mailConfig(server.port, { acme: "" }));
  await after(10 * MINUTE_MS);
  expect(server.mails.map(({ to }) => to)).toEqual([["ops@globex.example"]]);
  const rows = await listReportMails(october.db, { month, account: "acme" });
  expect(rows).toMatchObject([{ state: "failed", detail: "the account has no contacts any more" }]);
});

test("who is taken out while the report is rendered is not mailed", async () => {
  let meanwhile = () => {};
  const contacts = (list: string) => ({ acme: `contacts: [${list}]`, globex: "" });
  const { close, after, server, reconfigure } = await mailing(
    contacts("a@acme.example, b@acme.example"),
    {},
    { attach: async () => (meanwhile(), small()) },
  );
  meanwhile = () => reconfigure(mailConfig(server.port, contacts("b@acme.example")));
  await close();
  await after(10 * MINUTE_MS);
  expect(server.mails.map(({ to }) => to)).toEqual([["b@acme.example"]]);
});

test("two at once send a mail once", async () => {
  const { server, close, after } = await mailing();
  await close();
  await after(9 * MINUTE_MS);
  await Promise.all([after(MINUTE_MS), after(0), after(0)]);
  await after(MINUTE_MS);
  expect(server.mails).toHaveLength(2);
});

test("what was noted of a mail that was sent cannot be changed unseen", async () => {
  const { october, close, after } = await mailing({ globex: "" });
  await close();
  await after(10 * MINUTE_MS);
  const { db } = october;
  expect(await verifyAudit(db)).toBeNull();
  await db.query("update report_mail set contacts = '{boss@acme.example}'");
  expect(await verifyAudit(db)).toBe(
    `report-mail:${month}/acme/1 is not what its last audit entry says`,
  );
  await db.query("delete from report_mail");
  expect(await verifyAudit(db)).toBe(
    `report-mail:${month}/acme/1 is in the audit log and not in its table`,
  );
});
