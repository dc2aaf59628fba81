import { LANGS } from "../../src/core/views.ts";
import { subjectKey, type MonthDocument } from "../../src/core/month-document.ts";
import { openRenderer, type Renderer } from "../../src/render-apart.ts";
import { acmeDocument, largeDocument } from "../reports/pdf-document.ts";

const WANTED_SECONDS = 2;
/** Of each of the demo account's subjects: some fifty in all. */
const COPIES = 7;
/** How often this thread asks whether it is its turn, while the other one renders. */
const TURN_MS = 5;

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

/** How long a document took, in seconds of the clock and of the processor, and how long this thread hung. */
type Measured = {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly heldMs: number;
  readonly rssMib: number;
  readonly bytes: number;
};

async function measure(
  { render }: Renderer,
  document: MonthDocument,
  lang: (typeof LANGS)[number],
): Promise<Measured> {
  let [heldMs, lastMs] = [0, performance.now()];
  const look = () => {
    const nowMs = performance.now();
    heldMs = Math.max(heldMs, nowMs - lastMs - TURN_MS);
    lastMs = nowMs;
  };
  const turns = setInterval(look, TURN_MS);
  const cpu = process.cpuUsage();
  const startMs = performance.now();
  const { length } = await render(document, { format: "pdf", lang });
  const seconds = (performance.now() - startMs) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  look();
  clearInterval(turns);
  const rssMib = process.memoryUsage().rss / 2 ** 20;
  return { seconds, cpuSeconds: (user + system) / 1e6, heldMs, rssMib, bytes: length };
}

/** A month's PDFs of so many accounts, one after the other, in the thread that renders them. */
export async function benchReports(accounts: number): Promise<string[]> {
  const renderer = openRenderer();
  const all: Measured[] = [];
  for (let index = 0; index < accounts; index += 1) {
    const lang = LANGS[index % LANGS.length] ?? "en";
    all.push(await measure(renderer, accountDocument(index), lang));
  }
  const large = await measure(
    renderer,
    largeDocument({ subjects: 10_000, accounts: 200, missedEach: 20 }),
    "en",
  );
  await renderer.close();
  const seconds = all.map((one) => one.seconds);
  const most = (values: readonly number[]) => Math.max(...values);
  const slowest = seconds.indexOf(most(seconds));
  const sum = (values: readonly number[]) => values.reduce((total, one) => total + one, 0);
  const rss = all.map(({ rssMib }) => rssMib);
  return [
    `PDFs of ${accounts} accounts in the thread, ${COPIES * 7} subjects each (${Math.round(sum(all.map(({ bytes }) => bytes)) / accounts / 1000)} kB each)`,
    `  median ${quantile(seconds, 0.5)} s, 99 % below ${quantile(seconds, 0.99)} s, most ${most(seconds).toFixed(2)} s at number ${slowest + 1}, first ${(seconds[0] ?? 0).toFixed(2)} s (wanted under ${WANTED_SECONDS} s each); ${sum(seconds).toFixed(0)} s in all`,
    `  CPU: median ${quantile(
      all.map(({ cpuSeconds }) => cpuSeconds),
      0.5,
    )} s, most ${most(all.map(({ cpuSeconds }) => cpuSeconds)).toFixed(2)} s; this thread hung for ${most(all.map(({ heldMs }) => heldMs)).toFixed(0)} ms at most`,
    `  resident at the first ${(rss[0] ?? 0).toFixed(0)} MiB, at the last ${(rss.at(-1) ?? 0).toFixed(0)} MiB, most ${most(rss).toFixed(0)} MiB`,
    `PDF of all accounts, 10,000 subjects (${(large.bytes / 1e6).toFixed(1)} MB)`,
    `  ${large.seconds.toFixed(1)} s (${large.cpuSeconds.toFixed(1)} s of CPU), this thread hung for ${large.heldMs.toFixed(0)} ms at most; peak of the process ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MiB`,
  ];
}

function quantile(values: readonly number[], part: number): string {
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? 0).toFixed(2);
}
