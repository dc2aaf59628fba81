import { DAY_STATES, type BandDay } from "../core/views.ts";
import { PAINT, fitText, svgBoxes, svgChart, svgLegend, svgText } from "./chart-svg.ts";
import type { ReportWords } from "./report-words-type.ts";

const WIDTH = 507;
const LEFT = 132;
const TOP = 13;
const ROW = 12.5;
const GAP = 1;

export type HeatRow = { readonly name: string; readonly days: readonly BandDay[] };

/** A row for each product and region, a cell for each day; a mark in those beyond a month's budget. */
export function heatChart(rows: readonly HeatRow[], label: string, words: ReportWords): string {
  const dates = [...new Set(rows.flatMap(({ days }) => days.map(({ day }) => day)))].toSorted();
  const cell = (WIDTH - LEFT) / Math.max(28, dates.length);
  const bottom = TOP + rows.length * ROW;
  const columns = new Map(dates.map((day, index) => [day, index]));
  const xOf = (day: string) => LEFT + (columns.get(day) ?? 0) * cell;
  const heads = dates.map((day) =>
    svgText(
      String(Number(day.slice(8))),
      { x: xOf(day) + cell / 2, y: TOP - 4 },
      { size: 6, anchor: "middle" },
    ),
  );
  const names = rows.map(({ name }, row) =>
    svgText(
      fitText(name, LEFT - 6, 7),
      { x: 0, y: TOP + row * ROW + 9 },
      { size: 7, fill: PAINT.ink },
    ),
  );
  const cells = DAY_STATES.map((state) =>
    svgBoxes(
      rows.flatMap(({ days }, row) =>
        days
          .filter((day) => day.state === state)
          .map(({ day }) => ({
            x: xOf(day),
            y: TOP + row * ROW + GAP,
            width: cell - GAP,
            height: ROW - 2 * GAP,
          })),
      ),
      PAINT[state],
    ),
  );
  const marks = rows.flatMap(({ days }, row) =>
    days
      .filter(({ state }) => state === "missed")
      .map(({ day }) =>
        svgText(
          "!",
          { x: xOf(day) + (cell - GAP) / 2, y: TOP + row * ROW + 9 },
          { size: 7.5, fill: "#ffffff", anchor: "middle", bold: true },
        ),
      ),
  );
  const legend = svgLegend(
    DAY_STATES.map((state) => ({ fill: PAINT[state], name: words.dayStates[state] })),
    { x: LEFT, y: bottom + 12 },
  );
  const body = [...heads, ...names, ...cells, ...marks, legend];
  return svgChart({ width: WIDTH, height: bottom + 17 }, label, body);
}
