import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { annotations } from "./annotations.ts";
import { buildDashboard } from "./frame.ts";
import { heatmap, NONE_STEPS, series, SMALL, stat, type Step } from "./panels.ts";
import { quantile, share } from "./queries.ts";
import { TO_PRODUCT, TO_TARGET } from "./shared.ts";
import { matrix, table } from "./tables.ts";
import { several } from "./variables.ts";

const SEEN = 'product=~"$product", region=~"$region", vantage=~"$vantage"';
const TOTAL = `phase="total", ${SEEN}`;
const RESULTS = `sla_probe_results_total{${SEEN}}`;
const outcome = (name: string) => `sla_probe_results_total{outcome="${name}", ${SEEN}}`;

const DAY_SECONDS = 86_400;
const EXPIRY_STEPS: readonly Step[] = [
  [null, "red"],
  [7 * DAY_SECONDS, "orange"],
  [21 * DAY_SECONDS, "green"],
];
const SHARE_STEPS: readonly Step[] = [
  [null, "green"],
  [0.01, "orange"],
  [0.05, "red"],
];

const half = { width: 12, height: 9 };
const none = "No probe yet";

const shareOf = (
  face: { readonly id: number; readonly title: string; readonly description: string },
  name: string,
) =>
  stat(
    { ...SMALL, ...face, unit: "percentunit", none },
    {
      expr: share(outcome(name), { whole: RESULTS }),
      steps: SHARE_STEPS,
      decimals: 2,
    },
  );

const top = [
  stat(
    {
      ...SMALL,
      id: 1,
      title: "Probes",
      description: "Results of all vantages.",
      unit: "reqps",
      none,
    },
    { expr: `sum(rate(${RESULTS}[$__rate_interval]))` },
  ),
  stat(
    {
      ...SMALL,
      id: 2,
      title: "Time of a probe",
      description: "95 of 100 probes took no longer.",
      unit: "s",
      none,
    },
    { expr: quantile(0.95, { selector: TOTAL }) },
  ),
  shareOf(
    { id: 3, title: "Failed", description: "Share of results; they may become bad slots." },
    "failed",
  ),
  shareOf(
    {
      id: 4,
      title: "Invalid",
      description: "Share of results: answered, but not a valid request. They are no data.",
    },
    "invalid",
  ),
  shareOf(
    {
      id: 5,
      title: "Unknown",
      description: "Share of results: the fault was ours. They are no data.",
    },
    "unknown",
  ),
  stat(
    {
      ...SMALL,
      id: 6,
      title: "Certificates that end within three weeks",
      description: "Targets that showed such a certificate last.",
      unit: "none",
      none: "No certificate seen",
    },
    {
      expr:
        `count(min by (target) (${expiryOf()}) - time() < ${21 * DAY_SECONDS})` +
        ` or 0 * count(${expiryOf()})`,
      steps: NONE_STEPS,
    },
  ),
];

function expiryOf(): string {
  return `sla_certificate_expiry_timestamp_seconds{${SEEN}}`;
}

const phases = [
  series(
    {
      ...half,
      id: 11,
      title: "Mean time of a probe, by phase",
      description:
        "Resolving the name, connecting, TLS, until the first byte, until the last: together the mean probe.",
      unit: "s",
      none,
    },
    {
      queries: [
        {
          expr:
            `sum by (phase) (rate(sla_probe_duration_seconds_sum{phase!="total", ${SEEN}}[$__rate_interval]))` +
            ` / on () group_left sum(rate(sla_probe_duration_seconds_count{${TOTAL}}[$__rate_interval]))`,
          legend: "{{phase}}",
        },
      ],
      stacked: true,
      min: 0,
    },
  ),
  series(
    {
      ...half,
      id: 12,
      title: "Slow probes, by phase",
      description: "95 of 100 probes that had the phase took no longer for it.",
      unit: "s",
      none,
    },
    {
      queries: [{ expr: quantile(0.95, { selector: SEEN, by: "phase" }), legend: "{{phase}}" }],
      min: 0,
    },
  ),
  matrix(
    {
      ...half,
      id: 13,
      title: "Slow probes, by product and phase",
      description:
        "95 of 100 probes that had the phase took no longer for it, at the end of the time chosen.",
      unit: "s",
      none,
    },
    {
      expr: quantile(0.95, { selector: SEEN, by: "product, phase" }),
      rows: { label: "product", name: "Product" },
      across: "phase",
      links: [
        {
          title: "Dashboard of this product",
          url: `${TO_PRODUCT}\${__data.fields.Product:percentencode}`,
        },
      ],
    },
  ),
  heatmap(
    {
      ...half,
      id: 14,
      title: "How long probes take",
      description: "The brighter, the more probes took that long.",
      unit: "s",
      none,
    },
    `sum by (le) (increase(sla_probe_duration_seconds_bucket{${TOTAL}}[$__rate_interval]))`,
  ),
];

