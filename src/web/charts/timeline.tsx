import { durationText } from "../../core/duration-text.ts";
import type { ShownState, TimelineDay } from "../../core/views.ts";
import type { Messages } from "../messages.ts";
import { PAINT, SLOT_PAINT, px, rectPath } from "./shapes.ts";

/** High enough to be hit with a finger. */
const ROW = 24;
const TEXT_Y = 16.5;
const DAY_MS = 86_400_000;
/** Plot units across a day: a minute each. */
const ACROSS = 1440;
const HOURS = [0, 3, 6, 9, 12, 15, 18, 21, 24] as const;

/** Height within the row carries the state as well as colour. */
const BARS: Readonly<Record<ShownState, { readonly y: number; readonly height: number }>> = {
  good: { y: 5, height: 14 },
  partial: { y: 3, height: 18 },
  bad: { y: 1, height: 22 },
  excluded: { y: 9, height: 6 },
  "no-data": { y: 11, height: 2 },
};
const STATES = ["good", "no-data", "excluded", "partial", "bad"] as const;

type TimelineProps = {
  readonly days: readonly TimelineDay[];
  readonly label: string;
  readonly t: Messages;
  /** Of a day's own page, and what its link says; null where there is none. */
  readonly linkOf: (day: TimelineDay) => { readonly href: string; readonly text: string } | null;
  /** What the list of those links is called. */
  readonly linksLabel: string;
};

/**
 * A row for each day, 24 hours across, with the day before it and what it lost behind it.
 * The plot stretches with the page while the text does not; a line that keeps its width
 * round each bad run makes a single minute visible at any size.
 */
export function MonthTimeline(props: TimelineProps) {
  const { days, label, t } = props;
  const height = days.length * ROW;
  const longestMs = Math.max(DAY_MS, ...days.map((day) => day.lengthMs));
  return (
    <div class="timeline">
      <svg class="timeline-days" width="64" height={height} aria-hidden="true">
        {days.map((day, row) => (
          <>
            <text class="tick weekday" x="34" y={row * ROW + TEXT_Y} text-anchor="end">
              {t.weekdays[day.weekday - 1]}
            </text>
            <text class="tick date" x="56" y={row * ROW + TEXT_Y} text-anchor="end">
              {day.day.slice(8)}
            </text>
          </>
        ))}
      </svg>
      <svg
        class="timeline-plot"
        viewBox={`0 0 ${ACROSS} ${height}`}
        width="100%"
        height={height}
        preserveAspectRatio="none"
        role="img"
        aria-label={label}
      >
        <title>{label}</title>
        {HOURS.map((hour) => (
          <path
            class="grid"
            stroke={PAINT.line}
            vector-effect="non-scaling-stroke"
            d={`M${(hour * 3_600_000 * ACROSS) / longestMs} 0v${height}`}
          />
        ))}
        {STATES.map((state) => (
          <StatePath key={state} state={state} days={days} longestMs={longestMs} />
        ))}
      </svg>
      <svg class="timeline-lost" width="92" height={height} aria-hidden="true">
        {days.map((day, row) =>
          day.badSeconds > 0 ? (
            <text class="tick strong" x="8" y={row * ROW + TEXT_Y}>
              {durationText(day.badSeconds, t)}
            </text>
          ) : null,
        )}
      </svg>
      <DayLinks {...props} />
      <svg class="timeline-hours" width="100%" height="18" aria-hidden="true">
        {HOURS.map((hour) => (
          <text
            class={hour % 6 === 0 ? "tick" : "tick minor-hour"}
            x={`${px((hour * 3_600_000 * 100) / longestMs)}%`}
            y="13"
            text-anchor={anchor(hour)}
          >
            {`${String(hour).padStart(2, "0")}:00`}
          </text>
        ))}
      </svg>
    </div>
  );
}

/** Over the rows, as wide as they are. */
function DayLinks({ days, linkOf, linksLabel }: TimelineProps) {
  return (
    <ol class="timeline-links" aria-label={linksLabel}>
      {days.map((day) => {
        const link = linkOf(day);
        return (
          <li>
            {link === null ? null : (
              <a href={link.href} title={link.text}>
                <span class="hidden">{link.text}</span>
              </a>
            )}
          </li>
        );
      })}
    </ol>
  );
}

function StatePath(props: {
  readonly state: ShownState;
  readonly days: readonly TimelineDay[];
  readonly longestMs: number;
}) {
  const { state, days, longestMs } = props;
  const { y, height } = BARS[state];
  const scale = (ms: number) => (ms * ACROSS) / longestMs;
  const d = days
    .flatMap((day, row) =>
      day.runs
        .filter((run) => run.state === state)
        .map((run) =>
          rectPath({
            x: scale(run.fromMs),
            y: row * ROW + y,
            width: scale(run.untilMs - run.fromMs),
            height,
          }),
        ),
    )
    .join("");
  if (d === "") return null;
  const paint = PAINT[SLOT_PAINT[state]];
  if (state !== "bad" && state !== "partial") {
    return <path class={`s-${SLOT_PAINT[state]}`} fill={paint} d={d} />;
  }
  return (
    <path
      class={`s-${SLOT_PAINT[state]} keep`}
      fill={paint}
      stroke={paint}
      stroke-width="1.5"
      vector-effect="non-scaling-stroke"
      d={d}
    />
  );
}

function anchor(hour: number): "start" | "middle" | "end" {
  if (hour === 0) return "start";
  return hour === 24 ? "end" : "middle";
}

/** The row's shapes for the legend. */
export function SlotSwatch({ state }: { readonly state: ShownState }) {
  const { y, height } = BARS[state];
  const paint = SLOT_PAINT[state];
  return (
    <svg class="swatch" viewBox={`0 0 10 ${ROW}`} width="10" height={ROW} aria-hidden="true">
      <rect class={`s-${paint}`} fill={PAINT[paint]} x="1" width="8" y={y} height={height} />
    </svg>
  );
}
