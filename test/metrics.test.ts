import { expect, test } from "vitest";
import { createMetrics, METRICS } from "../src/metrics.ts";
import { parsePrometheus } from "./helpers/prometheus-text.ts";

/** What users' dashboards and rules hold on to: written out, so that a change here is meant. */
const PROMISED = {
  sla_availability_ratio: "gauge agreement,subject,product,region,account",
  sla_objective_ratio: "gauge agreement,subject,product,region,account",
  sla_coverage_ratio: "gauge agreement,subject,product,region,account",
  sla_error_budget_remaining_ratio: "gauge agreement,subject,product,region,account",
  sla_bad_seconds: "gauge agreement,subject,product,region,account",
  sla_allowed_bad_seconds: "gauge agreement,subject,product,region,account",
  sla_burn_rate: "gauge agreement,subject,product,region,account,window",
  sla_breached: "gauge agreement,subject,product,region,account",
  sla_target_up: "gauge target,product,region,vantage",
  sla_probe_results_total: "counter product,region,vantage,outcome",
  sla_probe_duration_seconds: "histogram product,region,vantage,phase",
  nines_round_lag_seconds: "histogram vantage",
  nines_queue_jobs: "gauge queue,state",
  nines_settle_delay_seconds: "gauge ",
  nines_rounds_total: "counter vantage,result",
};

test("the registry holds the promised metrics, with their types, labels and a help text", async () => {
  const registered = await createMetrics().registry.getMetricsAsJSON();
  const found = Object.fromEntries(
    registered.map(({ name, type }) => {
      const { labels } = METRICS[name as keyof typeof METRICS];
      return [name, `${String(type)} ${labels.join(",")}`];
    }),
  );
  expect(found).toEqual(PROMISED);
  expect(Object.keys(METRICS).toSorted()).toEqual(Object.keys(PROMISED).toSorted());
  for (const { help } of registered) expect(help).not.toBe("");
});

test("two registries do not share a sample", async () => {
  const [one, other] = [createMetrics(), createMetrics()];
  one.rounds.inc({ vantage: "a", result: "run" });
  const samples = parsePrometheus(await other.registry.metrics());
  expect(samples.filter(({ name }) => name === "nines_rounds_total")).toEqual([]);
});

test("a label may hold any text", async () => {
  const metrics = createMetrics();
  const subject = 'acme/oss/"标准"\\x\nline';
  metrics.breached.set({ agreement: "oss", subject, product: "oss", region: "r", account: "a" }, 1);
  const sample = parsePrometheus(await metrics.registry.metrics()).find(
    ({ name }) => name === "sla_breached",
  );
  expect(JSON.parse(`"${sample?.labels["subject"]}"`)).toBe(subject);
});

test("a label that is not promised is refused", () => {
  const metrics = createMetrics();
  expect(() => metrics.rounds.inc({ shard: "x" } as never)).toThrow(/label/iu);
});
