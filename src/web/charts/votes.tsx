import type { VoteLine } from "../../core/slots-view.ts";
import type { DayState, ShownState, TimelineDay } from "../../core/views.ts";
import { PAINT, SLOT_PAINT, px, rectPath } from "./shapes.ts";

const MINUTE_MS = 60_000;
const HEIGHT = 26;

type Run = { readonly fromMs: number; readonly untilMs: number };
type Look = { readonly paint: DayState; readonly y: number; readonly height: number };

/** Height carries a vote as well as colour: a vantage that saw nothing has no bar at all. */
const VOTES: Readonly<Record<VoteLine["runs"][number]["vote"], Look>> = {
  up: { paint: "good", y: 8, height: 10 },
  mixed: { paint: "minor", y: 5, height: 16 },
  down: { paint: "missed", y: 2, height: 22 },
};
const STATES: Readonly<Record<ShownState, Look>> = {
  good: { paint: SLOT_PAINT.good, y: 8, height: 10 },
  partial: { paint: SLOT_PAINT.partial, y: 5, height: 16 },
  bad: { paint: SLOT_PAINT.bad, y: 2, height: 22 },
  excluded: { paint: SLOT_PAINT.excluded, y: 10, height: 6 },
  "no-data": { paint: SLOT_PAINT["no-data"], y: 12, height: 2 },
};

/** A strip of a day or an hour: what was counted, a minute being one unit across. */
export function SlotStrip({
  line,
  label,
}: {
  readonly line: Pick<TimelineDay, "lengthMs" | "runs">;
  readonly label: string;
}) {
  const groups = Object.entries(STATES).map(([state, look]) => ({
    look,
    runs: line.runs.filter((run) => run.state === state),
  }));
  return <Strip {...{ groups, label }} lengthMs={line.lengthMs} />;
}

/** A strip of a day: how one vantage voted. */
export function VoteStrip(props: {
  readonly line: VoteLine;
  readonly lengthMs: number;
  readonly label: string;
}) {
  const groups = Object.entries(VOTES).map(([vote, look]) => ({
    look,
    runs: props.line.runs.filter((run) => run.vote === vote),
  }));
  return <Strip groups={groups} lengthMs={props.lengthMs} label={props.label} />;
}

/** A line of constant width round what is bad keeps a single minute visible at any size. */
function Strip(props: {
  readonly groups: readonly { readonly look: Look; readonly runs: readonly Run[] }[];
  readonly lengthMs: number;
  readonly label: string;
}) {
  const { groups, lengthMs, label } = props;
  const across = lengthMs / MINUTE_MS;
  const isNamed = label !== "";
  return (
    <svg
      class="strip"
      viewBox={`0 0 ${px(across)} ${HEIGHT}`}
      width="100%"
      height={HEIGHT}
      preserveAspectRatio="none"
      {...(isNamed ? { role: "img", "aria-label": label } : { "aria-hidden": "true" })}
    >
      {groups.map(({ look: { paint, y, height }, runs }) => {
        if (runs.length === 0) return null;
        const d = runs.map((run) => {
          const width = (run.untilMs - run.fromMs) / MINUTE_MS;
          return rectPath({ x: run.fromMs / MINUTE_MS, y, width, height });
        });
        const isLoud = paint === "minor" || paint === "missed";
        return isLoud ? (
          <path
            class={`s-${paint} keep`}
            fill={PAINT[paint]}
            stroke={PAINT[paint]}
            stroke-width="1.5"
            vector-effect="non-scaling-stroke"
            d={d.join("")}
          />
        ) : (
          <path class={`s-${paint}`} fill={PAINT[paint]} d={d.join("")} />
        );
      })}
    </svg>
  );
}

/** The shapes of the votes, for the legend; null is a vantage without a vote. */
export function VoteSwatch({ vote }: { readonly vote: keyof typeof VOTES | null }) {
  const look = vote === null ? null : VOTES[vote];
  return (
    <svg class="swatch" viewBox={`0 0 10 ${HEIGHT}`} width="10" height={HEIGHT} aria-hidden="true">
      {look === null ? (
        <rect
          class="swatch-none"
          fill="none"
          stroke={PAINT.quiet}
          x="1.5"
          y="8.5"
          width="7"
          height="9"
        />
      ) : (
        <rect
          class={`s-${look.paint}`}
          fill={PAINT[look.paint]}
          x="1"
          width="8"
          y={look.y}
          height={look.height}
        />
      )}
    </svg>
  );
}
