import { DateTime } from "luxon";
import { cutDecimal, durationText, MINUS } from "../core/duration-text.ts";
import type { Budget } from "../core/views.ts";
import type { Messages } from "./messages.ts";

const NARROW = "\u202f";

/** A share in percent for display: whole numbers, one decimal below ten. Keeps its sign when it cuts to 0. */
export function percent(value: number): string {
  const size = Math.abs(value);
  return `${value < 0 ? MINUS : ""}${cutDecimal(size, size < 10 ? 1 : 0)}${NARROW}%`;
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
    ? t.budgetOver(share, durationText(-budget.leftSeconds, t))
    : t.budgetLeft(share, durationText(budget.leftSeconds, t));
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
