import type { Verdict } from "../core/report.ts";

/** Shapes that stay apart without colour. */
const SHAPES = {
  check: "M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1zM4.2 8.3l2.6 2.6 5-5.2-1.1-1-3.9 4.1-1.5-1.6z",
  warn: "M8 1.2 15.3 14.4H.7zM7.2 6v4h1.6V6zm0 5.2v1.6h1.6v-1.6z",
  missed: "M1 2.5h14L8 14.5z",
  down: "M4.7 1h6.6L15 4.7v6.6L11.3 15H4.7L1 11.3V4.7zM5.6 4.5 4.5 5.6 6.9 8l-2.4 2.4 1.1 1.1L8 9.1l2.4 2.4 1.1-1.1L9.1 8l2.4-2.4-1.1-1.1L8 6.9z",
  dash: "M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1zM4.5 7.2v1.6h7V7.2z",
} as const;
export type IconName = keyof typeof SHAPES;

export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
      <path fill="currentColor" fill-rule="evenodd" d={SHAPES[name]} />
    </svg>
  );
}

export type Tone = "good" | "minor" | "missed" | "quiet";

export const VERDICT_LOOK: Readonly<
  Record<Verdict, { readonly icon: IconName; readonly tone: Tone }>
> = {
  met: { icon: "check", tone: "good" },
  "on-track": { icon: "check", tone: "good" },
  "at-risk": { icon: "warn", tone: "minor" },
  missed: { icon: "missed", tone: "missed" },
  "already-missed": { icon: "missed", tone: "missed" },
  "insufficient-data": { icon: "dash", tone: "quiet" },
};

export function Badge(props: {
  readonly icon: IconName;
  readonly tone: Tone;
  readonly text: string;
}) {
  return (
    <span class={`badge t-${props.tone}`}>
      <Icon name={props.icon} />
      {props.text}
    </span>
  );
}
