import { cpus, totalmem } from "node:os";
import { benchAlertTime } from "./alert-time.ts";
import { benchImport, benchReport } from "./history.ts";
import { benchKillLog } from "./kill-log.ts";
import { benchMemory, benchThousandTargets, benchTwoThousandASecond } from "./load.ts";
import { benchPages } from "./pages.ts";
import { benchReportForms } from "./report-forms.ts";
import { benchReports } from "./reports.ts";
import { benchProbeCost } from "./probe-cost.ts";
import { benchScrape } from "./scrape.ts";
import { benchVerify } from "./verify.ts";
import { benchViews } from "./views.ts";
import { benchWatch } from "./watch.ts";

/** `--quick` measures for seconds instead of minutes; a name runs that one alone. */
const names = process.argv.slice(2).filter((argument) => !argument.startsWith("--"));
const isQuick = process.argv.includes("--quick");
const seconds = (full: number, quick: number) => (isQuick ? quick : full) * 1000;

const benches: Readonly<Record<string, () => Promise<string[]>>> = {
  http: () => benchProbeCost("http", seconds(60, 15)),
  tcp: () => benchProbeCost("tcp", seconds(60, 15)),
  thousand: () => benchThousandTargets(seconds(120, 40)),
  "two-thousand": () => benchTwoThousandASecond(seconds(300, 30)),
  import: () => benchImport(),
  "report-1000": () => benchReport(1_000, 0.3),
  "report-10000": () => benchReport(10_000, 2),
  pages: () => benchPages(),
  views: () => benchViews(),
  reports: () => benchReports(isQuick ? 20 : 200),
  "report-forms": () => benchReportForms(),
  verify: () => benchVerify(isQuick ? 3 : 31),
  "watch-1000": () => benchWatch(1_000, 1),
  "watch-10000": () => benchWatch(10_000, 3),
  scrape: () => benchScrape(seconds(150, 24)),
  "alert-time": () => benchAlertTime(),
  memory: () => benchMemory(),
  "kill-log": () => benchKillLog(),
};

console.log(
  `Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model ?? "?"}, ${Math.round(totalmem() / 2 ** 30)} GiB`,
);
for (const [name, run] of Object.entries(benches)) {
  if (names.length > 0 && !names.includes(name)) continue;
  console.log(`\n${(await run()).join("\n")}`);
}
