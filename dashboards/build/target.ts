import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { annotations } from "./annotations.ts";
import { buildDashboard } from "./frame.ts";
import {
  BUDGET_STEPS,
  MARGIN_STEPS,
  series,
  SMALL,
  stat,
  timeline,
  words,
  type Step,
} from "./panels.ts";
import { budget, burn, figure, firing } from "./queries.ts";
import { subjectColumns } from "./shared.ts";
import { table } from "./tables.ts";
import { single, subjectVariables } from "./variables.ts";

/** The target itself, and the groups of its account, product and region: those have a "/". */
const SELECTOR = 'agreement=~"$agreement", subject=~"$target|.+/.+"';
const HERE = 'and on (account, product, region) sla_target_info{target="$target"}';
const mine = (figures: string) => `(${figures} ${HERE})`;

const availability = mine(figure("sla_availability_ratio", SELECTOR));
const objective = mine(figure("sla_objective_ratio", SELECTOR));
const budgetLeft = mine(budget(SELECTOR));
const expiry = 'min(sla_certificate_expiry_timestamp_seconds{target="$target"})';

const DAY_SECONDS = 86_400;
const EXPIRY_STEPS: readonly Step[] = [
  [null, "red"],
  [7 * DAY_SECONDS, "orange"],
  [21 * DAY_SECONDS, "green"],
];
const BURN_STEPS: readonly Step[] = [
  [null, "green"],
  [1, "orange"],
  [14.4, "red"],
];

const half = { width: 12, height: 8 };
const whole = { width: 24, height: 7 };

const top = [
  stat(
    {
      ...SMALL,
      id: 1,
      title: "Now",
      description: "Up when the last result of any vantage was ok.",
      unit: "none",
      none: "Unknown or invalid",
    },
    {
      expr: 'max(sla_target_up{target="$target"})',
      mappings: words({ 1: { text: "Up", color: "green" }, 0: { text: "Down", color: "red" } }),
    },
  ),
  stat(
    {
      ...SMALL,
      id: 2,
      title: "Availability, at worst",
      description: "Of the month so far, under the agreement in which it is lowest.",
      unit: "percentunit",
      none: "No availability yet",
    },
    { expr: `min(${availability})`, decimals: 3 },
  ),
  stat(
    {
      ...SMALL,
      id: 3,
      title: "Above objective, at worst",
      description: "Availability less the objective. Red: it is not met as it stands.",
      unit: "percentunit",
      none: "No availability yet",
    },
    { expr: `min(${availability} - ${objective})`, decimals: 3, steps: MARGIN_STEPS },
  ),
  stat(
    {
      ...SMALL,
      id: 4,
      title: "Smallest budget left",
      description: "Share of the month's error budget; negative when overspent.",
      unit: "percentunit",
      none: "No budget",
    },
    { expr: `min(${budgetLeft})`, steps: BUDGET_STEPS, decimals: 1 },
  ),
  stat(
    {
      ...SMALL,
      id: 5,
      title: "Burn over one hour",
      description: "1 spends exactly the budget by the end of the month; about 14 pages somebody.",
      unit: "none",
      none: "No burn rate yet",
    },
    { expr: `max(${mine(burn("1h", SELECTOR))})`, decimals: 1, steps: BURN_STEPS },
  ),
  stat(
    {
      ...SMALL,
      id: 6,
      title: "Certificate ends in",
      description: "The earliest end of the certificates that it last showed.",
      unit: "s",
      none: "It shows no certificate",
    },
    { expr: `${expiry} - time()`, steps: EXPIRY_STEPS },
  ),
];

const STATES = words({
  1: { text: "Up", color: "green" },
  0: { text: "Fails", color: "red" },
  2: { text: "Invalid", color: "orange" },
});

