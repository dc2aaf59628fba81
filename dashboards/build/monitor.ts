import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { buildDashboard } from "./frame.ts";
import { NONE_STEPS, series, SMALL, stat, timeline, words, type Step } from "./panels.ts";
import { countOf, share } from "./queries.ts";
import { table } from "./tables.ts";
import { several } from "./variables.ts";

const VANTAGE = 'vantage=~"$vantage"';
const rounds = (result: string) => `nines_rounds_total{result=~"${result}", ${VANTAGE}}`;
const lag = (part: number) =>
  `histogram_quantile(${part}, sum by (vantage, le) (` +
  `rate(nines_round_lag_seconds_bucket{${VANTAGE}}[$__rate_interval])))`;
const age = `time() - max by (vantage) (nines_vantage_last_round_timestamp_seconds{${VANTAGE}})`;

const DELAY_STEPS: readonly Step[] = [
  [null, "green"],
  [180, "orange"],
  [300, "red"],
];
const LAG_STEPS: readonly Step[] = [
  [null, "green"],
  [1, "orange"],
  [5, "red"],
];
const SHARE_STEPS: readonly Step[] = [
  [null, "green"],
  [0.01, "orange"],
  [0.05, "red"],
];
const QUEUE_STEPS: readonly Step[] = [
  [null, "green"],
  [100, "orange"],
  [1000, "red"],
];

const half = { width: 12, height: 8 };
const third = { width: 8, height: 8 };

const top = [
  stat(
    {
      ...SMALL,
      id: 1,
      title: "Roles that do not answer",
      description: "Processes of the monitor that Prometheus could not read.",
      unit: "none",
      none: "Nothing is scraped",
    },
    { expr: countOf('up{job="nines"} == 0', 'up{job="nines"}'), steps: NONE_STEPS },
  ),
  stat(
    {
      ...SMALL,
      id: 2,
      title: "Age of the last settled minute",
      description: "How old figures and alerts are. Beyond five minutes somebody is paged.",
      unit: "s",
      none: "Nothing is settled yet",
    },
    // A role that settles nothing tells 0.
    { expr: "max(nines_settle_delay_seconds)", steps: DELAY_STEPS, decimals: 0 },
  ),
  stat(
    {
      ...SMALL,
      id: 3,
      title: "Rounds start late by",
      description: "99 of 100 rounds started no later after their planned instant.",
      unit: "s",
      none: "No round yet",
    },
    { expr: `max(${lag(0.99)})`, steps: LAG_STEPS },
  ),
  stat(
    {
      ...SMALL,
      id: 4,
      title: "Rounds missed",
      description: "Share of rounds that started too late to be run.",
      unit: "percentunit",
      none: "No round yet",
    },
    {
      expr: share(rounds("missed"), { whole: rounds("run|missed") }),
      steps: SHARE_STEPS,
      decimals: 2,
    },
  ),
  stat(
    {
      ...SMALL,
      id: 5,
      title: "Jobs that wait",
      description: "In the fullest queue.",
      unit: "none",
      none: "No queue yet",
    },
    { expr: 'max(nines_queue_jobs{state="waiting"})', steps: QUEUE_STEPS },
  ),
  stat(
    {
      ...SMALL,
      id: 6,
      title: "Lowest coverage",
      description: "Share of the month's slots that have data, of the subject that has least.",
      unit: "percentunit",
      none: "No coverage yet",
    },
    { expr: "min(sla_coverage_ratio)", decimals: 2 },
  ),
];

const vantages = [
  series(
    {
      ...half,
      id: 11,
      title: "Age of the last round by vantage",
      description: "A vantage that is older than a few of its intervals is blind.",
      unit: "s",
      none: "No round yet",
    },
    { queries: [{ expr: age, legend: "{{vantage}}" }], min: 0 },
  ),
  series(
    {
      ...half,
      id: 12,
      title: "Start of rounds after the planned instant",
      description: "99 of 100 rounds started no later.",
      unit: "s",
      none: "No round yet",
    },
    { queries: [{ expr: lag(0.99), legend: "{{vantage}}" }], min: 0 },
  ),
  series(
    {
      ...half,
      id: 13,
      title: "Rounds by what became of them",
      description:
        "Run by a worker or missed; stored by the recorder, a double or refused; spooled while the queue is away.",
      unit: "ops",
      none: "No round yet",
    },
    {
      queries: [
        {
          expr: `sum by (result) (rate(nines_rounds_total{${VANTAGE}}[$__rate_interval]))`,
          legend: "{{result}}",
        },
      ],
      min: 0,
    },
  ),
  series(
    {
      ...half,
      id: 14,
      title: "Share of results that are unknown, by vantage",
      description: "The fault is ours: network, resolver, clock or processor of the worker.",
      unit: "percentunit",
      none: "No result yet",
    },
    {
      queries: [
        {
          expr: share(`sla_probe_results_total{outcome="unknown", ${VANTAGE}}`, {
            whole: `sla_probe_results_total{${VANTAGE}}`,
            by: "vantage",
          }),
          legend: "{{vantage}}",
        },
      ],
      min: 0,
    },
  ),
];

