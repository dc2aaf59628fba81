import { figureSeries } from "../../src/figure-series.ts";
import { fillMetrics, manyStandings, manyTargets } from "../helpers/many-series.ts";
import { startNginx } from "../helpers/nginx.ts";
import { sleep, startService, targetsYaml } from "./service.ts";

const TARGETS = 2_000;
const TIMES = 15;

/**
 * The scrape of 2,000 targets: the work inside the process with every series that there can be,
 * and the answer of the whole service, which measures them all meanwhile.
 */
export async function benchScrape(measureMs: number): Promise<string[]> {
  return [
    `scrape of ${TARGETS} targets, ms`,
    ...(await inProcess()),
    ...(await ofService(measureMs)),
  ];
}

async function inProcess(): Promise<string[]> {
  const targets = manyTargets({ targets: TARGETS, regions: 10, vantages: 1 });
  const standings = manyStandings(targets);
  const metrics = fillMetrics(targets, standings);
  const lines = [];
  for (const form of ["prometheus", "openmetrics"] as const) {
    const took = await timesOf(() => metrics.text(form));
    const text = String(await metrics.text(form));
    lines.push(row(`text as ${form}`, took, text));
  }
  const took = await timesOf(async () => {
    for (const [name, series] of figureSeries(standings)) metrics.tell(name, series);
  });
  return [...lines, row("figures anew, once a minute", took)];
}

async function ofService(measureMs: number): Promise<string[]> {
  const nginx = await startNginx(`server {
    listen $PORT backlog=4096; location / { return 200 "ok\\n"; } }`);
  const probe = (index: number) => `{ kind: http, url: "http://127.0.0.1:${nginx.port}/${index}" }`;
  const service = await startService(targetsYaml({ count: TARGETS, interval: "15s", probe }));
  try {
    const took: number[] = [];
    let text = "";
    await sleep(measureMs / 3);
    const endMs = performance.now() + (measureMs * 2) / 3;
    while (performance.now() < endMs) {
      const startedMs = performance.now();
      const answer = await fetch(`${service.url}/metrics`, {
        headers: { accept: "application/openmetrics-text;version=1.0.0" },
      });
      text = await answer.text();
      took.push(performance.now() - startedMs);
      await sleep(1_000);
    }
    const [first = 0, ...others] = took;
    return [
      row("whole service, later scrapes", others, text),
      row("whole service, first one", [first]),
    ];
  } finally {
    await service.stop();
    await nginx.kill();
  }
}

async function timesOf(work: () => Promise<unknown>): Promise<number[]> {
  const took = [];
  for (let at = 0; at < TIMES; at += 1) {
    const startedMs = performance.now();
    await work();
    took.push(performance.now() - startedMs);
  }
  return took;
}

function row(what: string, took: readonly number[], text?: string): string {
  const sorted = took.toSorted((a, b) => a - b);
  const p50 = sorted[Math.floor(sorted.length / 2)] ?? 0;
  const size =
    text === undefined
      ? ""
      : `  ${text.split("\n").filter((line) => !line.startsWith("#")).length} series, ${text.length} bytes`;
  return `  ${what.padEnd(30)} p50 ${p50.toFixed(1).padStart(6)}  max ${(sorted.at(-1) ?? 0).toFixed(1).padStart(6)}${size}`;
}
