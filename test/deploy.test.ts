import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { probes } from "../probes/index.ts";
import { parseConfig } from "../src/parse-config.ts";
import { has } from "./helpers/programs.ts";

const run = promisify(execFile);

type Service = {
  readonly image: string;
  readonly build?: unknown;
  readonly command?: readonly string[] | null;
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: unknown;
};
type Compose = { readonly services: Readonly<Record<string, Service>> };

const composeText = readFileSync("docker-compose.yml", "utf8");
const compose = parse(composeText, { merge: true }) as Compose;
const services = Object.entries(compose.services);
const own = services.filter(([, { build }]) => build !== undefined);
const dockerfile = readFileSync("Dockerfile", "utf8");

const secrets = {
  POSTGRES_PASSWORD: "p0stgres",
  REDIS_PASSWORD: "r3dis",
  METRICS_TOKEN: "m3trics",
  GRAFANA_PASSWORD: "gr4fana",
};

/** What docker-compose makes of the file with .env.example and the given environment. */
async function configure(environment: Readonly<Record<string, string>>): Promise<Compose> {
  const { stdout } = await run("docker-compose", ["--env-file", ".env.example", "config"], {
    env: { PATH: process.env["PATH"] ?? "", ...environment },
  });
  return parse(stdout) as Compose;
}

function roleOf({ command }: Service): string {
  return (command ?? []).join(" ");
}

describe("docker-compose.yml", () => {
  test("runs every role, and one worker for each vantage of its configuration", () => {
    const file = "config/compose.yaml";
    const { vantages } = parseConfig(
      { file, text: readFileSync(file, "utf8") },
      {
        env: secrets,
        probeSettings: Object.fromEntries(
          Object.entries(probes).map(([kind, { settings }]) => [kind, settings]),
        ),
        readFile: (path) => readFileSync(path, "utf8"),
      },
    );
    const expected = [
      "start --role api",
      "start --role recorder",
      "start --role scheduler",
      ...vantages.map(({ id }) => `start --role worker --vantage ${id}`),
    ];
    expect(own.map(([, service]) => roleOf(service)).toSorted()).toEqual(expected.toSorted());
  });

  test("Prometheus asks each role for its metrics", () => {
    const { scrape_configs: scrapes } = parse(
      readFileSync("dashboards/prometheus/prometheus.yml", "utf8"),
    ) as {
      scrape_configs: readonly {
        job_name: string;
        static_configs: readonly { targets: readonly string[] }[];
      }[];
    };
    const asked = scrapes
      .filter(({ job_name: name }) => name === "nines")
      .flatMap((scrape) => scrape.static_configs.flatMap(({ targets }) => targets));
    expect(asked.toSorted()).toEqual(own.map(([name]) => `${name}:8080`).toSorted());
  });

  test("pins every image to a tag that names a version", () => {
    const loose = services.filter(([, { image }]) => !/^[a-z/]+:v?\d[\w.-]*$/.test(image));
    expect(loose).toEqual([]);
  });

  test("publishes ports on loopback only, and neither database nor queue", () => {
    const published = services.flatMap(([name, { ports = [] }]) =>
      ports.map((port) => ({ name, port })),
    );
    expect(published).not.toEqual([]);
    expect(published.filter(({ port }) => !port.startsWith("127.0.0.1:"))).toEqual([]);
    expect(published.map(({ name }) => name)).not.toContain("postgres");
    expect(published.map(({ name }) => name)).not.toContain("redis");
  });

  test("knows when each service is well, and starts a role after what it needs", () => {
    const blind = services.filter(([, { build, healthcheck }]) =>
      build === undefined ? healthcheck === undefined : !dockerfile.includes("HEALTHCHECK"),
    );
    expect(blind).toEqual([]);
    for (const [, service] of own) {
      expect(service.depends_on).toHaveProperty(["redis", "condition"], "service_healthy");
      if (service.environment?.["DATABASE_URL"] === undefined) continue;
      expect(service.depends_on).toHaveProperty(["postgres", "condition"], "service_healthy");
    }
  });

  test("mounts files that exist", () => {
    const mounted = services
      .flatMap(([, { volumes = [] }]) => volumes)
      .flatMap((volume) => /^(?:\$\{\w+:-)?(\.\/[^:}]+)/.exec(volume)?.[1] ?? []);
    expect(mounted).toContain("./dashboards");
    expect(mounted.filter((path) => !existsSync(path))).toEqual([]);
  });

  test("holds no secret of its own, and .env.example names every variable it reads", () => {
    const read = new Set(
      [...composeText.matchAll(/(?<!\$)\$\{(\w+)/g)].map(([, name = ""]) => name),
    );
    const named = [...readFileSync(".env.example", "utf8").matchAll(/^(\w+)=(.*)$/gm)];
    expect(named.map(([, name = ""]) => name).toSorted()).toEqual([...read].toSorted());
    expect(named.filter(([, name = ""]) => name in secrets).map(([, , value]) => value)).toEqual(
      Object.keys(secrets).map(() => ""),
    );
  });

  test.skipIf(!has("docker-compose"))(
    "is accepted, and hands each secret to who needs it",
    async () => {
      const { services: configured } = await configure(secrets);
      expect(Object.keys(configured).toSorted()).toEqual(services.map(([name]) => name).toSorted());
      expect(configured["api"]?.environment).toMatchObject({
        DATABASE_URL: "postgresql://nines:p0stgres@postgres:5432/nines",
        REDIS_URL: "redis://:r3dis@redis:6379",
        HOST: "0.0.0.0",
      });
      expect(configured["worker-cn-hangzhou"]?.environment).not.toHaveProperty("DATABASE_URL");
      const holders = Object.entries(configured)
        .filter(([, service]) => JSON.stringify(service).includes(secrets.POSTGRES_PASSWORD))
        .map(([name]) => name);
      expect(holders.toSorted()).toEqual(["api", "postgres", "recorder", "scheduler"]);
    },
  );

  test.skipIf(!has("docker-compose")).each(Object.keys(secrets))(
    "is refused without %s",
    async (missing) => {
      const rest = Object.fromEntries(Object.entries(secrets).filter(([name]) => name !== missing));
      await expect(configure(rest)).rejects.toThrow(/set it in \.env/);
    },
  );
});

describe("Dockerfile", () => {
  test("copies only what exists and what .dockerignore lets in", () => {
    const allowed = new Set(
      [...readFileSync(".dockerignore", "utf8").matchAll(/^!(.+)$/gm)].map(([, path]) => path),
    );
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(
      ([, paths = ""]) => paths.split(" "),
    );
    expect(copied).toContain("package-lock.json");
    expect(copied.filter((path) => !existsSync(path))).toEqual([]);
    expect(copied.filter((path) => !allowed.has(path.split("/")[0]))).toEqual([]);
  });

  test("runs as an ordinary user, on one pinned major version of Node.js", () => {
    const stages = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, image]) => image);
    expect(new Set(stages).size).toBe(1);
    expect(stages[0]).toMatch(/^node:\d+-slim$/);
    expect([...dockerfile.matchAll(/^USER (\S+)$/gm)].at(-1)?.[1]).toBe("node");
  });
});
