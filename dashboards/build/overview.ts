import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { annotations, BY_CHOICE } from "./annotations.ts";
import { buildDashboard } from "./frame.ts";
import { BUDGET_STEPS, NONE_STEPS, series, stat } from "./panels.ts";
import { budget, burn, countOf, figure, firing, targetsUp } from "./queries.ts";
import { SUBJECT_LABELS, subjectColumns, TO_PRODUCT } from "./shared.ts";
import { matrix, table } from "./tables.ts";
import { subjectVariables } from "./variables.ts";

const breached = figure("sla_breached");
const small = { width: 4, height: 4 };
const half = { width: 12, height: 8 };
const whole = { width: 24, height: 9 };

const top = [
  stat(
    {
      ...small,
      id: 1,
      title: "Subjects",
      description: "What agreements give a figure for: targets, and groups of targets.",
      unit: "none",
      none: "No subject yet",
    },
    { expr: `count(${figure("sla_objective_ratio")})` },
  ),
  stat(
    {
      ...small,
      id: 2,
      title: "Objectives lost",
      description: "Subjects that can no longer meet this month's objective, whatever comes.",
      unit: "none",
      none: "No subject yet",
    },
    { expr: `sum(${breached})`, steps: NONE_STEPS },
  ),
  stat(
    {
      ...small,
      id: 3,
      title: "Burning fast",
      description: "Subjects for which a burn rate rule fires that pages somebody.",
      unit: "none",
      none: "No subject yet",
    },
    { expr: countOf(`${firing("page")} == 1`), steps: NONE_STEPS },
  ),
  stat(
    {
      ...small,
      id: 4,
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
      id: 5,
      title: "Measured too little",
      description: "Subjects whose coverage is below what their agreement asks for a verdict.",
      unit: "none",
      none: "No subject yet",
    },
    {
      expr: countOf(`${figure("sla_coverage_ratio")} < ${figure("sla_min_coverage_ratio")}`),
      steps: NONE_STEPS,
    },
  ),
  stat(
    {
      ...small,
      id: 6,
      title: "Targets down",
      description: "Targets whose last result failed from every vantage.",
      unit: "none",
      none: "No target seen yet",
    },
    { expr: countOf(`${targetsUp()} == 0`, targetsUp()), steps: NONE_STEPS },
  ),
];

const toProduct = [
  {
    title: "Dashboard of this product and region",
    url: `${TO_PRODUCT}\${__data.fields.Product:percentencode}&var-region=\${__field.name}`,
  },
  {
    title: "Product and region in nines",
    url: "${pages}/?product=${__data.fields.Product:percentencode}&region=${__field.name}",
  },
];

const products = [
  matrix(
    {
      ...half,
      id: 11,
      title: "Lowest availability by product and region",
      description:
        "Of the month so far: the subject that stands worst. Objectives differ: whether it is enough, the budgets beside say.",
      unit: "percentunit",
      none: "No availability yet",
    },
    {
      expr: `min by (product, region) (${figure("sla_availability_ratio")})`,
      rows: { label: "product", name: "Product" },
      across: "region",
      decimals: 3,
      links: toProduct,
    },
  ),
  matrix(
    {
      ...half,
      id: 12,
      title: "Smallest budget left by product and region",
      description:
        "Red: the objective is not met as it stands. Orange: less than a quarter is left.",
      unit: "percentunit",
      none: "No budget yet",
    },
    {
      expr: `min by (product, region) (${budget()})`,
      rows: { label: "product", name: "Product" },
      across: "region",
      decimals: 1,
      steps: BUDGET_STEPS,
      links: toProduct,
    },
  ),
];

const subjects = [
  table(
    {
      ...whole,
      id: 21,
      title: "Objectives that cannot be met any more",
      description:
        "This month's breaches. Look at the outages, and at whether an exclusion applies.",
      unit: "none",
      none: "No objective is lost",
    },
    {
      labels: SUBJECT_LABELS,
      columns: subjectColumns(
        (figures) => `${figures} and on (agreement, subject, account) ${breached} == 1`,
      ),
      sortBy: "Budget left",
    },
  ),
  table(
    {
      ...whole,
      id: 22,
      title: "The 25 subjects with the least budget left",
      description: "Of an objective of 100 % there is no budget: such a subject is not listed.",
      unit: "none",
      none: "No budget yet",
    },
    {
      labels: SUBJECT_LABELS,
      columns: subjectColumns(
        (figures) => `${figures} and on (agreement, subject, account) bottomk(25, ${budget()})`,
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
      title: "Smallest budget left by product",
      description: "Of the worst subject of each product. It starts anew with the month.",
      unit: "percentunit",
      none: "No budget yet",
    },
    { queries: [{ expr: `min by (product) (${budget()})`, legend: "{{product}}" }], max: 1 },
  ),
  series(
    {
      ...half,
      id: 32,
      title: "Fastest burn over one hour by product",
      description: "1 spends exactly the budget by the end of the month; about 14 pages somebody.",
      unit: "none",
      none: "No burn rate yet",
    },
    { queries: [{ expr: `max by (product) (${burn("1h")})`, legend: "{{product}}" }], min: 0 },
  ),
  series(
    {
      ...half,
      id: 33,
      title: "Lowest availability by product",
      description: "Of the month so far, of the worst subject of each product.",
      unit: "percentunit",
      none: "No availability yet",
    },
    {
      queries: [
        {
          expr: `min by (product) (${figure("sla_availability_ratio")})`,
          legend: "{{product}}",
        },
      ],
      decimals: 3,
    },
  ),
  series(
    {
      ...half,
      id: 34,
      title: "Targets down by product and region",
      description: "Targets whose last result failed from every vantage.",
      unit: "none",
      none: "No target seen yet",
    },
    {
      queries: [
        {
          expr: `sum by (product, region) (${targetsUp()} == bool 0)`,
          legend: "{{product}}, {{region}}",
        },
      ],
      stacked: true,
      decimals: 0,
    },
  ),
];

/** Every product in every region, and who stands worst. */
export const overview = (): Dashboard =>
  buildDashboard({
    uid: "nines-overview",
    title: "nines: SLA overview",
    description:
      "How products stand in their regions this month: availability, error budgets, what is lost and what is next.",
    variables: subjectVariables(),
    links: [{ title: "Overview in nines", url: "${pages}/" }],
    annotations: annotations(BY_CHOICE),
    from: "now-24h",
    top,
    sections: [
      { id: 10, title: "Products and regions", panels: products },
      { id: 20, title: "Subjects", panels: subjects },
      { id: 30, title: "Over time", panels: overTime },
    ],
  });
