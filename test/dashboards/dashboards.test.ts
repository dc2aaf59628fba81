import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { dashboardFiles } from "../../dashboards/build/dashboards.ts";
import {
  fillIn,
  panelsOf,
  readCatalogue,
  readRules,
  variableQuery,
  type Board,
  type Panel,
} from "../helpers/boards.ts";
import { has } from "../helpers/programs.ts";
import { checkPromQl } from "../helpers/promql.ts";

const run = promisify(execFile);

const committed = readdirSync("dashboards").filter((name) => name.endsWith(".json"));
const boards = committed.map((name) => ({
  name,
  board: JSON.parse(readFileSync(`dashboards/${name}`, "utf8")) as Board,
}));
const byUid = new Map(boards.map(({ board }) => [board.uid, board]));
const panels = boards.flatMap(({ name, board }) =>
  panelsOf(board).map((panel) => ({ where: `${name}: ${panel.title}`, panel, board })),
);
const catalogue = readCatalogue();
const PLAIN = { __rate_interval: "5m" };
const check = (expr: string) => checkPromQl(fillIn(expr, PLAIN), catalogue);

/** People have saved addresses of single panels: an id may go, and is never given to another one. */
const IDS: Readonly<Record<string, readonly number[]>> = {
  "nines-overview": [1, 2, 3, 4, 5, 6, 10, 11, 12, 20, 21, 22, 30, 31, 32, 33, 34],
  "nines-product": [1, 2, 3, 4, 5, 6, 10, 11, 20, 21, 30, 31, 32, 33, 34, 40, 41, 42],
  "nines-target": [1, 2, 3, 4, 5, 6, 10, 11, 12, 20, 21, 22, 23, 24, 25],
  "nines-account": [1, 2, 3, 4, 5, 6, 10, 11, 12, 20, 21, 30, 31, 32, 33, 34],
  "nines-budgets": [1, 2, 3, 4, 5, 6, 10, 11, 12, 13, 20, 21, 22, 23, 24],
  "nines-probes": [1, 2, 3, 4, 5, 6, 10, 11, 12, 13, 14, 20, 21, 22, 23, 24, 30, 31, 32, 33],
  "nines-monitor": [
    1, 2, 3, 4, 5, 6, 10, 11, 12, 13, 14, 20, 21, 22, 23, 30, 31, 32, 33, 34, 40, 41, 42,
  ],
};

describe("the dashboards", () => {
  test("are committed as their sources make them", () => {
    const files = dashboardFiles();
    expect(committed.toSorted(), "npm run dashboards").toEqual([...files.keys()].toSorted());
    for (const name of committed) {
      const isSame = readFileSync(`dashboards/${name}`, "utf8") === files.get(name);
      expect(isSame, `dashboards/${name} is not what its source makes: npm run dashboards`).toBe(
        true,
      );
    }
  });

  test("keep their uids and the ids of their panels, each once", () => {
    expect([...byUid.keys()].toSorted()).toEqual(Object.keys(IDS).toSorted());
    expect(byUid.size).toBe(boards.length);
    for (const [uid, board] of byUid) {
      const ids = board.panels.map(({ id }) => id);
      expect(
        ids.toSorted((a, b) => a - b),
        uid,
      ).toEqual(IDS[uid]);
    }
  });

  test("have titles of their own and say what they are for", () => {
    expect(new Set(boards.map(({ board }) => board.title)).size).toBe(boards.length);
    for (const { board } of boards) {
      expect(board.description).toMatch(/\.$/u);
      expect(board.tags).toContain("nines");
    }
  });

  test.each(boards)("$name has no panel over another, and full lines", ({ board }) => {
    const taken = new Map<string, string>();
    for (const { title, gridPos } of board.panels) {
      expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(24);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
          expect(taken.get(`${x},${y}`), `below ${title}`).toBeUndefined();
          taken.set(`${x},${y}`, title);
        }
      }
    }
    const bottom = Math.max(...board.panels.map(({ gridPos }) => gridPos.y + gridPos.h));
    expect(taken.size).toBe(24 * bottom);
  });

  test.each(boards)("$name leads to the others and to nines, with choice and time", ({ board }) => {
    expect(board.links[0]).toMatchObject({
      type: "dashboards",
      tags: ["nines"],
      includeVars: true,
      keepTime: true,
    });
    expect(board.links.slice(1).map(({ url = "" }) => url)).toEqual([
      expect.stringContaining("${pages}/"),
    ]);
  });

  test("choose by agreement, product, region and account where there are subjects", () => {
    for (const { name, board } of boards) {
      const names = board.templating.list.map((variable) => variable.name);
      expect(names.slice(0, 3), name).toEqual(["datasource", "api", "pages"]);
      if (name === "probes.json" || name === "monitor.json") continue;
      expect(names, name).toEqual(
        expect.arrayContaining(["agreement", "product", "region", "account"]),
      );
    }
  });
});

