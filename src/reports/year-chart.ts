import type { YearMonth } from "../core/year-report.ts";
import { PAINT, svgBoxes, svgChart, svgLegend, svgLine, svgText } from "./chart-svg.ts";
import type { YearMaking } from "./year-facts.ts";

const WIDTH = 754;
const HEIGHT = 100;
const TOP = 14;
const BOTTOM = 72;
/** What is not closed is neither good nor bad yet. */
const OPEN = PAINT.excluded;

/** How many objectives were kept, missed, undecided or are still open in each month; words where there are none. */
export function yearChart(label: string, { document, own }: YearMaking): string {
  const { months } = document.report;
  const step = WIDTH / months.length;
  const most = Math.max(1, ...months.map(({ subjects }) => subjects));
  const bars = months.map((one, index) => barOf(one, { index, step, most }, own));
  const legend = svgLegend(
    [
      { fill: PAINT.good, name: own.columns.kept },
      { fill: PAINT.missed, name: own.columns.missed },
      { fill: PAINT["no-data"], name: own.columns.undecided },
      { fill: OPEN, name: own.columns.notClosed },
    ],
    { x: 0, y: BOTTOM + 25 },
  );
  const floor = svgLine({ from: [0, BOTTOM], to: [WIDTH, BOTTOM], stroke: PAINT.quiet });
  return svgChart({ width: WIDTH, height: HEIGHT }, label, [...bars, floor, legend]);
}

function barOf(
  { month, state, counts, subjects }: YearMonth,
  { index, step, most }: { readonly index: number; readonly step: number; readonly most: number },
  own: YearMaking["own"],
): string {
  const middle = index * step + step / 2;
  const name = svgText(
    own.monthShort(Number(month.slice(5))),
    { x: middle, y: BOTTOM + 11 },
    { size: 7.5, anchor: "middle" },
  );
  if (subjects === 0) {
    const text = state === "ahead" ? "" : own.states.none;
    return name + svgText(text, { x: middle, y: BOTTOM - 4 }, { size: 7, anchor: "middle" });
  }
  let top = BOTTOM;
  const box = (count: number, fill: string) => {
    if (count === 0) return "";
    const height = (count * (BOTTOM - TOP)) / most;
    top -= height;
    return svgBoxes([{ x: middle - step * 0.28, y: top, width: step * 0.56, height }], fill);
  };
  const stack = [
    box(counts.kept, PAINT.good),
    box(counts.notClosed, OPEN),
    box(counts.undecided, PAINT["no-data"]),
    box(counts.missed, PAINT.missed),
  ];
  const isMissed = counts.missed > 0;
  const text = state === "closed" ? `${counts.kept}/${subjects}` : own.states[state];
  const look = {
    size: 7.5,
    anchor: "middle",
    bold: isMissed,
    fill: isMissed ? PAINT.missed : PAINT.quiet,
  } as const;
  return [name, ...stack, svgText(text, { x: middle, y: top - 3.5 }, look)].join("");
}
