import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { parse, stringify } from "yaml";
import { describe, expect, test } from "vitest";
import { METRICS } from "../../src/metrics.ts";
import { has } from "../helpers/programs.ts";

const run = promisify(execFile);

type Query = { readonly where: string; readonly expr: string };
type Panel = {
  readonly type: string;
  readonly title: string;
  readonly datasource?: { readonly uid: string };
  readonly fieldConfig?: { readonly defaults: { readonly unit?: string } };
  readonly targets?: readonly {
    readonly expr: string;
    readonly datasource: { readonly uid: string };
  }[];
  readonly panels?: readonly Panel[];
};
type Dashboard = {
  readonly uid: string;
  readonly title: string;
  readonly panels: readonly Panel[];
  readonly templating: {
    readonly list: readonly {
      readonly name: string;
      readonly type: string;
      readonly definition?: string;
    }[];
  };
};
type Rule = { readonly record?: string; readonly alert?: string; readonly expr: string };

const dashboards = readdirSync("dashboards")
  .filter((name) => name.endsWith(".json"))
  .map((name) => ({
    name,
    board: JSON.parse(readFileSync(join("dashboards", name), "utf8")) as Dashboard,
  }));
const { groups } = parse(readFileSync("dashboards/prometheus/rules.yml", "utf8")) as {
  groups: readonly { readonly rules: readonly Rule[] }[];
};
const rules = groups.flatMap((group) => group.rules);
const recorded = new Set(rules.flatMap(({ record }) => record ?? []));

function panelsOf(panels: readonly Panel[]): Panel[] {
  return panels.flatMap((panel) => [panel, ...panelsOf(panel.panels ?? [])]);
}

const boardQueries: readonly Query[] = dashboards.flatMap(({ name, board }) => [
  ...panelsOf(board.panels).flatMap(({ title, targets = [] }) =>
    targets.map(({ expr }) => ({ where: `${name}: ${title}`, expr })),
  ),
  ...board.templating.list.flatMap((variable) => {
    // label_values(metric, label)
    const [, metric, label] = /^label_values\((.+), (\w+)\)$/.exec(variable.definition ?? "") ?? [];
    if (metric === undefined) return [];
    return [{ where: `${name}: $${variable.name}`, expr: `max by (${label}) (${metric})` }];
  }),
]);
const ruleQueries: readonly Query[] = rules.map(({ record, alert, expr }) => ({
  where: `rules.yml: ${record ?? alert}`,
  expr,
}));

const catalogue = new Map<string, readonly string[]>(
  Object.entries(METRICS).map(([name, { labels }]) => [name, labels]),
);
/** What Prometheus itself adds. */
const added = new Set(["instance", "job", "le"]);

/** Names and labels that a query uses and the service does not have. */
function strangers(expr: string): string[] {
  const text = expr.replaceAll(/"[^"]*"/g, '""');
  return [...text.matchAll(/\b((?:[a-z_]+:)*(?:sla|nines)_\w+(?::\w+)*)(?:\{([^}]*)\})?/g)].flatMap(
    ([, name = "", selector = ""]) => {
      if (recorded.has(name)) return [];
      const labels = catalogue.get(name) ?? catalogue.get(name.replace(/_(bucket|sum|count)$/, ""));
      if (labels === undefined) return [name];
      const used = [...selector.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, label = ""]) => label);
      return used
        .filter((label) => !labels.includes(label) && !added.has(label))
        .map((label) => `${name}{${label}}`);
    },
  );
}

describe("dashboards", () => {
  test("there are some, each with a uid and a title of its own", () => {
    expect(dashboards.length).toBeGreaterThan(0);
    expect(boardQueries.length).toBeGreaterThan(dashboards.length);
    expect(new Set(dashboards.map(({ board }) => board.uid)).size).toBe(dashboards.length);
    expect(new Set(dashboards.map(({ board }) => board.title)).size).toBe(dashboards.length);
  });

  test.each(dashboards)(
    "each panel of $name has a title, a unit and the chosen source",
    ({ board }) => {
      const panels = panelsOf(board.panels).filter(({ type }) => type !== "row" && type !== "text");
      const wanting = panels.filter(
        ({ title, datasource, fieldConfig, targets = [] }) =>
          title === "" ||
          (fieldConfig?.defaults.unit ?? "") === "" ||
          targets.length === 0 ||
          [datasource, ...targets.map((target) => target.datasource)].some(
            (source) => source?.uid !== "${datasource}",
          ),
      );
      expect(panels).not.toEqual([]);
      expect(wanting).toEqual([]);
      expect(board.templating.list).toContainEqual(
        expect.objectContaining({ name: "datasource", type: "datasource" }),
      );
    },
  );
});

describe("queries of dashboards and rules", () => {
  test.each([...boardQueries, ...ruleQueries])("$where asks for metrics that exist", ({ expr }) => {
    expect(strangers(expr)).toEqual([]);
  });

  test("a misspelt metric or label is noticed", () => {
    expect(strangers("max(sla_availabilty_ratio)")).toEqual(["sla_availabilty_ratio"]);
    expect(strangers('sla_target_up{zone="a"} == 0')).toEqual(["sla_target_up{zone}"]);
    expect(strangers('rate(nines_round_lag_seconds_bucket{vantage="a", le="1"}[5m])')).toEqual([]);
  });

  test("each rule is either a recording or an alert with a severity and a summary", () => {
    const alerts = rules.filter((rule) => rule.alert !== undefined);
    expect(alerts.length).toBeGreaterThan(0);
    for (const alert of alerts) {
      expect(alert).toMatchObject({
        labels: { severity: expect.stringMatching(/^(page|ticket)$/) },
        annotations: { summary: expect.any(String) },
      });
    }
  });

  test.skipIf(!has("promtool"))("Prometheus can read every query of the dashboards", async () => {
    const directory = mkdtempSync(join(tmpdir(), "queries-"));
    const file = join(directory, "queries.yml");
    const written = boardQueries.map(({ expr }, at) => ({
      record: `query:number${at}`,
      expr: expr.replaceAll(/\$\w+/g, "x"),
    }));
    writeFileSync(file, stringify({ groups: [{ name: "queries", rules: written }] }));
    try {
      const { stdout } = await run("promtool", ["check", "rules", file]);
      expect(stdout).toContain(`SUCCESS: ${written.length} rules found`);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  test.skipIf(!has("promtool"))("the rules hold what their tests promise", async () => {
    const { stdout } = await run("promtool", [
      "test",
      "rules",
      "dashboards/prometheus/rules.test.yml",
    ]);
    expect(stdout).toContain("SUCCESS");
  });

  test("each alert has a test", () => {
    const tests = readFileSync("dashboards/prometheus/rules.test.yml", "utf8");
    const untested = rules.flatMap(({ alert }) =>
      alert === undefined || tests.includes(`alertname: ${alert}`) ? [] : [alert],
    );
    expect(untested).toEqual([]);
  });
});

describe("configuration", () => {
  test.skipIf(!has("promtool"))("Prometheus accepts its configuration", async () => {
    const file = "dashboards/prometheus/prometheus.yml";
    const { stdout } = await run("promtool", ["check", "config", "--syntax-only", file]);
    expect(stdout).toContain("SUCCESS");
  });

  test.skipIf(!has("amtool"))("Alertmanager accepts its configuration", async () => {
    const file = "dashboards/prometheus/alertmanager.yml";
    const { stdout } = await run("amtool", ["check-config", file]);
    expect(stdout).toContain("SUCCESS");
  });
});