describe("each panel", () => {
  test.each(panels)(
    "$where has a title, a unit, words for no data, and the chosen source",
    (one) => {
      const { title, description, datasource, fieldConfig, targets = [] } = one.panel;
      expect(title).toMatch(/^[A-Z]/u);
      expect(description).toMatch(/^[A-Z0-9].*\.$/u);
      expect(fieldConfig?.defaults.unit).toMatch(/\S/u);
      expect(fieldConfig?.defaults.noValue).toMatch(/\S/u);
      expect(fieldConfig?.defaults.thresholds?.steps[0]?.value).toBeNull();
      expect(targets).not.toEqual([]);
      for (const source of [datasource, ...targets.map((target) => target.datasource)]) {
        expect(source).toEqual({ type: "prometheus", uid: "${datasource}" });
      }
    },
  );

  test.each(panels.filter(({ panel }) => panel.type === "stat"))(
    "$where calculates a number",
    ({ panel }) => {
      expect(panel.options?.reduceOptions?.calcs).toEqual(["lastNotNull"]);
    },
  );

  test.each(panels.filter(({ panel }) => panel.type === "table"))(
    "$where names its columns by what it has",
    ({ panel }) => {
      expect(strangeColumns(panel)).toEqual([]);
    },
  );

  test.each(panels)("$where leads to dashboards and by variables that there are", (one) => {
    const { panel, board } = one;
    expect(urlsOf(panel).flatMap((url) => strangeParts(url, board))).toEqual([]);
  });
});

/** Fields that a table puts in order, and overrides and sorts by, but does not have. */
function strangeColumns({ targets = [], transformations = [], options, fieldConfig }: Panel) {
  const names = (id: string) => transformations.find((one) => one.id === id)?.options;
  const [first] = targets;
  const labels = [...(first === undefined ? [] : (check(first.expr).labels ?? []))];
  const { renameByName = {} } = names("organize") ?? {};
  const matrix = names("groupingToMatrix");
  const across = matrix && [matrix.rowField ?? "", matrix.columnField ?? ""];
  const fields =
    across === undefined
      ? [
          ...labels,
          ...(targets.length === 1 ? ["Value"] : targets.map(({ refId }) => `Value #${refId}`)),
        ]
      : [across.join("\\")];
  const columns = Object.values(renameByName);
  const overridden = (fieldConfig?.overrides ?? [])
    .filter(({ matcher }) => matcher.id === "byName")
    .map(({ matcher }) => matcher.options);
  const sorted = (options?.sortBy ?? []).map(({ displayName }) => displayName);
  return [
    ...Object.keys(renameByName).filter((name) => !fields.includes(name)),
    ...(across ?? []).filter((label) => !labels.includes(label)),
    ...[...overridden, ...sorted].filter((name) => !columns.includes(name)),
  ];
}

function urlsOf({ fieldConfig }: Panel): string[] {
  return (fieldConfig?.overrides ?? []).flatMap(({ properties }) =>
    properties.flatMap(({ id, value }) =>
      id === "links" ? (value as { url: string }[]).map(({ url }) => url) : [],
    ),
  );
}

const BUILT_IN = new Set(["__url_time_range", "__data", "__field"]);

