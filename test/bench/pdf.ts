import { LANGS } from "../../src/core/views.ts";
import { subjectKey, type MonthDocument } from "../../src/core/month-document.ts";
import { renderPdf } from "../../src/reports/pdf.ts";
import { acmeDocument, largeDocument } from "../reports/pdf-document.ts";

const ACCOUNTS = 200;
const WANTED_SECONDS = 2;
/** Of each of the demo account's subjects: some fifty in all. */
const COPIES = 7;

/** An account of its own with 49 subjects, two in seven of which missed. */
function accountDocument(index: number): MonthDocument {
  const demo = acmeDocument();
  const account = `account-${index}`;
  const copies = Array.from({ length: COPIES }, (_, copy) => copy);
  const subjects = copies.flatMap((copy) =>
    demo.report.subjects.map((subject) => ({ ...subject, account, id: `${subject.id}-${copy}` })),
  );
  const timelines = copies.flatMap((copy) =>
    demo.report.subjects.map(({ agreement, id }) => {
      const slots = demo.timelines?.get(subjectKey({ agreement, id })) ?? [];
      return [subjectKey({ agreement, id: `${id}-${copy}` }), slots] as const;
    }),
  );
  return {
    ...demo,
    accountName: `客户 ${index}`,
    accountNames: { [account]: `客户 ${index}` },
    report: { ...demo.report, account, subjects },
    timelines: new Map(timelines),
    trend: demo.trend.map(({ month }) => ({ month, subjects })),
  };
}

/** A month's PDFs of 200 accounts, one after the other as a worker prints them. */
export async function benchPdf(): Promise<string[]> {
  const times: number[] = [];
  const resident: number[] = [];
  const cpu = process.cpuUsage();
  let bytes = 0;
  for (let index = 0; index < ACCOUNTS; index += 1) {
    const document = accountDocument(index);
    const startMs = performance.now();
    const pdf = await renderPdf(document, LANGS[index % LANGS.length] ?? "en");
    times.push((performance.now() - startMs) / 1000);
    resident.push(process.memoryUsage().rss / 2 ** 20);
    bytes += pdf.length;
  }
  const { user, system } = process.cpuUsage(cpu);
  const sorted = times.toSorted((a, b) => a - b);
  const total = times.reduce((sum, one) => sum + one, 0);
  const at = (index: number) => `${(resident[index] ?? 0).toFixed(0)} MiB`;
  return [
    `PDFs of ${ACCOUNTS} accounts, ${COPIES * 7} subjects each (${Math.round(bytes / ACCOUNTS / 1000)} kB each)`,
    `  ${(sorted[ACCOUNTS / 2] ?? 0).toFixed(2)} s each (first ${(times[0] ?? 0).toFixed(2)} s, slowest ${(sorted.at(-1) ?? 0).toFixed(2)} s; wanted under ${WANTED_SECONDS} s), ${total.toFixed(0)} s in all, ${((user + system) / 1e6 / ACCOUNTS).toFixed(2)} s of CPU each`,
    `  resident after the 1st ${at(0)}, 20th ${at(19)}, 100th ${at(99)}, 200th ${at(199)}; peak ${Math.max(...resident).toFixed(0)} MiB`,
    ...(await benchLargePdf()),
  ];
}

/** All accounts in one document: 10,000 subjects, one in twenty of which missed. */
async function benchLargePdf(): Promise<string[]> {
  const document = largeDocument({ subjects: 10_000, accounts: 200, missedEach: 20 });
  const cpu = process.cpuUsage();
  const startMs = performance.now();
  const pdf = await renderPdf(document, "en");
  const seconds = (performance.now() - startMs) / 1000;
  const { user } = process.cpuUsage(cpu);
  return [
    `PDF of all accounts, 10,000 subjects (${(pdf.length / 1e6).toFixed(1)} MB)`,
    `  ${seconds.toFixed(1)} s (${(user / 1e6).toFixed(1)} s of CPU), peak ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MiB`,
  ];
}