const seen = [
  timeline(
    {
      ...whole,
      id: 11,
      title: "As each vantage sees it",
      description:
        "Invalid: it answered, but the request was not a valid one, as when access is denied. A gap: unknown.",
      unit: "none",
      none: "No vantage has seen it yet",
    },
    {
      queries: [
        {
          expr:
            'max by (vantage) (sla_target_up{target="$target"})' +
            ' or 2 * (max by (vantage) (sla_target_invalid{target="$target"}) == 1)',
          legend: "{{vantage}}",
        },
      ],
      states: STATES,
    },
  ),
  series(
    {
      ...half,
      width: 24,
      id: 12,
      title: "Time of probes of its product and region by phase",
      description:
        "95 of 100 probes took no longer. Times of single targets are on the target's page in nines.",
      unit: "s",
      none: "No probe yet",
    },
    {
      queries: [
        {
          expr:
            "histogram_quantile(0.95, sum by (phase, le) (" +
            "rate(sla_probe_duration_seconds_bucket[$__rate_interval])" +
            ' and on (product, region) sla_target_info{target="$target"}))',
          legend: "{{phase}}",
        },
      ],
      min: 0,
    },
  ),
];

const legend = "{{subject}} ({{agreement}})";
const counted = [
  table(
    {
      ...whole,
      id: 21,
      title: "Agreements that count it",
      description: "By itself, and in the groups of its account, product and region.",
      unit: "none",
      none: "No agreement counts it yet",
    },
    {
      labels: [
        { label: "agreement", name: "Agreement" },
        { label: "subject", name: "Subject" },
      ],
      columns: subjectColumns(mine, SELECTOR),
      sortBy: "Budget left",
    },
  ),
  series(
    {
      ...half,
      id: 22,
      title: "Availability, and the objectives",
      description: "Of the month so far. Dashed: the objectives.",
      unit: "percentunit",
      none: "No availability yet",
    },
    {
      queries: [
        { expr: availability, legend },
        { expr: `max by (agreement) (${objective})`, legend: "objective of {{agreement}}" },
      ],
      decimals: 3,
    },
  ),
  series(
    {
      ...half,
      id: 23,
      title: "Budget left",
      description: "Share of the month's error budget. It starts anew with the month.",
      unit: "percentunit",
      none: "No budget",
    },
    { queries: [{ expr: budgetLeft, legend }], max: 1 },
  ),
  series(
    {
      ...half,
      id: 24,
      title: "Bad time, and what is allowed",
      description: "Of the month so far. Dashed: what the objective allows for the whole month.",
      unit: "s",
      none: "No bad time yet",
    },
    {
      queries: [
        { expr: mine(figure("sla_bad_seconds", SELECTOR)), legend },
        {
          expr: mine(figure("sla_allowed_bad_seconds", SELECTOR)),
          legend: `objective allows ${legend}`,
        },
      ],
      min: 0,
    },
  ),
  series(
    {
      ...half,
      id: 25,
      title: "Burn rate by window",
      description:
        "The fastest of its agreements. A rule fires when two windows exceed its factor.",
      unit: "none",
      none: "No burn rate yet",
    },
    {
      queries: [
        { expr: `max by (window) (${burnOfAll()})`, legend: "{{window}}" },
        {
          expr: `max by (agreement) (${mine(firing("page", SELECTOR))})`,
          legend: "1: pages under {{agreement}}",
        },
      ],
      min: 0,
    },
  ),
];

function burnOfAll(): string {
  return `sla_burn_rate{${SELECTOR}} ${HERE}`;
}

/** One target: as vantages see it, and as its agreements count it. */
export const target = (): Dashboard =>
  buildDashboard({
    uid: "nines-target",
    title: "nines: one target",
    description: "One target: as each vantage sees it, and as its agreements count it.",
    variables: [
      ...subjectVariables(),
      single("target", {
        label: "Target",
        of: 'sla_target_info{product=~"$product", region=~"$region", account=~"$account"}',
      }),
    ],
    links: [{ title: "Target in nines", url: "${pages}/targets/${target:percentencode}" }],
    annotations: annotations({ target: "${target}" }),
    from: "now-24h",
    top,
    sections: [
      { id: 10, title: "What is seen", panels: seen },
      { id: 20, title: "What is counted", panels: counted },
    ],
  });
