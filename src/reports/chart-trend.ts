import { commonYearWords } from "../core/common-year-words.ts";
import type { TrendMonth } from "../core/month-document.ts";
import type { Report } from "../core/report.ts";
import type { Lang } from "../core/views.ts";
import { PAINT, svgBoxes, svgChart, svgLegend, svgLine, svgText } from "./chart-svg.ts";
import { countVerdicts } from "./report-words-facts.ts";
import type { ReportWords } from "./report-words-type.ts";

const WIDTH = 507;
const HEIGHT = 97;
const TOP = 14;
const BOTTOM = 66;

/** A month whose figures are not final, and how that is said below it. */
export type TrendMark = { readonly month: string; readonly text: string };

/** A running month's objectives on track stand among those met: they are told apart by this. */
export function trendMark(report: Report, lang: Lang): TrendMark | null {
  if (report.closing !== null) return null;
  const { open, running } = commonYearWords[lang].marks;
  return { month: report.month, text: report.status === "running" ? running : open };
}

/** How many objectives were met, missed or unclear in each month; a dash where none was closed. */
export function trendChart(
  months: readonly TrendMonth[],
  { label, mark }: { readonly label: string; readonly mark: TrendMark | null },
  words: ReportWords,
): string {
  const step = WIDTH / Math.max(1, months.length);
  const most = Math.max(1, ...months.map(({ subjects }) => subjects?.length ?? 0));
  const unit = (BOTTOM - TOP) / most;
  const bars = months.map(({ month, subjects }, index) => {
    const x = index * step + step * 0.2;
    const middle = index * step + step / 2;
    const below = (text: string, y: number, fill: string) =>
      svgText(text, { x: middle, y: BOTTOM + y }, { size: 6.5, anchor: "middle", fill });
    const isMarked = mark !== null && mark.month === month;
    const name =
      below(month, 10, PAINT.quiet) + (isMarked ? below(mark.text, 17.5, PAINT.ink) : "");
    if (subjects === null) {
      return name + svgText(words.nothing, { x: middle, y: BOTTOM - 4 }, { anchor: "middle" });
    }
    const counts = countVerdicts(subjects);
    const missed = counts.missed + counts["already-missed"];
    const unclear = counts["insufficient-data"];
    let top = BOTTOM;
    const box = (count: number, fill: string) => {
      const height = count * unit;
      top -= height;
      return svgBoxes([{ x, y: top, width: step * 0.6, height }], fill);
    };
    const stack = [
      box(counts.all - missed - unclear, PAINT.good),
      box(unclear, PAINT["no-data"]),
      box(missed, PAINT.missed),
    ].filter((_, part) => [counts.all - missed - unclear, unclear, missed][part] !== 0);
    const share = `${counts.all - missed - unclear}/${counts.all}`;
    const look = {
      size: 7,
      anchor: "middle",
      bold: missed > 0,
      fill: missed > 0 ? PAINT.missed : PAINT.quiet,
    } as const;
    return [name, ...stack, svgText(share, { x: middle, y: top - 3 }, look)].join("");
  });
  const legend = svgLegend(
    [
      { fill: PAINT.good, name: words.keyFigures.met },
      { fill: PAINT.missed, name: words.verdicts.missed },
      { fill: PAINT["no-data"], name: words.verdicts["insufficient-data"] },
    ],
    { x: 0, y: BOTTOM + 28 },
  );
  const floor = svgLine({ from: [0, BOTTOM], to: [WIDTH, BOTTOM], stroke: PAINT.quiet });
  return svgChart({ width: WIDTH, height: HEIGHT }, label, [...bars, floor, legend]);
}
