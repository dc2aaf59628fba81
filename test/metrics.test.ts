import { expect, test } from "vitest";
import { labelsText } from "../src/core/metrics-text.ts";
import { createMetrics, METRICS } from "../src/metrics.ts";
import { parsePrometheus } from "./helpers/prometheus-text.ts";

/** What users' dashboards and rules hold on to: written out, so that a change here is meant. */
const PROMISED = {
  sla_availability_ratio: "gauge agreement,subject,product,region,account",
  sla_objective_ratio: "gauge agreement,subject,product,region,account",
  sla_coverage_ratio: "gauge agreement,subject,product,region,account",
  sla_min_coverage_ratio: "gauge agreement,subject,product,region,account",
  sla_error_budget_remaining_ratio: "gauge agreement,subject,product,region,account",
  sla_bad_seconds: "gauge agreement,subject,product,region,account",
  sla_allowed_bad_seconds: "gauge agreement,subject,product,region,account",
  sla_burn_rate: "gauge agreement,subject,product,region,account,window",
  sla_burn_rate_firing: "gauge agreement,subject,product,region,account,severity,long,short",
  sla_breached: "gauge agreement,subject,product,region,account",
  sla_month_missed: "gauge agreement,subject,product,region,account,month",
  sla_malfunctions: "gauge level,state",
  sla_target_up: "gauge target,product,region,vantage",
  sla_target_invalid: "gauge target,product,region,vantage",
  sla_target_info: "gauge target,product,region,account,kind",
  sla_certificate_expiry_timestamp_seconds: "gauge target,product,region,vantage",
  sla_probe_results_total: "counter product,region,vantage,outcome",
  sla_probe_duration_seconds: "histogram product,region,vantage,phase",
  nines_info: "gauge version,url",
  nines_round_lag_seconds: "histogram vantage",
  nines_vantage_last_round_timestamp_seconds: "gauge vantage",
  nines_vantage_interval_seconds: "gauge vantage",
  nines_month_closed_timestamp_seconds: "gauge month",
  nines_queue_jobs: "gauge queue,state",
  nines_settle_delay_seconds: "gauge ",
  nines_rounds_total: "counter vantage,result",
  nines_deliveries_total: "counter channel,outcome",
  nines_channel_up: "gauge channel",
};

test("the promised metrics are told, with their types, labels and a help text", async () => {
  const text = String(await createMetrics().text("prometheus"));
  const types = new Map(
    [...text.matchAll(/^# TYPE (\S+) (\S+)$/gmu)].map(([, ...pair]) => pair as [string, string]),
  );
  const found = Object.fromEntries(
    Object.entries(METRICS).map(([name, { labels }]) => [
      name,
      `${types.get(name)} ${labels.join(",")}`,
    ]),
  );
  expect(found).toEqual(PROMISED);
  expect([...types.keys()].toSorted()).toEqual(Object.keys(PROMISED).toSorted());
  for (const name of types.keys()) expect(text).toMatch(new RegExp(`^# HELP ${name} \\S`, "mu"));
});

test("two registries do not share a sample", async () => {
  const [one, other] = [createMetrics(), createMetrics()];
  one.rounds.inc({ vantage: "a", result: "run" });
  const samples = parsePrometheus(String(await other.text("prometheus")));
  expect(samples.filter(({ name }) => name === "nines_rounds_total")).toEqual([]);
});

test("a label may hold any text", async () => {
  const metrics = createMetrics();
  const subject = 'acme/oss/"标准"\\x\nline';
  metrics.tell("sla_breached", [{ labels: labelsText({ agreement: "oss", subject }), value: 1 }]);
  const sample = parsePrometheus(String(await metrics.text("prometheus"))).find(
    ({ name }) => name === "sla_breached",
  );
  expect(JSON.parse(`"${sample?.labels["subject"]}"`)).toBe(subject);
});

test("a label that is not promised is refused", () => {
  const metrics = createMetrics();
  expect(() => metrics.rounds.inc({ shard: "x" } as never)).toThrow(/label/iu);
});
