import type { YearFigure, YearMonthState } from "./year-report.ts";

/**
 * What a subject's month is shown as. `so-far-...`: not closed, so that it may still change.
 * `absent`: the month's report does not have the subject; `gap`: there is no report of the month;
 * `ahead`: the month has not begun.
 */
export const CELL_KINDS = [
  "kept",
  "missed",
  "undecided",
  "so-far-good",
  "so-far-risk",
  "so-far-missed",
  "so-far-unclear",
  "absent",
  "gap",
  "ahead",
] as const;
export type CellKind = (typeof CELL_KINDS)[number];

/** A mark beside the figure, so that colour does not speak alone; all are in the fonts of the forms. */
export const CELL_MARKS: Readonly<Record<CellKind, string>> = {
  kept: "✓",
  missed: "×",
  undecided: "?",
  "so-far-good": "→",
  "so-far-risk": "!",
  "so-far-missed": "×",
  "so-far-unclear": "?",
  absent: "·",
  gap: "–",
  ahead: "",
};

/** `state` is that of the month. */
export function cellKind(figure: YearFigure | null, state: YearMonthState): CellKind {
  if (figure === null) {
    if (state === "ahead") return "ahead";
    return state === "none" ? "gap" : "absent";
  }
  const { verdict } = figure;
  const isMissed = verdict === "missed" || verdict === "already-missed";
  if (figure.state === "closed") {
    if (isMissed) return "missed";
    return verdict === "met" ? "kept" : "undecided";
  }
  if (isMissed) return "so-far-missed";
  if (verdict === "at-risk") return "so-far-risk";
  return verdict === "insufficient-data" ? "so-far-unclear" : "so-far-good";
}
