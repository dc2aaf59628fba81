import type { ComponentChildren } from "preact";
import { PAINT, px } from "./shapes.ts";

/** The area that figures are drawn in: `across` units wide however wide the page, pixels high. */
export const PLOT = { top: 16, height: 150, across: 1000 } as const;

type Mark = { readonly y: number; readonly text: string };

/**
 * A chart whose figure stretches with the page while its text does not. `marks`: lines across,
 * with their values standing on them, so that no gutter takes a phone's width. `labels`: texts
 * over the figure, in pixels and percent.
 */
export function Chart(props: {
  readonly label: string;
  readonly marks: readonly Mark[];
  readonly labels: ComponentChildren;
  readonly children: ComponentChildren;
}) {
  const { label, marks, labels, children } = props;
  return (
    <svg class="chart" width="100%" height={PLOT.top + PLOT.height + 24} role="img">
      <title>{label}</title>
      {marks.map((mark) => {
        const y = px(PLOT.top + mark.y);
        return <line class="grid" stroke={PAINT.line} x1="0" x2="100%" y1={y} y2={y} />;
      })}
      <svg
        y={PLOT.top}
        width="100%"
        height={PLOT.height}
        viewBox={`0 0 ${PLOT.across} ${PLOT.height}`}
        preserveAspectRatio="none"
        overflow="visible"
      >
        {children}
      </svg>
      {marks.map((mark) =>
        mark.text === "" ? null : (
          <text class="tick halo" x="0" y={px(PLOT.top + mark.y - 4)}>
            {mark.text}
          </text>
        ),
      )}
      {labels}
    </svg>
  );
}
