import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { parse } from "yaml";
import { describe, expect, test } from "vitest";
import { has } from "../helpers/programs.ts";

const run = promisify(execFile);

type Alert = {
  readonly alert: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
};
type Case = {
  readonly eval_time: string;
  readonly alertname: string;
  readonly exp_alerts: readonly unknown[];
};

const rulesFile = "dashboards/prometheus/rules.yml";
const testsFile = "dashboards/prometheus/rules.test.yml";
const { groups } = parse(readFileSync(rulesFile, "utf8")) as {
  groups: readonly { readonly name: string; readonly rules: readonly Partial<Alert>[] }[];
};
const alerts = groups.flatMap(({ rules }) =>
  rules.filter((rule): rule is Alert => rule.alert !== undefined),
);
const { tests, group_eval_order } = parse(readFileSync(testsFile, "utf8")) as {
  group_eval_order: readonly string[];
  tests: readonly { readonly alert_rule_test?: readonly Case[] }[];
};

const MINUTES = { m: 1, h: 60, d: 1440 };
function minutesOf(time: string): number {
  const parts = [...time.matchAll(/(\d+)([mhd])/gu)];
  expect(parts.map(([part]) => part).join(""), time).toBe(time);
  return parts.reduce(
    (sum, [, count, unit]) => sum + Number(count) * MINUTES[unit as keyof typeof MINUTES],
    0,
  );
}

/** The cases of one alert, test by test, in the order of time. */
function casesOf(name: string, from = tests): Case[][] {
  return from
    .map(({ alert_rule_test: cases = [] }) =>
      cases
        .filter(({ alertname }) => alertname === name)
        .toSorted((a, b) => minutesOf(a.eval_time) - minutesOf(b.eval_time)),
    )
    .filter((cases) => cases.length > 0);
}

const isFiring = ({ exp_alerts }: Case) => exp_alerts.length > 0;
const fires = (cases: readonly Case[]) => cases.some(isFiring);
const resolves = (cases: readonly Case[]) =>
  cases.some((one, at) => isFiring(one) && cases.slice(at + 1).some((later) => !isFiring(later)));

describe("the alerts", () => {
  test("are some, each with a name of its own", () => {
    expect(alerts.length).toBeGreaterThan(20);
    expect(new Set(alerts.map(({ alert }) => alert)).size).toBe(alerts.length);
  });

  test.each(alerts)(
    "$alert has a case that fires and resolves, and one that does not fire",
    (alert) => {
      const cases = casesOf(alert.alert);
      expect(cases.filter(fires), "fires").not.toEqual([]);
      expect(cases.filter(resolves), "resolves").not.toEqual([]);
      expect(
        cases.filter((one) => !fires(one)),
        "does not fire",
      ).not.toEqual([]);
    },
  );

  test("a case that is missing is noticed", () => {
    const at = (eval_time: string, count: number) => ({
      eval_time,
      alertname: "A",
      exp_alerts: Array.from({ length: count }, () => ({})),
    });
    const rising = casesOf("A", [{ alert_rule_test: [at("1h", 1), at("5m", 0)] }]);
    expect([rising.some(fires), rising.some(resolves)]).toEqual([true, false]);
    const whole = casesOf("A", [{ alert_rule_test: [at("1h5m", 0), at("1h", 1)] }]);
    expect([whole.some(fires), whole.some(resolves)]).toEqual([true, true]);
    expect(casesOf("B", [{ alert_rule_test: [at("5m", 1)] }])).toEqual([]);
  });

  test.each(alerts)("$alert says how urgent it is, what to do and where to look", (alert) => {
    expect(alert.labels["severity"]).toMatch(/^(page|ticket)$/u);
    const { summary, description, page, runbook } = alert.annotations;
    for (const text of [summary, description, page]) expect(text).toMatch(/\S/u);
    expect(page).toContain("nines_info");
    expect(runbook).toBe(`docs/operating.md#${alert.alert.toLowerCase()}`);
  });

  test("have a section each in the handbook, which says what it means and what to do, and no more", () => {
    const handbook = readFileSync("docs/operating.md", "utf8");
    const [, chapter = ""] = /^## What to watch\n([\s\S]*?)^## /mu.exec(handbook) ?? [];
    const sections = chapter.split(/^### /mu).slice(1);
    const titles = sections.map((section) => section.split("\n")[0]);
    expect(titles).toEqual(alerts.map(({ alert }) => alert));
    for (const [at, section] of sections.entries()) {
      const severity = alerts[at]?.labels["severity"] === "page" ? "Page" : "Ticket";
      expect(section).toMatch(new RegExp(`^.+\n\n${severity}[.,] [\\s\\S]+^Do: \\S`, "mu"));
    }
  });

  test("are evaluated group by group in their tests, as they stand in the file", () => {
    expect(group_eval_order).toEqual(groups.map(({ name }) => name));
  });
});

describe("promtool", () => {
  test.skipIf(!has("promtool"))("accepts the rules and what they promise", async () => {
    const checked = await run("promtool", ["check", "rules", rulesFile]);
    expect(checked.stdout).toContain("SUCCESS");
    expect(`${checked.stdout}${checked.stderr}`).not.toMatch(/duplicate|warning/iu);
    const tested = await run("promtool", ["test", "rules", testsFile]);
    expect(tested.stdout).toContain("SUCCESS");
  });
});

describe("Alertmanager's example", () => {
  type Inhibition = {
    readonly source_matchers: readonly string[];
    readonly target_matchers: readonly string[];
    readonly equal?: readonly string[];
  };
  const { inhibit_rules } = parse(
    readFileSync("dashboards/prometheus/alertmanager.yml", "utf8"),
  ) as { inhibit_rules: readonly Inhibition[] };
  const names = alerts.map(({ alert }) => alert);
  const matched = (matchers: readonly string[]) => {
    const [, pattern = ""] = /^alertname=~?"(.+)"$/u.exec(matchers[0] ?? "") ?? [];
    return names.filter((name) => new RegExp(`^(?:${pattern})$`, "u").test(name));
  };

  test("silences only alerts that there are, by alerts that there are, never themselves", () => {
    expect(inhibit_rules.length).toBeGreaterThan(0);
    for (const { source_matchers, target_matchers } of inhibit_rules) {
      const [sources, targets] = [matched(source_matchers), matched(target_matchers)];
      expect(sources.length, String(source_matchers)).toBe(1);
      expect(targets.length, String(target_matchers)).toBeGreaterThan(0);
      expect(targets).not.toContain(sources[0]);
    }
  });

  test("never silences a target that is down, a breach or a malfunction", () => {
    const silenced = inhibit_rules.flatMap(({ target_matchers }) => matched(target_matchers));
    for (const name of [
      "TargetDown",
      "SlaBreached",
      "SlaMonthMissed",
      "SlaMalfunctionUnanswered",
    ]) {
      expect(names).toContain(name);
      expect(silenced).not.toContain(name);
    }
  });
});
