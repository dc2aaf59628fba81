import type { TrendMonth } from "../../core/product-view.ts";
import { PLOT, Chart } from "./chart.tsx";
import { PAINT, px } from "./shapes.ts";

/** What is beyond is cut: a month that used ten times its allowance would flatten the others. */
const MOST_PERCENT = 250;
const LINE_PERCENT = 100;

/** A bar for each month: how much of its allowance the worst subject used, against the allowance. */
export function TrendChart(props: {
  readonly months: readonly TrendMonth[];
  readonly label: string;
  readonly allowance: string;
}) {
  const { months, label, allowance } = props;
  const used = months.map(({ worst }) => worst?.usedPercent ?? null);
  const top = Math.min(MOST_PERCENT, Math.max(120, ...used.map((value) => (value ?? 0) * 1.1)));
  const step = PLOT.across / Math.max(1, months.length);
  const width = Math.min(step * 0.62, 60);
  const y = (percent: number) => PLOT.height - (Math.min(percent, top) / top) * PLOT.height;
  const marks = [{ y: PLOT.height, text: "" }];
  const lineY = px(PLOT.top + y(LINE_PERCENT));
  const labels = (
    <>
      <line
        class="allowance"
        stroke={PAINT.ink}
        stroke-width="1.5"
        x1="0"
        x2="100%"
        y1={lineY}
        y2={lineY}
      />
      <text class="tick strong halo" x="0" y={px(PLOT.top + y(LINE_PERCENT) - 5)}>
        {allowance}
      </text>
      {months.map(({ month }, index) => (
        <text
          class={index % 2 === (months.length - 1) % 2 ? "tick" : "tick minor-hour"}
          x={`${px(((index + 0.5) / months.length) * 100)}%`}
          y={PLOT.top + PLOT.height + 17}
          text-anchor="middle"
        >
          {month.slice(2)}
        </text>
      ))}
    </>
  );
  return (
    <Chart {...{ label, marks, labels }}>
      {used.map((percent, index) => {
        if (percent === null) return null;
        const state = percent > LINE_PERCENT ? "missed" : "accent";
        // A month without any loss still stands there.
        const barY = Math.min(y(percent), PLOT.height - 2);
        return (
          <rect
            class={`s-${state}`}
            fill={PAINT[state]}
            x={px((index + 0.5) * step - width / 2)}
            y={px(barY)}
            width={px(width)}
            height={px(PLOT.height - barY)}
          />
        );
      })}
    </Chart>
  );
}