const times = [
  series(
    {
      ...half,
      id: 21,
      title: "Time of a probe: the middle one, and the slow ones",
      description: "Half, 95 of 100 and 99 of 100 probes took no longer.",
      unit: "s",
      none,
    },
    {
      queries: [0.5, 0.95, 0.99].map((part) => ({
        expr: quantile(part, { selector: TOTAL }),
        legend: `${part * 100} %`,
      })),
      min: 0,
    },
  ),
  ...["product", "region", "vantage"].map((by, index) =>
    series(
      {
        ...half,
        id: 22 + index,
        title: `Time of a probe by ${by}`,
        description: "95 of 100 probes took no longer.",
        unit: "s",
        none,
      },
      {
        queries: [{ expr: quantile(0.95, { selector: TOTAL, by }), legend: `{{${by}}}` }],
        min: 0,
      },
    ),
  ),
];

const outcomes = [
  series(
    {
      ...half,
      id: 31,
      title: "Results by outcome",
      description: "Invalid and unknown results are no data: neither up nor down.",
      unit: "reqps",
      none,
    },
    {
      queries: [
        {
          expr: `sum by (outcome) (rate(${RESULTS}[$__rate_interval]))`,
          legend: "{{outcome}}",
        },
      ],
      stacked: true,
      min: 0,
    },
  ),
  series(
    {
      ...half,
      id: 32,
      title: "Share of probes that failed, by product and region",
      description: "Single results: what an outage is, agreements decide.",
      unit: "percentunit",
      none,
    },
    {
      queries: [
        {
          expr: share(outcome("failed"), { whole: RESULTS, by: "product, region" }),
          legend: "{{product}}, {{region}}",
        },
      ],
      min: 0,
    },
  ),
  table(
    {
      ...half,
      width: 24,
      id: 33,
      title: "The 20 certificates that end first",
      description: "As the targets showed them last.",
      unit: "none",
      none: "No certificate seen",
    },
    {
      labels: [
        {
          label: "target",
          name: "Target",
          links: [
            {
              title: "Dashboard of this target",
              url: `${TO_TARGET}\${__data.fields.Target:percentencode}`,
            },
            {
              title: "Page of this target in nines",
              url: "${pages}/targets/${__data.fields.Target:percentencode}",
            },
          ],
        },
        { label: "product", name: "Product" },
        { label: "region", name: "Region" },
      ],
      columns: [
        {
          name: "Ends in",
          expr: `bottomk(20, min by (target, product, region) (${expiryOf()}) - time())`,
          unit: "s",
          steps: EXPIRY_STEPS,
        },
        {
          name: "Ends at",
          expr: `bottomk(20, min by (target, product, region) (${expiryOf()}) * 1000)`,
          unit: "dateTimeAsIso",
        },
      ],
      sortBy: "Ends in",
    },
  ),
];

/** What probes take, phase by phase, and how they end. */
export const probeBoard = (): Dashboard =>
  buildDashboard({
    uid: "nines-probes",
    title: "nines: probes by phase",
    description: "How long probes take, phase by phase, and how they end.",
    variables: [
      several("product", { label: "Product", of: "sla_probe_results_total" }),
      several("region", { label: "Region", of: 'sla_probe_results_total{product=~"$product"}' }),
      several("vantage", {
        label: "Vantage",
        of: 'sla_probe_results_total{product=~"$product", region=~"$region"}',
      }),
    ],
    links: [{ title: "Overview in nines", url: "${pages}/" }],
    annotations: annotations({ product: "${product:csv}", region: "${region:csv}" }),
    from: "now-6h",
    top,
    sections: [
      { id: 10, title: "Phases", panels: phases },
      { id: 20, title: "Whole probes", panels: times },
      { id: 30, title: "Outcomes and certificates", panels: outcomes },
    ],
  });
