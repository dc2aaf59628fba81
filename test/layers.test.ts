import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const run = promisify(execFile);
const roots = ["src", "probes", "jobs", "dashboards"];
const config = resolve(".dependency-cruiser.cjs");
const cruiser = resolve("node_modules/dependency-cruiser/bin/dependency-cruise.mjs");

type Cruise = {
  readonly modules: readonly { readonly source: string }[];
  readonly summary: {
    readonly violations: readonly {
      readonly from: string;
      readonly to: string;
      readonly rule: { readonly name: string };
    }[];
  };
};

async function cruise(directory: string): Promise<Cruise> {
  const options = ["--config", config, "--output-type", "json", ...roots];
  const { stdout } = await run(process.execPath, [cruiser, ...options], {
    cwd: directory,
    maxBuffer: 64 * 1024 * 1024,
  });
  return JSON.parse(stdout) as Cruise;
}

test("every module of the tree is looked at, and imports go one way", async () => {
  const files = roots.flatMap((root) =>
    readdirSync(root, { recursive: true, encoding: "utf8" })
      .filter((name) => /\.tsx?$/.test(name))
      .map((name) => `${root}/${name}`),
  );
  const { modules, summary } = await cruise(process.cwd());
  const seen = new Set(modules.map(({ source }) => source));

  expect(files.length).toBeGreaterThan(10);
  expect(files.filter((file) => !seen.has(file))).toEqual([]);
  expect(summary.violations.map(({ from, to, rule }) => `${rule.name}: ${from} -> ${to}`)).toEqual(
    [],
  );
});

/** One forbidden import for each rule, planted in a tree made for the purpose. */
const planted = {
  "no-cycles": ["src/core/one.ts", "src/core/two.ts"],
  "all-imports-resolve": ["src/settle.ts", "src/nowhere.ts"],
  "core-is-pure": ["src/core/month.ts", "src/clock.ts"],
  "leaves-stay-below": ["src/queues.ts", "src/store/rounds.ts"],
  "adapters-stay-below": ["src/store/days.ts", "src/settle.ts"],
  "probes-stand-alone": ["probes/tcp.ts", "src/metrics.ts"],
  "store-knows-no-other-adapter": ["src/store/targets.ts", "probes/tls.ts"],
  "notify-knows-no-other-adapter": ["src/notify/webhook.ts", "src/store/rounds.ts"],
  "reports-know-no-other-adapter": ["src/reports/html.tsx", "src/store/rounds.ts"],
  "anchors-know-no-other-adapter": ["src/anchors/file.ts", "src/store/rounds.ts"],
  "use-cases-stay-below": ["src/announce.ts", "jobs/prune.ts"],
  "web-knows-core-only": ["src/web/page.tsx", "src/clock.ts"],
  "http-starts-no-job": ["src/http/server.ts", "jobs/prune.ts"],
  "jobs-serve-no-http": ["jobs/announce.ts", "src/http/server.ts"],
  "sandbox-stands-alone": ["src/sandbox/cloud.ts", "src/web/page.tsx"],
  "dashboards-stand-alone": ["dashboards/build/main.ts", "src/metrics.ts"],
  "nobody-imports-dashboards": ["jobs/prune.ts", "dashboards/build/main.ts"],
  "nobody-imports-main": ["jobs/seal.ts", "src/main.ts"],
  "nobody-imports-tests": ["probes/dns.ts", "test/helper.ts"],
} as const;

const allowed = [
  ["src/core/round.ts", "src/core/month.ts"],
  ["src/queues.ts", "src/clock.ts"],
  ["src/notify/mail.ts", "src/queues.ts"],
  ["probes/http.ts", "src/clock.ts"],
  ["src/close.ts", "src/store/rounds.ts"],
  ["src/close.ts", "probes/tcp.ts"],
  ["jobs/prune.ts", "src/close.ts"],
  ["src/http/pages.ts", "src/web/page.tsx"],
  ["src/web/chart.tsx", "src/core/round.ts"],
  ["src/main.ts", "src/http/server.ts"],
  ["src/main.ts", "jobs/prune.ts"],
] as const;

test("each rule catches the import that it is there for, and nothing else", async () => {
  const directory = mkdtempSync(join(tmpdir(), "layers-"));
  try {
    const imports = new Map<string, string[]>();
    const edges = [...Object.values(planted), ["src/core/two.ts", "src/core/one.ts"], ...allowed];
    for (const [from = "", to = ""] of edges) {
      imports.set(from, [...(imports.get(from) ?? []), to]);
      if (to !== "src/nowhere.ts" && !imports.has(to)) imports.set(to, []);
    }
    for (const [file, targets] of imports) {
      const up = "../".repeat(file.split("/").length - 1);
      const lines = targets.map(
        (target, at) => `import type { A as A${at} } from "${up}${target}";`,
      );
      mkdirSync(join(directory, dirname(file)), { recursive: true });
      writeFileSync(join(directory, file), [...lines, "export type A = 1;", ""].join("\n"));
    }
    symlinkSync(resolve("tsconfig.json"), join(directory, "tsconfig.json"));

    const { summary } = await cruise(directory);
    const caught = summary.violations.map(({ from, to, rule }) => `${rule.name}: ${from} -> ${to}`);
    const expected = Object.entries(planted).map(
      ([rule, [from, to]]) => `${rule}: ${from} -> ${to}`,
    );
    expect(caught).toEqual(
      expect.arrayContaining(expected.filter((line) => !/^(no-c|all-)/.test(line))),
    );
    expect(caught.filter((line) => line.startsWith("no-cycles"))).not.toEqual([]);
    expect(caught.filter((line) => line.startsWith("all-imports-resolve"))).toHaveLength(1);
    for (const [from, to] of allowed) {
      expect(caught.filter((line) => line.endsWith(`: ${from} -> ${to}`))).toEqual([]);
    }
    const rules = createRequire(import.meta.url)(config).forbidden as { name: string }[];
    expect(Object.keys(planted).toSorted()).toEqual(rules.map(({ name }) => name).toSorted());
  } finally {
    rmSync(directory, { recursive: true });
  }
});
