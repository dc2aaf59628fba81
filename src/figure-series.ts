import { BURN_RULES } from "./core/burn.ts";
import type { Fraction } from "./core/fraction.ts";
import { labelsText } from "./core/metrics-text.ts";
import type { ReportSubject } from "./core/report.ts";
import type { Standing } from "./core/standing.ts";
import type { MetricName, Series } from "./metrics.ts";

const FIGURE_METRICS = [
  "sla_availability_ratio",
  "sla_objective_ratio",
  "sla_coverage_ratio",
  "sla_min_coverage_ratio",
  "sla_error_budget_remaining_ratio",
  "sla_bad_seconds",
  "sla_allowed_bad_seconds",
  "sla_burn_rate",
  "sla_burn_rate_firing",
  "sla_breached",
] as const satisfies readonly MetricName[];
type FigureMetric = (typeof FIGURE_METRICS)[number];

const windowLabels = (window: string) => labelsText({ window });
const ruleLabels = BURN_RULES.map(({ severity, long, short }) =>
  labelsText({ severity, long, short }),
);

/** The series of the subjects' gauges. A metric without a series is there too, with none. */
export function figureSeries(
  standings: readonly Standing[],
): ReadonlyMap<FigureMetric, readonly Series[]> {
  const series = new Map(FIGURE_METRICS.map((name) => [name, new Array<Series>()]));
  for (const standing of standings) {
    const { agreement, id, product, region, account } = standing.subject;
    // Written once for all of the subject's series: it is most of the work.
    const labels = labelsText({ agreement: agreement.id, subject: id, product, region, account });
    const add = (name: FigureMetric, value: number | null, more = ""): void => {
      if (value === null) return;
      series.get(name)?.push({ labels: more === "" ? labels : `${labels},${more}`, value });
    };
    addFigure(standing, add);
    addBurn(standing, add);
  }
  return series;
}

type Add = (name: FigureMetric, value: number | null, more?: string) => void;

function addFigure({ subject: { agreement }, figure }: Standing, add: Add): void {
  const { availability, coverage, verdict } = figure;
  const slotSeconds = figure.slotMs / 1000;
  const allowed = toNumber(figure.allowedInMonth);
  const bad = toNumber(figure.bad);
  add("sla_availability_ratio", availability === null ? null : toNumber(availability));
  add("sla_objective_ratio", toNumber(agreement.objective));
  add("sla_coverage_ratio", coverage === null ? null : toNumber(coverage));
  add("sla_min_coverage_ratio", toNumber(agreement.minCoverage));
  add("sla_error_budget_remaining_ratio", allowed > 0 ? (allowed - bad) / allowed : null);
  add("sla_bad_seconds", bad * slotSeconds);
  add("sla_allowed_bad_seconds", allowed * slotSeconds);
  add("sla_breached", verdict === "already-missed" || verdict === "missed" ? 1 : 0);
}

/** Which rules fire is told, not left to be counted: the monitor's own answer is exact. */
function addBurn({ figure: { burn } }: Standing, add: Add): void {
  if (burn === null) return;
  for (const { window, rate } of burn.windows) {
    add("sla_burn_rate", rate === null ? null : toNumber(rate), windowLabels(window));
  }
  for (const [at, rule] of BURN_RULES.entries()) {
    add("sla_burn_rate_firing", burn.firing.includes(rule) ? 1 : 0, ruleLabels[at]);
  }
}

/** Whether the subjects of a closed month met their objectives; nothing of those without a verdict. */
export function closedMonthSeries(month: string, subjects: readonly ReportSubject[]): Series[] {
  return subjects.flatMap(({ agreement, id, product, region, account, verdict }) => {
    if (verdict !== "met" && verdict !== "missed") return [];
    const labels = labelsText({ agreement, subject: id, product, region, account, month });
    return [{ labels, value: verdict === "missed" ? 1 : 0 }];
  });
}

/** For looking at; no figure is decided by it. */
function toNumber({ num, den }: Fraction): number {
  const SCALE = 1_000_000_000_000n;
  return Number((num * SCALE) / den) / Number(SCALE);
}
