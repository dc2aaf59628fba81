import type { Config } from "./config.ts";
import { monthSpan, type MonthSpan } from "./core/closing.ts";
import { monthSubjects } from "./read-month.ts";

/** Asked every minute for every month: the answers of one configuration are kept. */
const spans = new WeakMap<Config, Map<string, MonthSpan | null>>();

/** Where a month lies and when it may be closed, by what is configured; null without subjects. */
export function spanOf(config: Config, month: string): MonthSpan | null {
  const known = spans.get(config) ?? new Map<string, MonthSpan | null>();
  spans.set(config, known);
  const span = known.get(month);
  if (span !== undefined) return span;
  const fresh = monthSpan(month, monthSubjects(config, { month }));
  known.set(month, fresh);
  return fresh;
}