const inside = [
  series(
    {
      ...third,
      id: 21,
      title: "Age of the last settled minute",
      description: "Around a minute and a half is usual; it grows while the database is away.",
      unit: "s",
      none: "Nothing is settled yet",
    },
    { queries: [{ expr: "max(nines_settle_delay_seconds)", legend: "age" }], min: 0 },
  ),
  series(
    {
      ...third,
      id: 22,
      title: "Jobs that wait or run, by queue",
      description: "A queue that grows has nobody who takes its jobs, or too few.",
      unit: "none",
      none: "No queue yet",
    },
    {
      queries: [
        {
          expr: 'max by (queue, state) (nines_queue_jobs{state=~"waiting|active"})',
          legend: "{{queue}}: {{state}}",
        },
      ],
      min: 0,
    },
  ),
  series(
    {
      ...third,
      id: 23,
      title: "Jobs that failed for good, by queue",
      description: "They are kept in the queue to be looked at.",
      unit: "none",
      none: "No queue yet",
    },
    {
      queries: [{ expr: 'max by (queue) (nines_queue_jobs{state="failed"})', legend: "{{queue}}" }],
      min: 0,
    },
  ),
];

const processes = [
  timeline(
    {
      ...half,
      id: 31,
      title: "Processes that answer",
      description: "As Prometheus could read their metrics.",
      unit: "none",
      none: "Nothing is scraped",
    },
    {
      queries: [{ expr: 'up{job="nines"}', legend: "{{instance}}" }],
      states: words({
        1: { text: "Answers", color: "green" },
        0: { text: "Does not", color: "red" },
      }),
    },
  ),
  series(
    {
      ...half,
      id: 32,
      title: "Time to read the metrics",
      description: "What a scrape takes; the figures are counted when something has changed.",
      unit: "s",
      none: "Nothing is scraped",
    },
    {
      queries: [{ expr: 'scrape_duration_seconds{job="nines"}', legend: "{{instance}}" }],
      min: 0,
    },
  ),
  table(
    {
      ...half,
      id: 33,
      title: "Versions",
      description: "The same everywhere, but for the time of an update.",
      unit: "none",
      none: "Nothing is scraped",
    },
    {
      labels: [
        { label: "instance", name: "Process" },
        { label: "version", name: "Version" },
      ],
      columns: [{ name: "Up", expr: "max by (instance, version) (nines_info)", unit: "none" }],
      sortBy: "Process",
    },
  ),
  series(
    {
      ...half,
      id: 34,
      title: "Malfunctions that are not closed",
      description: "By level and state: open, overdue, acknowledged or restored.",
      unit: "none",
      none: "No malfunction",
    },
    {
      queries: [
        { expr: "max by (level, state) (sla_malfunctions)", legend: "{{level}}: {{state}}" },
      ],
      stacked: true,
      decimals: 0,
      min: 0,
    },
  ),
];

const telling = [
  timeline(
    {
      ...half,
      id: 41,
      title: "Channels",
      description: "Dead: its messages do not arrive; another channel is told of it.",
      unit: "none",
      none: "No channel has sent yet",
    },
    {
      queries: [{ expr: "min by (channel) (nines_channel_up)", legend: "{{channel}}" }],
      states: words({ 1: { text: "Alive", color: "green" }, 0: { text: "Dead", color: "red" } }),
    },
  ),
  series(
    {
      ...half,
      id: 42,
      title: "Attempts to deliver a message, by channel",
      description: "Sent, or failed: for a while, to be tried again, or for good.",
      unit: "none",
      none: "No message yet",
    },
    {
      queries: [
        {
          expr: "sum by (channel, outcome) (increase(nines_deliveries_total[$__rate_interval]))",
          legend: "{{channel}}: {{outcome}}",
        },
      ],
      stacked: true,
      min: 0,
    },
  ),
];

/** Whether what the others show can be believed. */
export const monitor = (): Dashboard =>
  buildDashboard({
    uid: "nines-monitor",
    title: "nines: the monitor's own health",
    description:
      "Whether the monitor sees, settles and answers: whether the figures can be believed.",
    variables: [several("vantage", { label: "Vantage", of: "nines_round_lag_seconds_count" })],
    links: [{ title: "Overview in nines", url: "${pages}/" }],
    annotations: [],
    from: "now-6h",
    top,
    sections: [
      { id: 10, title: "Vantages", panels: vantages },
      { id: 20, title: "Settling and queues", panels: inside },
      { id: 30, title: "Processes and malfunctions", panels: processes },
      { id: 40, title: "Messages", panels: telling },
    ],
  });
