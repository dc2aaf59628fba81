import type { LatencyPoint } from "../../core/views.ts";
import { GridLabels, GridLines } from "./grid.tsx";
import { PAINT, axisTicks, px } from "./shapes.ts";

const PLOT = { top: 16, height: 150, across: 1000 } as const;
const TICKS = 4;

/** Median and 95th percentile; a gap where nothing succeeded. */
export function LatencyChart(props: {
  readonly points: readonly LatencyPoint[];
  readonly fromMs: number;
  readonly untilMs: number;
  readonly label: string;
  readonly timeOf: (ms: number) => string;
}) {
  const { points, fromMs, untilMs, label, timeOf } = props;
  const highest = Math.max(1, ...points.map((point) => point.p95Ms ?? 0));
  const topMs = highest * 1.15;
  const x = (ms: number) => ((ms - fromMs) / (untilMs - fromMs)) * PLOT.across;
  const y = (ms: number) => PLOT.height - (ms / topMs) * PLOT.height;
  const path = (value: (point: LatencyPoint) => number | null) =>
    linePath(
      points.map((point) => {
        const ms = value(point);
        return ms === null ? null : { x: x(point.atMs), y: y(ms) };
      }),
    );
  const marks = axisTicks(topMs).map((ms) => ({
    y: PLOT.top + y(ms),
    text: ms === 0 ? "" : `${ms} ms`,
  }));
  const times = Array.from(
    { length: TICKS + 1 },
    (_, index) => fromMs + (index * (untilMs - fromMs)) / TICKS,
  );
  return (
    <svg class="chart" width="100%" height={PLOT.top + PLOT.height + 24} role="img">
      <title>{label}</title>
      <GridLines marks={marks} />
      <svg
        y={PLOT.top}
        width="100%"
        height={PLOT.height}
        viewBox={`0 0 ${PLOT.across} ${PLOT.height}`}
        preserveAspectRatio="none"
        overflow="visible"
      >
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
          vector-effect="non-scaling-stroke"
          d={path((point) => point.p50Ms)}
        />
      </svg>
      <GridLabels marks={marks} />
      {times.map((ms, index) => (
        <text
          class={index % 2 === 0 ? "tick" : "tick minor-hour"}
          x={`${(index * 100) / TICKS}%`}
          y={PLOT.top + PLOT.height + 17}
          text-anchor={anchor(index)}
        >
          {timeOf(ms)}
        </text>
      ))}
    </svg>
  );
}

function linePath(points: readonly ({ readonly x: number; readonly y: number } | null)[]): string {
  let pen = false;
  let d = "";
  for (const point of points) {
    if (point !== null) d += `${pen ? "L" : "M"}${px(point.x)} ${px(point.y)}${pen ? "" : "h0"}`;
    pen = point !== null;
  }
  return d;
}

function anchor(index: number): "start" | "middle" | "end" {
  if (index === 0) return "start";
  return index === TICKS ? "end" : "middle";
}
