import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { annotations, BY_CHOICE } from "./annotations.ts";
import { buildDashboard } from "./frame.ts";
import { BUDGET_STEPS, MARGIN_STEPS, NONE_STEPS, series, SMALL, stat } from "./panels.ts";
import { leastBudgets, objectivesLost, smallestBudget, targetsDown } from "./shared-panels.ts";
import { budget, burn, figure, quantile, share, targetsUp } from "./queries.ts";
import { table } from "./tables.ts";
import { subjectVariables } from "./variables.ts";

const availability = figure("sla_availability_ratio");
const objective = figure("sla_objective_ratio");
const places = 'product=~"$product", region=~"$region"';
const half = { width: 12, height: 8 };

const top = [
  stat(
    {
      ...SMALL,
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
      ...SMALL,
      id: 2,
      title: "Above objective, at worst",
      description: "Availability less the objective. Red: a subject does not meet it as it stands.",
      unit: "percentunit",
      none: "No availability yet",
    },
    { expr: `min(${availability} - ${objective})`, decimals: 3, steps: MARGIN_STEPS },
  ),
  smallestBudget(3),
  objectivesLost(4),
  targetsDown(5),
  stat(
    {
      ...SMALL,
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

const subjects = [leastBudgets(21, 50)];

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
