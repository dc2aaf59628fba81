import { durationText } from "../../core/duration-text.ts";
import type { BurnPoint } from "../../core/views.ts";
import type { Messages } from "../messages.ts";
import { Chart, PLOT } from "./chart.tsx";
import { PAINT, axisTicks, px } from "./shapes.ts";

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
  const over = last.badSeconds > allowedSeconds;
  const [tone, paint] = over ? ["s-missed", PAINT.missed] : ["s-accent", PAINT.accent];
  // A grid line close to the allowance would run through its label.
  const marks = axisTicks(topSeconds / 60)
    .map((minutes) => minutes * 60)
    .filter((seconds) => seconds === 0 || Math.abs(y(seconds) - y(allowedSeconds)) > 16)
    .map((seconds) => ({ y: y(seconds), text: seconds === 0 ? "" : durationText(seconds, t) }));
  const labels = (
    <Labels
      allowanceY={PLOT.top + y(allowedSeconds)}
      allowance={`${t.burnAllowance} ${durationText(allowedSeconds, t)}`}
      firstDay={props.firstDay}
      lastDay={props.lastDay}
    />
  );
  return (
    <Chart {...{ label, marks, labels }}>
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
    </Chart>
  );
}

function Labels(props: {
  readonly allowanceY: number;
  readonly allowance: string;
  readonly firstDay: string;
  readonly lastDay: string;
}) {
  const y = px(props.allowanceY);
  const bottom = PLOT.top + PLOT.height + 17;
  return (
    <>
      <line
        class="allowance"
        stroke={PAINT.ink}
        stroke-width="1.5"
        x1="0"
        x2="100%"
        y1={y}
        y2={y}
      />
      <text class="tick strong halo" x="100%" y={px(props.allowanceY - 5)} text-anchor="end">
        {props.allowance}
      </text>
      <text class="tick" x="0" y={bottom}>
        {props.firstDay}
      </text>
      <text class="tick" x="100%" y={bottom} text-anchor="end">
        {props.lastDay}
      </text>
    </>
  );
}
