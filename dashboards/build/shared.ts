import { budget, figure, SUBJECTS } from "./queries.ts";
import { BUDGET_STEPS, MARGIN_STEPS } from "./panels.ts";
import type { Column, LabelColumn, Link } from "./tables.ts";

/** The time range and the data source go along. */
const ALONG = "${__url_time_range}&${datasource:queryparam}";

/** Dashboards by what a click on one of their names means. */
export const TO_PRODUCT = `/d/nines-product?${ALONG}&var-product=`;
export const TO_TARGET = `/d/nines-target?${ALONG}&var-target=`;
const TO_ACCOUNT = `/d/nines-account?${ALONG}&var-account=`;

/** The value in another column of the row. */
const cell = (name: string) => `\${__data.fields.${name}:percentencode}`;

const subjectLinks: readonly Link[] = [
  { title: "Dashboard of this target", url: `${TO_TARGET}${cell("Subject")}` },
  { title: "Page of this target in nines", url: `\${pages}/targets/${cell("Subject")}` },
  {
    title: "Product and region in nines",
    url: `\${pages}/?product=${cell("Product")}&region=${cell("Region")}`,
  },
];

/** Who a row of subjects is about. */
export const SUBJECT_LABELS: readonly LabelColumn[] = [
  { label: "subject", name: "Subject", links: subjectLinks },
  { label: "agreement", name: "Agreement" },
  {
    label: "product",
    name: "Product",
    links: [{ title: "Dashboard of this product", url: `${TO_PRODUCT}${cell("Product")}` }],
  },
  { label: "region", name: "Region" },
  {
    label: "account",
    name: "Account",
    links: [{ title: "Dashboard of this account", url: `${TO_ACCOUNT}${cell("Account")}` }],
  },
];

/** How subjects stand; `among` leaves only some of them. */
export function subjectColumns(
  among: (series: string) => string = (series) => series,
  selector = SUBJECTS,
): readonly Column[] {
  const available = figure("sla_availability_ratio", selector);
  const objective = figure("sla_objective_ratio", selector);
  return [
    {
      name: "Budget left",
      expr: among(budget(selector)),
      unit: "percentunit",
      decimals: 1,
      steps: BUDGET_STEPS,
    },
    { name: "Availability", expr: among(available), unit: "percentunit", decimals: 3 },
    { name: "Objective", expr: among(objective), unit: "percentunit", decimals: 3 },
    {
      name: "Above objective",
      expr: among(`(${available} - ${objective})`),
      unit: "percentunit",
      decimals: 3,
      steps: MARGIN_STEPS,
    },
    { name: "Bad time", expr: among(figure("sla_bad_seconds", selector)), unit: "s" },
    { name: "Allowed", expr: among(figure("sla_allowed_bad_seconds", selector)), unit: "s" },
    {
      name: "Coverage",
      expr: among(figure("sla_coverage_ratio", selector)),
      unit: "percentunit",
      decimals: 2,
    },
  ];
}
