import { readdirSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { annotationsAnswer } from "../../src/http/annotations.ts";
import { fillIn, panelsOf, variableQuery, type Board, type Variable } from "../helpers/boards.ts";
import { makeHome, startNines, type Service } from "../helpers/nines.ts";
import { has } from "../helpers/programs.ts";
import { startPrometheus, type Prometheus } from "../helpers/prometheus.ts";
import { waitFor } from "../helpers/wait.ts";

// Every query of every dashboard, asked of a real Prometheus that reads a running sandbox; and
// every annotation, asked of the sandbox as Grafana would.

type Series = { metric: Record<string, string>; value: [number, string] };

const boards = readdirSync("dashboards")
  .filter((name) => name.endsWith(".json"))
  .map((name) => ({
    name,
    board: JSON.parse(readFileSync(`dashboards/${name}`, "utf8")) as Board,
  }));

/** What a sandbox of a few seconds does not have, and why. */
const MAY_BE_EMPTY: Readonly<Record<string, string>> = {
  "account.json: Missed last month": "no month was closed",
  "overview.json: Objectives that cannot be met any more": "a month may go well",
  "target.json: Certificate ends in": "no target of the sandbox shows a certificate",
  "monitor.json: Channels": "no channel is configured",
  "monitor.json: Attempts to deliver a message, by channel": "no channel is configured",
  "probes.json: Certificates that end within three weeks": "none shows a certificate",
  "probes.json: The 20 certificates that end first": "none shows a certificate",
};

const stops: (() => unknown)[] = [];
let service: Service;
let prometheus: Prometheus;

const ask = async (query: string): Promise<Series[]> =>
  (await prometheus.ask<{ result: Series[] }>("query", { query })).result;

describe.skipIf(!has("prometheus"))("a real Prometheus that reads a sandbox", () => {
  beforeAll(async () => {
    const home = makeHome();
    stops.push(home.remove);
    service = await startNines([], { at: home });
    stops.push(() => service.stop());
    prometheus = await startPrometheus(
      {
        global: { scrape_interval: "1s", scrape_timeout: "1s" },
        scrape_configs: [
          {
            job_name: "nines",
            // Twice, as when more than one role tells the same figures.
            static_configs: [
              { targets: [`127.0.0.1:${new URL(service.url).port}`] },
              { targets: [`localhost:${new URL(service.url).port}`] },
            ],
          },
        ],
      },
      null,
    );
    stops.push(prometheus.kill);
    // Results of every vantage, twice: rates need two of them.
    await waitFor(
      async () =>
        (await ask("count by (vantage) (rate(sla_probe_results_total[1m]))")).length === 3 &&
        (await ask('up{job="nines"} == 1')).length === 2 &&
        (await ask("sla_availability_ratio offset 2s")).length > 0,
      { what: "results of three vantages in Prometheus", timeoutMs: 60_000 },
    );
  }, 120_000);
  afterAll(async () => {
    for (const stop of stops.toReversed()) await stop();
  });

  test.each(boards)(
    "$name: every variable has values, every panel series",
    async ({ name, board }) => {
      const chosen = await choose(board);
      const empty: string[] = [];
      for (const { title, targets = [] } of panelsOf(board)) {
        for (const { expr } of targets) {
          const found = await ask(fillIn(expr, chosen));
          const where = `${name}: ${title}`;
          if (found.length === 0 && !(where in MAY_BE_EMPTY)) empty.push(`${where}: ${expr}`);
        }
      }
      expect(empty).toEqual([]);
    },
  );

  test("what two processes tell counts once", async () => {
    const { board } = boards.find(({ name }) => name === "overview.json")!;
    const { subjects } = await service.json<{ subjects: unknown[] }>("/api/v1/running");
    const panel = panelsOf(board).find(({ title }) => title === "Subjects");
    const [shown] = await ask(fillIn(panel?.targets?.[0]?.expr ?? "", await choose(board)));
    expect(Number(shown?.value[1])).toBe(subjects.length);
  });

  test("the links to nines' pages lead to pages", async () => {
    const { board } = boards.find(({ name }) => name === "target.json")!;
    const chosen = await choose(board);
    // Without a publicUrl it is where a first start serves them.
    expect(chosen["pages"]).toBe("http://127.0.0.1:8080");
    const [, link] = board.links;
    const url = fillIn(link?.url ?? "", { ...chosen, pages: service.url });
    const page = await fetch(url);
    expect(page.status).toBe(200);
    expect(await page.text()).toContain(chosen["target"]);
  });

  test.each(boards)("$name: its annotations are answered by nines", async ({ board }) => {
    const chosen = await choose(board);
    const now = Date.now();
    const range = { __from: String(now - 7 * 86_400_000), __to: String(now) };
    for (const { name, datasource, target } of board.annotations.list) {
      expect(datasource).toEqual({ type: "yesoreyeram-infinity-datasource", uid: "${api}" });
      const { params } = target.url_options;
      const query = params.map(({ key, value }) => [key, asApi(value, { ...chosen, ...range })]);
      const answer = await service.get(`${target.url}?${new URLSearchParams(query)}`);
      expect(answer.status, name).toBe(200);
      const body = annotationsAnswer.parse(await answer.json());
      const rows = body[target.root_selector as "annotations"];
      for (const row of rows) {
        for (const { selector } of target.columns) expect(row).toHaveProperty(selector);
      }
      if (name === "Outages" && board.uid === "nines-overview") expect(rows).not.toEqual([]);
    }
  });
});

/** As somebody who opens the dashboard: all of what may be several, the first of the others. */
async function choose(board: Board): Promise<Record<string, string>> {
  const chosen: Record<string, string> = { __rate_interval: "1m", datasource: "prometheus" };
  for (const variable of board.templating.list) {
    const expr = variableQuery(variable);
    if (expr === null) continue;
    const values = valuesOf(variable, await ask(fillIn(expr, chosen)));
    expect(values, `${board.uid}: $${variable.name}`).not.toEqual([]);
    chosen[variable.name] = variable.multi ? `(${values.join("|")})` : (values[0] ?? "");
  }
  return chosen;
}

function valuesOf({ name, regex = "" }: Variable, series: readonly Series[]): string[] {
  if (regex === "") return series.map(({ metric }) => metric[name] ?? "").toSorted();
  const pattern = new RegExp(regex.slice(1, -1), "u");
  return series.flatMap(({ metric }) => {
    const labels = Object.entries(metric).map(([label, value]) => `${label}="${value}"`);
    return pattern.exec(`{${labels.join(",")}}`)?.[1] ?? [];
  });
}

/** Several values go to the API with commas between them. */
function asApi(value: string, chosen: Readonly<Record<string, string>>): string {
  return fillIn(value, chosen).replaceAll(/[()]/gu, "").replaceAll("|", ",");
}
