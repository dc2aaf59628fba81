import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { startProgram } from "./child.ts";
import { freePort } from "./ports.ts";

export type Prometheus = {
  readonly url: string;
  /** One question to its API: the `data` of the answer. */
  readonly ask: <Data>(path: string, query?: Readonly<Record<string, string>>) => Promise<Data>;
  readonly kill: () => Promise<void>;
};

/** Starts a Prometheus that stores exemplars, in a folder of its own, on a free port. */
export async function startPrometheus(
  config: Readonly<Record<string, unknown>>,
  rules: unknown = { groups: [] },
): Promise<Prometheus> {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), "nines-prometheus-"));
  writeFileSync(join(folder, "rules.yml"), stringify(rules));
  writeFileSync(
    join(folder, "prometheus.yml"),
    stringify({ ...config, rule_files: [join(folder, "rules.yml")] }),
  );
  const url = `http://127.0.0.1:${port}`;
  const program = await startProgram(
    [
      "prometheus",
      `--config.file=${join(folder, "prometheus.yml")}`,
      `--storage.tsdb.path=${join(folder, "data")}`,
      `--web.listen-address=127.0.0.1:${port}`,
      "--enable-feature=exemplar-storage",
      "--log.level=warn",
    ],
    () =>
      fetch(`${url}/-/ready`).then(
        ({ ok }) => ok,
        () => false,
      ),
  );
  return {
    url,
    ask: async <Data>(path: string, query: Readonly<Record<string, string>> = {}) => {
      const answer = await fetch(`${url}/api/v1/${path}?${new URLSearchParams(query)}`);
      const { data } = (await answer.json()) as { data: Data };
      return data;
    },
    kill: async () => {
      await program.kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
