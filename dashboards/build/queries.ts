// Every role's process serves /metrics, so that one figure may come from more than one instance:
// each query keeps the labels that it names, and of equal series one.

/** What the choosers of a dashboard leave of the subjects. */
export const SUBJECTS =
  'agreement=~"$agreement", product=~"$product", region=~"$region", account=~"$account"';

const SUBJECT = "agreement, subject, product, region, account";

type SubjectMetric =
  | "sla_availability_ratio"
  | "sla_objective_ratio"
  | "sla_coverage_ratio"
  | "sla_min_coverage_ratio"
  | "sla_bad_seconds"
  | "sla_allowed_bad_seconds"
  | "sla_breached";

/** One series for each subject. */
export function figure(metric: SubjectMetric, selector = SUBJECTS): string {
  return `max by (${SUBJECT}) (${metric}{${selector}})`;
}

/** The share of the month's budget that is left: the least that any process tells. */
export function budget(selector = SUBJECTS): string {
  return `min by (${SUBJECT}) (sla_error_budget_remaining_ratio{${selector}})`;
}

export function burn(window: "5m" | "30m" | "1h" | "6h" | "3d", selector = SUBJECTS): string {
  return `max by (${SUBJECT}) (sla_burn_rate{window="${window}", ${selector}})`;
}

/** 1 for a subject for which a rule of this severity fires. */
export function firing(severity: "page" | "ticket", selector = SUBJECTS): string {
  return `max by (${SUBJECT}) (sla_burn_rate_firing{severity="${severity}", ${selector}})`;
}

/** How many series; 0, not nothing, while `all` has some. */
export function countOf(series: string, all = figure("sla_objective_ratio")): string {
  return `count(${series}) or 0 * count(${all})`;
}

/** Of the accounts chosen, targets at the places chosen: 1 up, 0 fails from every vantage. */
export function targetsUp(by = "target, product, region"): string {
  const places = 'product=~"$product", region=~"$region"';
  return (
    `max by (${by}) (sla_target_up{${places}}` +
    ` and on (target) sla_target_info{${places}, account=~"$account"})`
  );
}

/** The time below which a share of probes stayed, by labels beside. */
export function quantile(
  part: number,
  options: { readonly selector: string; readonly by?: string },
): string {
  const by = options.by === undefined ? "le" : `${options.by}, le`;
  const rate = `rate(sla_probe_duration_seconds_bucket{${options.selector}}[$__rate_interval])`;
  return `histogram_quantile(${part}, sum by (${by}) (${rate}))`;
}

/** A sum of rates as a share of another; 0 where there is nothing of the part. */
export function share(
  part: string,
  options: { readonly whole: string; readonly by?: string },
): string {
  const by = options.by === undefined ? "" : ` by (${options.by})`;
  const rate = (series: string) => `sum${by} (rate(${series}[$__rate_interval]))`;
  return `${rate(part)} / ${rate(options.whole)} or 0 * ${rate(options.whole)}`;
}
