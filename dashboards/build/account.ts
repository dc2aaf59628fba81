import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { annotations, BY_CHOICE } from "./annotations.ts";
import { buildDashboard } from "./frame.ts";
import { BUDGET_STEPS, NONE_STEPS, series, SMALL, stat } from "./panels.ts";
import {
  burnByProduct,
  objectivesLost,
  smallestBudget,
  targetsDown,
  targetsDownByPlace,
} from "./shared-panels.ts";
import { budget, figure } from "./queries.ts";
import { SUBJECT_LABELS, subjectColumns, TO_PRODUCT } from "./shared.ts";
import { matrix, table } from "./tables.ts";
import { subjectVariables } from "./variables.ts";

const availability = figure("sla_availability_ratio");
const half = { width: 12, height: 8 };
const whole = { width: 24, height: 10 };
const DOWN = "Targets of the account whose last result failed from every vantage.";

const top = [
  stat(
    {
      ...SMALL,
      id: 1,
      title: "Subjects",
      description: "What agreements give this account a figure for.",
      unit: "none",
      none: "No subject yet",
    },
    { expr: `count(${figure("sla_objective_ratio")})` },
  ),
  objectivesLost(
    2,
    "Subjects that can no longer meet this month's objective: a credit may be due.",
  ),
  stat(
    {
      ...SMALL,
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
      ...SMALL,
      id: 4,
      title: "Lowest availability",
      description: "Of the month so far: the account's worst subject.",
      unit: "percentunit",
      none: "No availability yet",
    },
    { expr: `min(${availability})`, decimals: 3 },
  ),
  smallestBudget(5),
  targetsDown(6, DOWN),
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
  burnByProduct(33),
  targetsDownByPlace(34, DOWN),
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
