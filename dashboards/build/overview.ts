import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { annotations, BY_CHOICE } from "./annotations.ts";
import { buildDashboard } from "./frame.ts";
import { BUDGET_STEPS, NONE_STEPS, series, SMALL, stat } from "./panels.ts";
import {
  burnByProduct,
  leastBudgets,
  objectivesLost,
  smallestBudget,
  targetsDown,
  targetsDownByPlace,
} from "./shared-panels.ts";
import { budget, countOf, figure, firing } from "./queries.ts";
import { SUBJECT_LABELS, subjectColumns, TO_PRODUCT } from "./shared.ts";
import { matrix, table } from "./tables.ts";
import { subjectVariables } from "./variables.ts";

const breached = figure("sla_breached");
const half = { width: 12, height: 8 };
const whole = { width: 24, height: 9 };

const top = [
  stat(
    {
      ...SMALL,
      id: 1,
      title: "Subjects",
      description: "What agreements give a figure for: targets, and groups of targets.",
      unit: "none",
      none: "No subject yet",
    },
    { expr: `count(${figure("sla_objective_ratio")})` },
  ),
  objectivesLost(2),
  stat(
    {
      ...SMALL,
      id: 3,
      title: "Burning fast",
      description: "Subjects for which a burn rate rule fires that pages somebody.",
      unit: "none",
      none: "No subject yet",
    },
    { expr: countOf(`${firing("page")} == 1`), steps: NONE_STEPS },
  ),
  smallestBudget(4),
  stat(
    {
      ...SMALL,
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
  targetsDown(6),
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
  leastBudgets(22, 25),
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
  burnByProduct(32),
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
  targetsDownByPlace(34),
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
