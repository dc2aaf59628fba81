import { durationText } from "../core/duration-text.ts";
import type { DayState, ShownState, TimelineDay } from "../core/views.ts";
import {
  PAINT,
  px,
  svgBoxes,
  svgChart,
  svgLegend,
  svgLine,
  svgText,
  type Box,
} from "./chart-svg.ts";
import type { ReportWords } from "./report-words-type.ts";

const WIDTH = 507;
const LEFT = 34;
const RIGHT = 58;
const TOP = 14;
const ROW = 9.4;
const DAY_MS = 86_400_000;
const HOURS = [0, 3, 6, 9, 12, 15, 18, 21, 24] as const;
/** A minute is a quarter of a point: what is bad must be seen all the same. */
const MIN_BAD = 1.2;

/** Height within the row carries the state as well as colour, for print without colours. */
const BARS: Readonly<Record<ShownState, { readonly y: number; readonly height: number }>> = {
  good: { y: 1.7, height: 6 },
  partial: { y: 1, height: 7.4 },
  bad: { y: 0.3, height: 8.8 },
  excluded: { y: 3.2, height: 3 },
  "no-data": { y: 4.2, height: 1 },
};
const STATES = [
  ["good", "good"],
  ["no-data", "no-data"],
  ["excluded", "excluded"],
  ["partial", "minor"],
  ["bad", "missed"],
] as const satisfies readonly (readonly [ShownState, DayState])[];

/** A row for each day, 24 hours across, what each day lost behind it. */
export function timelineChart(
  days: readonly TimelineDay[],
  label: string,
  words: ReportWords,
): string {
  const height = TOP + days.length * ROW + 16;
  // A day on which clocks go back is 25 hours long.
  const longestMs = Math.max(DAY_MS, ...days.map(({ lengthMs }) => lengthMs));
  const across = WIDTH - LEFT - RIGHT;
  const x = (ms: number) => LEFT + (ms / longestMs) * across;
  const bottom = TOP + days.length * ROW;
  const grid = HOURS.map((hour) => {
    const at = x(hour * 3_600_000);
    return (
      svgLine({ from: [at, TOP], to: [at, bottom] }) +
      svgText(
        `${String(hour).padStart(2, "0")}:00`,
        { x: at, y: TOP - 4 },
        { size: 6, anchor: "middle" },
      )
    );
  });
  const rows = days.map((day, row) => {
    const y = TOP + row * ROW + 7.2;
    const lost = day.badSeconds > 0 ? durationText(day.badSeconds, words) : "";
    return (
      svgText(day.day.slice(5), { x: LEFT - 5, y }, { size: 6.5, anchor: "end" }) +
      (lost === ""
        ? ""
        : svgText(lost, { x: WIDTH - RIGHT + 6, y }, { size: 6.5, fill: PAINT.missed, bold: true }))
    );
  });
  const runs = STATES.map(([state, paint]) => svgBoxes(boxesOf(days, state, x), PAINT[paint]));
  const legend = svgLegend(
    [
      { fill: PAINT.good, name: words.slotStates.good },
      { fill: PAINT.minor, name: words.slotStates.partial },
      { fill: PAINT.missed, name: words.slotStates.bad },
      { fill: PAINT.excluded, name: words.slotStates.excluded },
      { fill: PAINT["no-data"], name: words.slotStates["no-data"] },
    ],
    { x: LEFT, y: Number(px(bottom + 11)) },
  );
  return svgChart({ width: WIDTH, height }, label, [...grid, ...runs, ...rows, legend]);
}

function boxesOf(
  days: readonly TimelineDay[],
  state: ShownState,
  x: (ms: number) => number,
): Box[] {
  const { y, height } = BARS[state];
  const least = state === "bad" || state === "partial" ? MIN_BAD : 0;
  return days.flatMap((day, row) =>
    day.runs
      .filter((run) => run.state === state)
      .map((run) => {
        const width = Math.max(least, x(run.untilMs) - x(run.fromMs));
        return { x: x(run.fromMs), y: TOP + row * ROW + y, width, height };
      }),
  );
}
