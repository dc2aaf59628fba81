import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { annotations, BY_CHOICE } from "./annotations.ts";
import { buildDashboard } from "./frame.ts";
import { BUDGET_STEPS, MARGIN_STEPS, NONE_STEPS, series, stat } from "./panels.ts";
import { budget, burn, countOf, figure, quantile, share, targetsUp } from "./queries.ts";
import { SUBJECT_LABELS, subjectColumns } from "./shared.ts";
import { table } from "./tables.ts";
import { subjectVariables } from "./variables.ts";

const availability = figure("sla_availability_ratio");
const objective = figure("sla_objective_ratio");
const places = 'product=~"$product", region=~"$region"';
const small = { width: 4, height: 4 };
const half = { width: 12, height: 8 };
const whole = { width: 24, height: 9 };

const top = [
  stat(
    {
      ...small,
      id: 1,
      title: "Lowest availability",
      description: "Of the month so far: the product's worst subject.",
      unit: "percentunit",
      none: "No availability yet",
    },
    { expr: `min(${availability})`, decimals: 3 },
  ),
  stat(
    {
      ...small,
      id: 2,
      title: "Above objective, at worst",
      description: "Availability less the objective. Red: a subject does not meet it as it stands.",
      unit: "percentunit",
      none: "No availability yet",
    },
    { expr: `min(${availability} - ${objective})`, decimals: 3, steps: MARGIN_STEPS },
  ),
  stat(
    {
      ...small,
      id: 3,
      title: "Smallest budget left",
      description: "Share of the month's error budget; negative when overspent.",
      unit: "percentunit",
      none: "No budget yet",
    },
    { expr: `min(${budget()})`, steps: BUDGET_STEPS, decimals: 1 },
  ),
  stat(
    {
      ...small,
      id: 4,
      title: "Objectives lost",
      description: "Subjects that can no longer meet this month's objective, whatever comes.",
      unit: "none",
      none: "No subject yet",
    },
    { expr: `sum(${figure("sla_breached")})`, steps: NONE_STEPS },
  ),
  stat(
    {
      ...small,
      id: 5,
      title: "Targets down",
      description: "Targets whose last result failed from every vantage.",
      unit: "none",
      none: "No target seen yet",
    },
    { expr: countOf(`${targetsUp()} == 0`, targetsUp()), steps: NONE_STEPS },
  ),
  stat(
    {
      ...small,
      id: 6,
      title: "Time of a probe",
      description: "95 of 100 probes of the product took no longer.",
      unit: "s",
      none: "No probe yet",
    },
    { expr: quantile(0.95, { selector: `phase="total", ${places}` }) },
  ),
];

const regions = [
  table(
    {
      ...half,
      width: 24,
      id: 11,
      title: "Regions",
      description: "The worst of each region's subjects, and how many there are.",
      unit: "none",
      none: "No subject yet",
    },
    {
      labels: [
        {
          label: "region",
          name: "Region",
          links: [
            {
              title: "Product and region in nines",
              url: "${pages}/?product=${product:percentencode}&region=${__data.fields.Region:percentencode}",
            },
          ],
        },
      ],
      columns: [
        {
          name: "Smallest budget left",
          expr: `min by (region) (${budget()})`,
          unit: "percentunit",
          decimals: 1,
          steps: BUDGET_STEPS,
        },
        {
          name: "Lowest availability",
          expr: `min by (region) (${availability})`,
          unit: "percentunit",
          decimals: 3,
        },
        {
          name: "Above objective",
          expr: `min by (region) (${availability} - ${objective})`,
          unit: "percentunit",
          decimals: 3,
          steps: MARGIN_STEPS,
        },
        {
          name: "Objectives lost",
          expr: `sum by (region) (${figure("sla_breached")})`,
          unit: "none",
          steps: NONE_STEPS,
        },
        {
          name: "Targets down",
          expr: `sum by (region) (${targetsUp()} == bool 0)`,
          unit: "none",
          steps: NONE_STEPS,
        },
        { name: "Subjects", expr: `count by (region) (${objective})`, unit: "none" },
      ],
      sortBy: "Smallest budget left",
    },
  ),
];

