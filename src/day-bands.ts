import { DateTime } from "luxon";
import type { Config } from "./config.ts";
import { timelineBetween } from "./core/evaluate.ts";
import type { Interval } from "./core/month.ts";
import { mergeBands } from "./core/overview-view.ts";
import { evidenceTargets, membersOf, type Subject } from "./core/subject.ts";
import { bandDay, cutByDays, localDays } from "./core/target-view.ts";
import type { BandDay } from "./core/views.ts";
import { readEvidence, readExcluded } from "./read-month.ts";
import type { Db } from "./store/connect.ts";

const BAND_DAYS = 90;
const MONTH_SECONDS = 30 * 86_400;

/**
 * The last 90 days of the subjects, merged by `product/region`: each day's worst state.
 * For looking at, not for figures.
 */
export async function readBands(
  deps: { readonly db: Db; readonly config: Config },
  input: {
    readonly subjects: readonly Subject[];
    readonly settledUntilMs: number;
    /** The band ends with the day of this instant. */
    readonly lastMs: number;
  },
): Promise<Map<string, readonly BandDay[]>> {
  const { timeZone } = deps.config;
  const range = lastDays(Math.min(input.settledUntilMs, input.lastMs), timeZone);
  const targets = input.subjects.flatMap(evidenceTargets);
  const evidence = await readEvidence(deps.db, targets, range);
  const days = localDays({ ...range, timeZone });
  const bands = new Map<string, BandDay[][]>();
  const excludedOf = await readExcluded(deps.db, range);
  for (const { agreement, product, region, ...subject } of input.subjects) {
    const runs = timelineBetween(
      {
        agreement,
        settledUntilMs: input.settledUntilMs,
        members: membersOf(subject).map(evidence),
        siblings: subject.siblings.map(evidence),
        exclusions: excludedOf(subject, range).intervals,
      },
      range,
    );
    const { num, den } = agreement.objective;
    const allowedSeconds = (1 - Number(num) / Number(den)) * MONTH_SECONDS;
    const key = `${product}/${region}`;
    const list = bands.get(key) ?? [];
    list.push(cutByDays(days, runs).map((day) => bandDay(day, allowedSeconds)));
    bands.set(key, list);
  }
  return new Map([...bands].map(([key, list]) => [key, mergeBands(list)]));
}

function lastDays(lastMs: number, timeZone: string): Interval {
  const last = DateTime.fromMillis(lastMs, { zone: timeZone }).startOf("day");
  return {
    fromMs: last.minus({ days: BAND_DAYS - 1 }).toMillis(),
    untilMs: last.plus({ days: 1 }).startOf("day").toMillis(),
  };
}
