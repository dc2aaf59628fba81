import type { Builder } from "@grafana/grafana-foundation-sdk/cog";
import type { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import { BUDGET_STEPS, NONE_STEPS, series, SMALL, stat } from "./panels.ts";
import { budget, burn, countOf, figure, targetsUp } from "./queries.ts";
import { SUBJECT_LABELS, subjectColumns } from "./shared.ts";
import { table } from "./tables.ts";

// Panels that stand on more than one dashboard; on each a panel has an id of its own.

const half = { width: 12, height: 8 };
const DOWN = "Targets whose last result failed from every vantage.";

export const objectivesLost = (
  id: number,
  description = "Subjects that can no longer meet this month's objective, whatever comes.",
): Builder<Panel> =>
  stat(
    {
      ...SMALL,
      id,
      title: "Objectives lost",
      description,
      unit: "none",
      none: "No subject yet",
    },
    { expr: `sum(${figure("sla_breached")})`, steps: NONE_STEPS },
  );

export const smallestBudget = (id: number): Builder<Panel> =>
  stat(
    {
      ...SMALL,
      id,
      title: "Smallest budget left",
      description: "Share of the month's error budget; negative when overspent.",
      unit: "percentunit",
      none: "No budget yet",
    },
    { expr: `min(${budget()})`, steps: BUDGET_STEPS, decimals: 1 },
  );

export const targetsDown = (id: number, description = DOWN): Builder<Panel> =>
  stat(
    {
      ...SMALL,
      id,
      title: "Targets down",
      description,
      unit: "none",
      none: "No target seen yet",
    },
    { expr: countOf(`${targetsUp()} == 0`, targetsUp()), steps: NONE_STEPS },
  );

export const targetsDownByPlace = (id: number, description = DOWN): Builder<Panel> =>
  series(
    {
      ...half,
      id,
      title: "Targets down by product and region",
      description,
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
  );

export const burnByProduct = (id: number): Builder<Panel> =>
  series(
    {
      ...half,
      id,
      title: "Fastest burn over one hour by product",
      description: "1 spends exactly the budget by the end of the month; about 14 pages somebody.",
      unit: "none",
      none: "No burn rate yet",
    },
    { queries: [{ expr: `max by (product) (${burn("1h")})`, legend: "{{product}}" }], min: 0 },
  );

/** So many of the worst subjects. */
export const leastBudgets = (id: number, count: number): Builder<Panel> =>
  table(
    {
      width: 24,
      height: 9,
      id,
      title: `The ${count} subjects with the least budget left`,
      description: "Of an objective of 100 % there is no budget: such a subject is not listed.",
      unit: "none",
      none: "No budget yet",
    },
    {
      labels: SUBJECT_LABELS,
      columns: subjectColumns(
        (figures) =>
          `${figures} and on (agreement, subject, account) bottomk(${count}, ${budget()})`,
      ),
      sortBy: "Budget left",
    },
  );