const subjects = [
  table(
    {
      ...whole,
      id: 21,
      title: "The 50 subjects with the least budget left",
      description: "Of an objective of 100 % there is no budget: such a subject is not listed.",
      unit: "none",
      none: "No budget yet",
    },
    {
      labels: SUBJECT_LABELS,
      columns: subjectColumns(
        (figures) => `${figures} and on (agreement, subject, account) bottomk(50, ${budget()})`,
      ),
      sortBy: "Budget left",
    },
  ),
];

const overTime = [
  series(
    {
      ...half,
      id: 31,
      title: "Lowest availability by region, and the objectives",
      description: "Of the month so far. Dashed: the objectives of the product's agreements.",
      unit: "percentunit",
      none: "No availability yet",
    },
    {
      queries: [
        { expr: `min by (region) (${availability})`, legend: "{{region}}" },
        { expr: `max by (agreement) (${objective})`, legend: "objective of {{agreement}}" },
      ],
      decimals: 3,
    },
  ),
  series(
    {
      ...half,
      id: 32,
      title: "Smallest budget left by region",
      description: "Of the worst subject of each region. It starts anew with the month.",
      unit: "percentunit",
      none: "No budget yet",
    },
    { queries: [{ expr: `min by (region) (${budget()})`, legend: "{{region}}" }], max: 1 },
  ),
  series(
    {
      ...half,
      id: 33,
      title: "The ten subjects that burn fastest over one hour",
      description: "1 spends exactly the budget by the end of the month; about 14 pages somebody.",
      unit: "none",
      none: "No burn rate yet",
    },
    {
      queries: [{ expr: `topk(10, ${burn("1h")})`, legend: "{{subject}} ({{agreement}})" }],
      min: 0,
    },
  ),
  series(
    {
      ...half,
      id: 34,
      title: "Targets down by region",
      description: "Targets whose last result failed from every vantage.",
      unit: "none",
      none: "No target seen yet",
    },
    {
      queries: [{ expr: `sum by (region) (${targetsUp()} == bool 0)`, legend: "{{region}}" }],
      stacked: true,
      decimals: 0,
    },
  ),
];

const probes = [
  series(
    {
      ...half,
      id: 41,
      title: "Time of a probe by region",
      description: "95 of 100 probes took no longer.",
      unit: "s",
      none: "No probe yet",
    },
    {
      queries: [
        {
          expr: quantile(0.95, { selector: `phase="total", ${places}`, by: "region" }),
          legend: "{{region}}",
        },
      ],
      min: 0,
    },
  ),
  series(
    {
      ...half,
      id: 42,
      title: "Share of probes that failed by region",
      description: "Single results: what an outage is, agreements decide.",
      unit: "percentunit",
      none: "No result yet",
    },
    {
      queries: [
        {
          expr: share(`sla_probe_results_total{outcome="failed", ${places}}`, {
            whole: `sla_probe_results_total{${places}}`,
            by: "region",
          }),
          legend: "{{region}}",
        },
      ],
      min: 0,
    },
  ),
];

/** One product in its regions. */
export const product = (): Dashboard =>
  buildDashboard({
    uid: "nines-product",
    title: "nines: one product",
    description: "One product in its regions: who stands worst, since when, and what probes see.",
    variables: subjectVariables("product"),
    links: [{ title: "Product in nines", url: "${pages}/?product=${product:percentencode}" }],
    annotations: annotations(BY_CHOICE),
    from: "now-24h",
    top,
    sections: [
      { id: 10, title: "Regions", panels: regions },
      { id: 20, title: "Subjects", panels: subjects },
      { id: 30, title: "Over time", panels: overTime },
      { id: 40, title: "Probes", panels: probes },
    ],
  });
