import { durationText } from "../../core/duration-text.ts";
import { DAY_STATES } from "../../core/views.ts";
import type { BandDay, DayState } from "../../core/views.ts";
import type { Messages } from "../messages.ts";
import { PAINT, px } from "./shapes.ts";

const HEIGHT = 22;
const DAY_WIDTH = 4;

/** Height carries the state as well as colour: no data lies flat, a missed day stands out at both ends. */
const BARS: Readonly<Record<DayState, { readonly y: number; readonly height: number }>> = {
  good: { y: 7, height: 10 },
  minor: { y: 2, height: 15 },
  missed: { y: 0, height: 22 },
  excluded: { y: 10, height: 4 },
  "no-data": { y: 15, height: 2 },
};

/** The last days of a cell as one strip, oldest first: one path for each state. */
export function Band({ days, t }: { readonly days: readonly BandDay[]; readonly t: Messages }) {
  if (days.length === 0) return null;
  const width = days.length * DAY_WIDTH;
  const label = bandLabel(days, t);
  const paths = statePaths(days);
  return (
    <svg
      class="band"
      viewBox={`0 0 ${width} ${HEIGHT}`}
      width="100%"
      height={HEIGHT}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      {DAY_STATES.map((state) => {
        const d = paths[state];
        return d === "" ? null : <path class={`s-${state}`} fill={PAINT[state]} d={d} />;
      })}
      {/* Unseen, for the pointer. There may be thousands on a page: each costs one attribute. */}
      <g fill="none" pointer-events="all">
        {days.map((day, index) =>
          day.state === "good" ? null : (
            <path d={`M${index * DAY_WIDTH} 0h${DAY_WIDTH}v${HEIGHT}h-${DAY_WIDTH}z`}>
              <title>{t.bandDay(day.day, day.state, durationText(day.badSeconds, t))}</title>
            </path>
          ),
        )}
      </g>
    </svg>
  );
}

/** By state; neighbours of one are drawn as one box: fewer edges, and no seams when stretched. */
function statePaths(days: readonly BandDay[]): Readonly<Record<DayState, string>> {
  const paths = { good: "", minor: "", missed: "", excluded: "", "no-data": "" };
  for (let index = 0; index < days.length; index += 1) {
    const state = days[index]?.state ?? "no-data";
    const gap = state === "minor" || state === "missed" ? 0.8 : 0;
    const start = index;
    while (gap === 0 && days[index + 1]?.state === state) index += 1;
    const { y, height } = BARS[state];
    const x = px(start * DAY_WIDTH + gap / 2);
    const width = px((index - start + 1) * DAY_WIDTH - gap);
    paths[state] += `M${x} ${y}h${width}v${height}h-${width}z`;
  }
  return paths;
}

function bandLabel(days: readonly BandDay[], t: Messages): string {
  const counts = { good: 0, minor: 0, missed: 0, excluded: 0, "no-data": 0 };
  for (const { state } of days) counts[state] += 1;
  return t.bandLabel(days.length, t.bandCounts(counts));
}

/** The same shapes, enlarged, for the legend. */
export function BandSwatch({ state }: { readonly state: DayState }) {
  const { y, height } = BARS[state];
  return (
    <svg class="swatch" viewBox={`0 0 10 ${HEIGHT}`} width="10" height={HEIGHT} aria-hidden="true">
      <rect class={`s-${state}`} fill={PAINT[state]} x="1" width="8" y={y} height={height} />
    </svg>
  );
}