function strangeParts(url: string, board: Board): string[] {
  const [, uid] = /^\/d\/([\w-]+)\?/u.exec(url) ?? [];
  const there = uid === undefined ? undefined : byUid.get(uid);
  if (uid !== undefined && there === undefined) return [url];
  const chooses = ({ templating }: Board, name: string) =>
    templating.list.some((variable) => variable.name === name);
  const handed = [...url.matchAll(/[?&]var-(\w+)=|\$\{(\w+):queryparam\}/gu)].map(
    ([, name, whole]) => name ?? whole ?? "",
  );
  const used = [...url.matchAll(/\$\{(\w+)/gu)].map(([, name = ""]) => name);
  return [
    ...handed.filter((name) => there !== undefined && !chooses(there, name)),
    ...used.filter((name) => !BUILT_IN.has(name) && !chooses(board, name)),
  ];
}

describe("queries", () => {
  const queries = panels.flatMap(({ where, panel, board }) =>
    (panel.targets ?? []).map(({ refId, expr, legendFormat = "__auto" }) => ({
      where: `${where} (${refId})`,
      expr,
      legendFormat,
      board,
    })),
  );
  const asked = boards.flatMap(({ name, board }) =>
    board.templating.list.flatMap((variable) => {
      const expr = variableQuery(variable);
      return expr === null ? [] : [{ where: `${name}: $${variable.name}`, expr, board }];
    }),
  );
  const rules = readRules().map(({ record, alert, expr }) => ({
    where: `rules.yml: ${record ?? alert}`,
    expr,
  }));

  test.each([...queries, ...asked, ...rules])(
    "$where uses metrics and labels that exist",
    (one) => {
      expect(check(one.expr).wrong).toEqual([]);
    },
  );

  test.each([...queries, ...asked])("$where uses variables of its dashboard", ({ expr, board }) => {
    const names = [...fillIn(expr, PLAIN).matchAll(/\$\{?(\w+)/gu)].map(([, name = ""]) => name);
    const known = new Set(board.templating.list.map((variable) => variable.name));
    expect(names.filter((name) => !known.has(name))).toEqual([]);
  });

  test.each(queries.filter(({ legendFormat }) => legendFormat.includes("{{")))(
    "$where names its series by labels that are left",
    ({ expr, legendFormat }) => {
      const { labels } = check(expr);
      const named = [...legendFormat.matchAll(/\{\{(\w+)\}\}/gu)].map(([, label = ""]) => label);
      expect(named.filter((label) => labels?.has(label) !== true)).toEqual([]);
    },
  );

  test.each([
    ["max(sla_availabilty_ratio)", "there is no metric sla_availabilty_ratio"],
    ['sla_target_up{zone="a"} == 0', "sla_target_up has no label zone"],
    ["sum by (zone) (sla_target_up)", "sum by (zone) (sla_target_up) has no label zone"],
    ["sum by (vantage) (max by (target) (sla_target_up))", "has no label vantage"],
    ["sla_target_up and on (account) sla_target_info", "the left side of"],
    ["sla_target_up * sla_target_info", "do not both have the label vantage"],
    ["histogram_quantile(0.9, sum by (vantage) (nines_round_lag_seconds_bucket))", "no label le"],
    ["rate(nines_round_lag_seconds[5m])", "there is no metric nines_round_lag_seconds"],
    ["max by (region) (sla_target_up", "cannot be parsed"],
  ])("what is wrong with %s is noticed", (expr, said) => {
    expect(check(expr).wrong).toContainEqual(expect.stringContaining(said));
  });
});

describe("configuration", () => {
  test.skipIf(!has("promtool"))("Prometheus accepts its configurations", async () => {
    for (const name of ["prometheus.yml", "local.yml"]) {
      const file = `dashboards/prometheus/${name}`;
      const { stdout } = await run("promtool", ["check", "config", "--syntax-only", file]);
      expect(stdout, name).toContain("SUCCESS");
    }
  });

  test.skipIf(!has("amtool"))("Alertmanager accepts its configuration", async () => {
    const file = "dashboards/prometheus/alertmanager.yml";
    const { stdout } = await run("amtool", ["check-config", file]);
    expect(stdout).toContain("SUCCESS");
  });
});

describe("provisioning", () => {
  type SourceFile = {
    readonly datasources: readonly {
      readonly uid: string;
      readonly type: string;
      readonly url: string;
      readonly jsonData: { readonly auth_method?: string; readonly allowedHosts?: string[] };
      readonly secureJsonData?: { readonly bearerToken: string };
    }[];
  };
  const read = (name: string): unknown =>
    parse(readFileSync(`dashboards/provisioning/${name}`, "utf8"), { merge: true });
  const { datasources } = read("datasources/nines.yml") as SourceFile;
  const compose = parse(readFileSync("docker-compose.yml", "utf8"), { merge: true }) as {
    services: Record<string, { environment: Record<string, string>; volumes: string[] }>;
  };
  const grafana = compose.services["grafana"]!;

  test("gives Grafana the two sources that the dashboards choose among", () => {
    expect(datasources.map(({ uid, type }) => [uid, type])).toEqual([
      ["prometheus", "prometheus"],
      ["nines", "yesoreyeram-infinity-datasource"],
    ]);
    const types = new Set(
      boards.flatMap(({ board }) =>
        board.templating.list.flatMap(({ type, query }) =>
          type === "datasource" ? [String(query)] : [],
        ),
      ),
    );
    expect([...types].toSorted()).toEqual(datasources.map(({ type }) => type).toSorted());
  });

  test("hands the token of nines' API over from the environment, to nines alone", () => {
    const api = datasources[1]!;
    expect(api.jsonData).toMatchObject({ auth_method: "bearerToken", allowedHosts: [api.url] });
    expect(api.secureJsonData?.bearerToken).toBe("$NINES_TOKEN");
    expect(grafana.environment["NINES_TOKEN"]).toBe("${GRAFANA_NINES_TOKEN:-}");
    expect(api.url).toBe("http://api:8080");
  });

  test("has the plugin installed before the sources are read, in a version that is pinned", () => {
    const [, plugin] =
      /^\$\{GRAFANA_PLUGINS-(yesoreyeram-infinity-datasource@\d+\.\d+\.\d+)\}$/u.exec(
        grafana.environment["GF_PLUGINS_PREINSTALL_SYNC"] ?? "",
      ) ?? [];
    expect(plugin).toBeDefined();
    expect(readFileSync(".env.example", "utf8")).toContain(`\nGRAFANA_PLUGINS=${plugin}\n`);
  });

  test("finds the dashboards, their folder and the first one shown where they are mounted", () => {
    const { providers } = read("dashboards/nines.yml") as {
      providers: { folder: string; folderUid: string; options: { path: string } }[];
    };
    expect(providers).toMatchObject([{ folder: "nines", folderUid: "nines" }]);
    const path = providers[0]?.options.path;
    expect(grafana.volumes).toContain(`./dashboards:${path}:ro`);
    expect(grafana.environment["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]).toBe(
      `${path}/overview.json`,
    );
    expect(committed).toContain("overview.json");
  });
});
