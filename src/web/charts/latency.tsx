import type { LatencyPoint } from "../../core/views.ts";
import { Chart, PLOT } from "./chart.tsx";
import { PAINT, axisTicks, px } from "./shapes.ts";

const PARTS = 4;

/** Median and 95th percentile; a gap where nothing succeeded. */
export function LatencyChart(props: {
  readonly points: readonly LatencyPoint[];
  readonly fromMs: number;
  readonly untilMs: number;
  readonly label: string;
  readonly timeOf: (ms: number) => string;
}) {
  const { points, fromMs, untilMs, label, timeOf } = props;
  const topMs = Math.max(1, ...points.map((point) => point.p95Ms ?? 0)) * 1.15;
  const x = (ms: number) => ((ms - fromMs) / (untilMs - fromMs)) * PLOT.across;
  const y = (ms: number) => PLOT.height - (ms / topMs) * PLOT.height;
  const path = (value: (point: LatencyPoint) => number | null) =>
    linePath(
      points.map((point) => {
        const ms = value(point);
        return ms === null ? null : { x: x(point.atMs), y: y(ms) };
      }),
    );
  const marks = axisTicks(topMs).map((ms) => ({ y: y(ms), text: ms === 0 ? "" : `${ms} ms` }));
  const parts = Array.from({ length: PARTS + 1 }, (_, part) => part / PARTS);
  const labels = parts.map((share) => (
    <text
      class={share % 0.5 === 0 ? "tick" : "tick minor-hour"}
      x={`${share * 100}%`}
      y={PLOT.top + PLOT.height + 17}
      text-anchor={anchor(share)}
    >
      {timeOf(fromMs + share * (untilMs - fromMs))}
    </text>
  ));
  return (
    <Chart {...{ label, marks, labels }}>
      <path
        class="s-minor line"
        fill="none"
        stroke={PAINT.minor}
        stroke-width="1.5"
        stroke-dasharray="4 2"
        vector-effect="non-scaling-stroke"
        d={path((point) => point.p95Ms)}
      />
      <path
        class="s-accent line"
        fill="none"
        stroke={PAINT.accent}
        stroke-width="2"
        stroke-linejoin="round"
        stroke-linecap="round"
        vector-effect="non-scaling-stroke"
        d={path((point) => point.p50Ms)}
      />
    </Chart>
  );
}

/** Each stretch begins with a line of no length: a point alone still shows, as a dot. */
function linePath(points: readonly ({ readonly x: number; readonly y: number } | null)[]): string {
  let pen = false;
  let d = "";
  for (const point of points) {
    if (point !== null) d += `${pen ? "L" : "M"}${px(point.x)} ${px(point.y)}${pen ? "" : "h0"}`;
    pen = point !== null;
  }
  return d;
}

function anchor(share: number): "start" | "middle" | "end" {
  if (share === 0) return "start";
  return share === 1 ? "end" : "middle";
}
