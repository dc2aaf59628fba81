import type { BurnPoint } from "../../core/views.ts";
import { duration } from "../format.ts";
import type { Messages } from "../messages.ts";
import { GridLabels, GridLines } from "./grid.tsx";
import { PAINT, axisTicks, px } from "./shapes.ts";

const PLOT = { top: 16, height: 150, across: 1000 } as const;

/** Bad time as it adds up over the month, against the allowance and an even pace. */
export function BurnChart(props: {
  readonly points: readonly BurnPoint[];
  readonly fromMs: number;
  readonly untilMs: number;
  readonly allowedSeconds: number;
  readonly label: string;
  readonly t: Messages;
  readonly firstDay: string;
  readonly lastDay: string;
}) {
  const { points, fromMs, untilMs, allowedSeconds, label, t } = props;
  const last = points.at(-1) ?? { atMs: fromMs, badSeconds: 0 };
  const topSeconds = Math.max(allowedSeconds, last.badSeconds, 60) * 1.12;
  const x = (ms: number) => ((ms - fromMs) / (untilMs - fromMs)) * PLOT.across;
  const y = (seconds: number) => PLOT.height - (seconds / topSeconds) * PLOT.height;
  const line = points.map((point) => `${px(x(point.atMs))} ${px(y(point.badSeconds))}`).join("L");
  // A grid line close to the allowance would run through its label.
  const ticks = axisTicks(topSeconds / 60)
    .map((minutes) => minutes * 60)
    .filter((seconds) => seconds === 0 || Math.abs(y(seconds) - y(allowedSeconds)) > 16);
  const marks = ticks.map((seconds) => ({
    y: PLOT.top + y(seconds),
    text: seconds === 0 ? "" : duration(seconds, t),
  }));
  const over = last.badSeconds > allowedSeconds;
  const tone = over ? "s-missed" : "s-accent";
  const paint = over ? PAINT.missed : PAINT.accent;
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
          class={`${tone} area`}
          fill={paint}
          fill-opacity="0.14"
          d={`M0 ${PLOT.height}L${line}V${PLOT.height}z`}
        />
        <path
          class="pace"
          fill="none"
          stroke={PAINT.quiet}
          stroke-dasharray="3 4"
          vector-effect="non-scaling-stroke"
          d={`M0 ${PLOT.height}L${PLOT.across} ${px(y(allowedSeconds))}`}
        />
        <path
          class={`${tone} line`}
          fill="none"
          stroke={paint}
          stroke-width="2"
          stroke-linejoin="round"
          vector-effect="non-scaling-stroke"
          d={`M${line}`}
        />
      </svg>
      <GridLabels marks={marks} />
      <line
        class="allowance"
        stroke={PAINT.ink}
        stroke-width="1.5"
        x1="0"
        x2="100%"
        y1={px(PLOT.top + y(allowedSeconds))}
        y2={px(PLOT.top + y(allowedSeconds))}
      />
      <text
        class="tick strong halo"
        x="100%"
        y={px(PLOT.top + y(allowedSeconds) - 5)}
        text-anchor="end"
      >
        {`${t.burnAllowance} ${duration(allowedSeconds, t)}`}
      </text>
      <text class="tick" x="0" y={PLOT.top + PLOT.height + 17}>
        {props.firstDay}
      </text>
      <text class="tick" x="100%" y={PLOT.top + PLOT.height + 17} text-anchor="end">
        {props.lastDay}
      </text>
    </svg>
  );
}
