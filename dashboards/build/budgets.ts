import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { annotations, BY_CHOICE } from "./annotations.ts";
import { buildDashboard } from "./frame.ts";
import { BUDGET_STEPS, NONE_STEPS, series, SMALL, stat, type Step } from "./panels.ts";
import { objectivesLost } from "./shared-panels.ts";
import { budget, burn, countOf, figure, firing } from "./queries.ts";
import { SUBJECT_LABELS } from "./shared.ts";
import { table, type Column } from "./tables.ts";
import { subjectVariables } from "./variables.ts";

const half = { width: 12, height: 9 };
const whole = { width: 24, height: 11 };
const legend = "{{subject}} ({{agreement}})";

/** The factors of the burn rate rules, for a month of 30 days. */
const FAST_STEPS: readonly Step[] = [
  [null, "green"],
  [1, "orange"],
  [14.4, "red"],
];
const HOURS_STEPS: readonly Step[] = [
  [null, "green"],
  [1, "orange"],
  [6, "red"],
];
const DAYS_STEPS: readonly Step[] = [
  [null, "green"],
  [1, "red"],
];

const count = { ...SMALL, unit: "none", none: "No subject yet" };
const top = [
  objectivesLost(1),
  stat(
    {
      ...count,
      id: 2,
      title: "Overspent",
      description: "Subjects that have spent more than the whole month's budget.",
    },
    { expr: countOf(`${budget()} < 0`), steps: NONE_STEPS },
  ),
  stat(
    {
      ...count,
      id: 3,
      title: "Nine tenths spent",
      description: "Subjects that have spent nine tenths of the month's budget, or more.",
    },
    { expr: countOf(`${budget()} <= 0.1`), steps: NONE_STEPS },
  ),
  stat(
    {
      ...count,
      id: 4,
      title: "Half spent",
      description: "Subjects that have spent half of the month's budget, or more.",
    },
    { expr: countOf(`${budget()} <= 0.5`), steps: NONE_STEPS },
  ),
  stat(
    {
      ...count,
      id: 5,
      title: "Burning fast",
      description: "Subjects for which a rule fires that pages: 1 h and 5 min, or 6 h and 30 min.",
    },
    { expr: countOf(`${firing("page")} == 1`), steps: NONE_STEPS },
  ),
  stat(
    {
      ...count,
      id: 6,
      title: "Burning slowly",
      description: "Subjects for which the rule fires that opens a ticket: 3 d and 6 h.",
    },
    { expr: countOf(`${firing("ticket")} == 1`), steps: NONE_STEPS },
  ),
];

const bad = figure("sla_bad_seconds");
const allowed = figure("sla_allowed_bad_seconds");
const least = (figures: string) =>
  `${figures} and on (agreement, subject, account) bottomk(50, ${budget()})`;

const columns: readonly Column[] = [
  {
    name: "Budget left",
    expr: least(budget()),
    unit: "percentunit",
    decimals: 1,
    steps: BUDGET_STEPS,
  },
  { name: "Time left", expr: least(`(${allowed} - ${bad})`), unit: "s" },
  { name: "Bad time", expr: least(bad), unit: "s" },
  { name: "Allowed", expr: least(allowed), unit: "s" },
  { name: "Burn 1 h", expr: least(burn("1h")), unit: "none", decimals: 1, steps: FAST_STEPS },
  { name: "Burn 6 h", expr: least(burn("6h")), unit: "none", decimals: 1, steps: HOURS_STEPS },
  { name: "Burn 3 d", expr: least(burn("3d")), unit: "none", decimals: 1, steps: DAYS_STEPS },
];

const budgets = [
  table(
    {
      ...whole,
      id: 11,
      title: "The 50 smallest budgets",
      description:
        "Time left is what may still be bad this month. Of an objective of 100 % there is no budget.",
      unit: "none",
      none: "No budget yet",
    },
    { labels: SUBJECT_LABELS, columns, sortBy: "Budget left" },
  ),
  series(
    {
      ...half,
      id: 12,
      title: "The ten smallest budgets",
      description: "Share of the month's error budget. It starts anew with the month.",
      unit: "percentunit",
      none: "No budget yet",
    },
    { queries: [{ expr: `bottomk(10, ${budget()})`, legend }], max: 1 },
  ),
  series(
    {
      ...half,
      id: 13,
      title: "The ten smallest budgets in seven days, if it goes on like this",
      description:
        "What is left less what the burn rate of the last three days spends in seven, in a month of 30 days. Below 0 the budget ends within the week.",
      unit: "percentunit",
      none: "No budget yet",
    },
    {
      queries: [{ expr: `bottomk(10, ${budget()} - ${burn("3d")} * 7 / 30)`, legend }],
      max: 1,
    },
  ),
];

const rates = [
  series(
    {
      ...half,
      id: 21,
      title: "The ten that burn fastest over one hour",
      description: "1 spends exactly the budget by the end of the month; about 14 pages somebody.",
      unit: "none",
      none: "No burn rate yet",
    },
    { queries: [{ expr: `topk(10, ${burn("1h")})`, legend }], min: 0 },
  ),
  series(
    {
      ...half,
      id: 22,
      title: "The ten that burn fastest over six hours",
      description: "About 6 pages somebody.",
      unit: "none",
      none: "No burn rate yet",
    },
    { queries: [{ expr: `topk(10, ${burn("6h")})`, legend }], min: 0 },
  ),
  series(
    {
      ...half,
      id: 23,
      title: "The ten that burn fastest over three days",
      description: "About 1 opens a ticket: nothing would be left at the end of the month.",
      unit: "none",
      none: "No burn rate yet",
    },
    { queries: [{ expr: `topk(10, ${burn("3d")})`, legend }], min: 0 },
  ),
  series(
    {
      ...half,
      id: 24,
      title: "Subjects for which a burn rate rule fires",
      description:
        "A rule fires when a long and a short window exceed its factor, scaled to the month's own hours.",
      unit: "none",
      none: "No subject yet",
    },
    {
      queries: [
        { expr: `sum(${firing("page")})`, legend: "pages" },
        { expr: `sum(${firing("ticket")})`, legend: "tickets" },
      ],
      stacked: true,
      decimals: 0,
      min: 0,
    },
  ),
];

/** Error budgets, and how fast they go. */
export const budgetBoard = (): Dashboard =>
  buildDashboard({
    uid: "nines-budgets",
    title: "nines: error budgets and burn",
    description: "What is left of the month's error budgets, how fast they go, and when they end.",
    variables: subjectVariables(),
    links: [{ title: "Overview in nines", url: "${pages}/" }],
    annotations: annotations(BY_CHOICE),
    from: "now-7d",
    top,
    sections: [
      { id: 10, title: "Budgets", panels: budgets },
      { id: 20, title: "Burn rates", panels: rates },
    ],
  });
