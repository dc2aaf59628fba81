import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { annotations, BY_CHOICE } from "./annotations.ts";
import { buildDashboard } from "./frame.ts";
import { BUDGET_STEPS, NONE_STEPS, series, stat } from "./panels.ts";
import { budget, burn, countOf, figure, targetsUp } from "./queries.ts";
import { SUBJECT_LABELS, subjectColumns, TO_PRODUCT } from "./shared.ts";
import { matrix, table } from "./tables.ts";
import { subjectVariables } from "./variables.ts";

const availability = figure("sla_availability_ratio");
const small = { width: 4, height: 4 };
const half = { width: 12, height: 8 };
const whole = { width: 24, height: 10 };

const top = [
  stat(
    {
      ...small,
      id: 1,
      title: "Subjects",
      description: "What agreements give this account a figure for.",
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
      description: "Subjects that can no longer meet this month's objective: a credit may be due.",
      unit: "none",
      none: "No subject yet",
    },
    { expr: `sum(${figure("sla_breached")})`, steps: NONE_STEPS },
  ),
  stat(
    {
      ...small,
      id: 3,
      title: "Missed last month",
      description: "Objectives that the last closed month missed.",
      unit: "none",
      none: "No month is closed yet",
    },
    {
      expr: 'sum(max by (agreement, subject, month) (sla_month_missed{agreement=~"$agreement", product=~"$product", region=~"$region", account=~"$account"}))',
      steps: NONE_STEPS,
    },
  ),
  stat(
    {
      ...small,
      id: 4,
      title: "Lowest availability",
      description: "Of the month so far: the account's worst subject.",
      unit: "percentunit",
      none: "No availability yet",
    },
    { expr: `min(${availability})`, decimals: 3 },
  ),
  stat(
    {
      ...small,
      id: 5,
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
      id: 6,
      title: "Targets down",
      description: "Targets of the account whose last result failed from every vantage.",
      unit: "none",
      none: "No target seen yet",
    },
    { expr: countOf(`${targetsUp()} == 0`, targetsUp()), steps: NONE_STEPS },
  ),
];

const products = [
  matrix(
    {
      ...half,
      id: 11,
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
      links: [
        {
          title: "Dashboard of this product and region",
          url: `${TO_PRODUCT}\${__data.fields.Product:percentencode}&var-region=\${__field.name}&\${account:queryparam}`,
        },
      ],
    },
  ),
  matrix(
    {
      ...half,
      id: 12,
      title: "Lowest availability by product and region",
      description: "Of the month so far: the subject that stands worst.",
      unit: "percentunit",
      none: "No availability yet",
    },
    {
      expr: `min by (product, region) (${availability})`,
      rows: { label: "product", name: "Product" },
      across: "region",
      decimals: 3,
    },
  ),
];

const subjects = [
  table(
    {
      ...whole,
      id: 21,
      title: "Subjects of the account",
      description: "All of them, the worst first.",
      unit: "none",
      none: "No subject yet",
    },
    { labels: SUBJECT_LABELS, columns: subjectColumns(), sortBy: "Budget left" },
  ),
];

const overTime = [
  series(
    {
      ...half,
      id: 31,
      title: "Smallest budget left by product",
      description: "Of the account's worst subject. It starts anew with the month.",
      unit: "percentunit",
      none: "No budget yet",
    },
    { queries: [{ expr: `min by (product) (${budget()})`, legend: "{{product}}" }], max: 1 },
  ),
  series(
    {
      ...half,
      id: 32,
      title: "Lowest availability by product",
      description: "Of the month so far, of the account's worst subject.",
      unit: "percentunit",
      none: "No availability yet",
    },
    {
      queries: [{ expr: `min by (product) (${availability})`, legend: "{{product}}" }],
      decimals: 3,
    },
  ),
  series(
    {
      ...half,
      id: 33,
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
      id: 34,
      title: "Targets down by product and region",
      description: "Targets of the account whose last result failed from every vantage.",
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

/** One account's subjects. */
export const account = (): Dashboard =>
  buildDashboard({
    uid: "nines-account",
    title: "nines: one account",
    description: "One account: how its subjects stand, and what it may have a credit for.",
    variables: subjectVariables("account"),
    links: [{ title: "Overview in nines", url: "${pages}/" }],
    annotations: annotations(BY_CHOICE),
    from: "now-7d",
    top,
    sections: [
      { id: 10, title: "Products and regions", panels: products },
      { id: 20, title: "Subjects", panels: subjects },
      { id: 30, title: "Over time", panels: overTime },
    ],
  });
