import { DateTime } from "luxon";
import type { Budget } from "../core/views.ts";
import type { Messages } from "./messages.ts";

/** U+2212: as wide as a plus, and not a hyphen to a screen reader. */
const MINUS = "−";
const NARROW = "\u202f";

/** A length of time at a glance: "41 s", "22.3 min", "1 h 41 min", "3 d 4 h". Cut, not rounded. */
export function duration(seconds: number, t: Messages): string {
  const size = Math.abs(seconds);
  const sign = seconds < 0 ? MINUS : "";
  if (size < 60) return sign + t.seconds(decimal(size, size < 10 ? 1 : 0));
  if (size < 3600) return sign + t.minutes(decimal(size / 60, 1));
  const minutes = Math.floor(size / 60);
  if (size < 86_400) return sign + t.hoursMinutes(Math.floor(minutes / 60), minutes % 60);
  const hours = Math.floor(minutes / 60);
  return sign + t.daysHours(Math.floor(hours / 24), hours % 24);
}

/** A share in percent for display: whole numbers, one decimal below ten. Keeps its sign when it cuts to 0. */
export function percent(value: number): string {
  const size = Math.abs(value);
  return `${value < 0 ? MINUS : ""}${decimal(size, size < 10 ? 1 : 0)}${NARROW}%`;
}

/** A figure of the report, which is cut already. */
export function figure(text: string | null): string {
  return text === null ? "–" : `${text}${NARROW}%`;
}

export function latency(latencyMs: number | null): string {
  if (latencyMs === null) return "–";
  return `${latencyMs < 10 ? latencyMs.toFixed(1) : Math.round(latencyMs)}${NARROW}ms`;
}

export function budgetText(budget: Budget, t: Messages): string {
  const share = budget.leftPercent === null ? "–" : percent(budget.leftPercent);
  return budget.leftSeconds < 0
    ? t.budgetOver(share, duration(-budget.leftSeconds, t))
    : t.budgetLeft(share, duration(budget.leftSeconds, t));
}

/** Thousands in groups of three, with a space that does not break. */
export function count(text: string): string {
  return text.replace(/\B(?=(\d{3})+(?!\d))/g, NARROW);
}

export function monthName(month: string, t: Messages): string {
  const [year, number] = month.split("-");
  return t.monthName(Number(year), Number(number));
}

export function instant(ms: number, timeZone: string, seconds = false): string {
  const format = seconds ? "yyyy-MM-dd HH:mm:ss" : "yyyy-MM-dd HH:mm";
  return DateTime.fromMillis(ms, { zone: timeZone }).toFormat(format);
}

/** The day that an instant lies in, and which of its hours, from 0. */
export function dayAndHour(
  ms: number,
  timeZone: string,
): { readonly day: string; readonly hour: string } {
  const at = DateTime.fromMillis(ms, { zone: timeZone });
  const hours = Math.floor((ms - at.startOf("day").toMillis()) / 3_600_000);
  return { day: at.toFormat("yyyy-MM-dd"), hour: String(hours) };
}

/** "11:12", or with seconds. */
export function clockTime(ms: number, timeZone: string, seconds = false): string {
  return instant(ms, timeZone, seconds).slice(11);
}

/** "Asia/Shanghai (UTC+08:00)", as of the instant. */
export function zoneLabel(timeZone: string, ms: number): string {
  return `${timeZone} (UTC${DateTime.fromMillis(ms, { zone: timeZone }).toFormat("ZZ")})`;
}

/** Trailing zeros go; nothing is rounded up. */
function decimal(value: number, places: number): string {
  const factor = 10 ** places;
  // What stands a hair below a whole number is a float's fault, not the figure's.
  return String(Math.floor(value * factor + 1e-6) / factor);
}
