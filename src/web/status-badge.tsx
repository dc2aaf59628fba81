import { renderToString } from "preact-render-to-string";
import type { PresentState } from "../core/status-view.ts";

const COLOURS: Readonly<Record<PresentState, string>> = {
  up: "#1b6b49",
  partly: "#855800",
  down: "#b3152d",
  unknown: "#546273",
};
const HEIGHT = 20;
const PADDING = 7;
const TEXT = { y: 14, "font-size": 11, "text-anchor": "middle", fill: "#fff" } as const;

/** A badge for README files and intranets: a label, and what it says in the state's colour. */
export function renderBadge(badge: {
  readonly label: string;
  readonly value: string;
  readonly state: PresentState;
}): string {
  const { label, value, state } = badge;
  const [left, right] = [widthOf(label), widthOf(value)];
  const title = `${label}: ${value}`;
  return renderToString(
    <svg
      xmlns="http://www.w3.org/2000/svg"
      width={left + right}
      height={HEIGHT}
      viewBox={`0 0 ${left + right} ${HEIGHT}`}
      role="img"
      aria-label={title}
    >
      <title>{title}</title>
      <rect width={left + right} height={HEIGHT} rx={3} fill="#3a4755" />
      <path
        d={`M${left} 0h${right - 3}a3 3 0 0 1 3 3v14a3 3 0 0 1-3 3H${left}z`}
        fill={COLOURS[state]}
      />
      <g font-family="Verdana, 'DejaVu Sans', 'Noto Sans SC', sans-serif">
        <text {...TEXT} x={left / 2}>
          {label}
        </text>
        <text {...TEXT} x={left + right / 2}>
          {value}
        </text>
      </g>
    </svg>,
  );
}

/** About as wide as the text is at 11 pixels: Chinese characters are square. */
function widthOf(text: string): number {
  const width = Array.from(text).reduce(
    (sum, one) => sum + ((one.codePointAt(0) ?? 0) > 0x2e7f ? 11.5 : 6.8),
    0,
  );
  return Math.round(width) + 2 * PADDING;
}
