import { durationText } from "../core/duration-text.ts";
import { PAINT, fitText, svgBoxes, svgChart, svgLine, svgText } from "./chart-svg.ts";
import type { ReportWords } from "./report-words-type.ts";

const WIDTH = 507;
const LEFT = 132;
const RIGHT = 136;
const ROW = 14;
/** Where the allowance stands between the edges of the bars. */
const MARK = 0.6;

export type BudgetRow = {
  readonly name: string;
  readonly badSeconds: number;
  readonly allowedSeconds: number;
};

/** Bad time of each against its own allowance, which stands at the same place in all of them. */
export function budgetChart(rows: readonly BudgetRow[], label: string, words: ReportWords): string {
  const across = WIDTH - LEFT - RIGHT;
  const mark = LEFT + across * MARK;
  const height = rows.length * ROW + 4;
  const bars = rows.map(({ name, badSeconds, allowedSeconds }, row) => {
    const y = row * ROW + 2;
    const isOver = badSeconds > allowedSeconds;
    const share = allowedSeconds > 0 ? badSeconds / allowedSeconds : Number(badSeconds > 0) * 2;
    const width = Math.min(share * MARK, 1) * across;
    const isCut = share * MARK > 1;
    const bad = durationText(badSeconds, words);
    const text = `${bad} / ${durationText(allowedSeconds, words)}`;
    return [
      svgText(fitText(name, LEFT - 6, 7), { x: 0, y: y + 8 }, { size: 7, fill: PAINT.ink }),
      svgBoxes([{ x: LEFT, y, width: across, height: 9 }], PAINT.pale),
      width > 0
        ? svgBoxes(
            [{ x: LEFT, y, width: Math.max(1, width), height: 9 }],
            isOver ? PAINT.missed : PAINT.good,
          )
        : "",
      // A bar that goes on beyond the edge is broken before it.
      isCut ? `<path fill="#ffffff" d="M${LEFT + across - 12} ${y + 9}l4 -9h2.5l-4 9z"/>` : "",
      svgText(
        text,
        { x: WIDTH - RIGHT + 8, y: y + 8 },
        { size: 7, fill: isOver ? PAINT.missed : PAINT.quiet, bold: isOver },
      ),
    ].join("");
  });
  const line = svgLine({ from: [mark, 0], to: [mark, height - 3], stroke: PAINT.ink, width: 1 });
  return svgChart({ width: WIDTH, height }, label, [...bars, line]);
}
