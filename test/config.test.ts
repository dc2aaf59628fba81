import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parse as parseYaml, stringify } from "yaml";
import { z } from "zod";
import { probes } from "../probes/index.ts";
import { checkSummary } from "../src/check-summary.ts";
import { readSettings, type Config } from "../src/config.ts";
import { publicConfigYaml } from "../src/core/catalogue.ts";
import { configJsonSchema } from "../src/core/config-json-schema.ts";
import { probeKey } from "../src/core/target.ts";
import { InvalidInputError, type Problem } from "../src/errors.ts";
import { DEFAULT_CONTROLS, parseConfig } from "../src/parse-config.ts";

const tcp = z.strictObject({ kind: z.literal("tcp"), address: z.string() });
const realSettings = Object.fromEntries(
  Object.entries(probes).map(([kind, { settings }]) => [kind, settings]),
);

type Outside = {
  env?: Record<string, string>;
  files?: Record<string, string>;
  probeSettings?: Record<string, z.ZodType>;
};

function parse(
  text: string,
  { env = {}, files = {}, probeSettings = { tcp } }: Outside = {},
): Config {
  const readFile = (path: string): string => {
    const content = files[path];
    if (content === undefined) throw Object.assign(new Error(path), { code: "ENOENT" });
    return content;
  };
  return parseConfig({ text, file: "/etc/nines.yaml" }, { env, probeSettings, readFile });
}

function problemsOf(run: () => unknown): readonly Problem[] {
  try {
    run();
  } catch (error) {
    if (error instanceof InvalidInputError) return error.problems;
    throw error;
  }
  return [];
}

const web = `
  - id: web-1
    product: ecs
    region: cn-hangzhou
    probe: { kind: tcp, address: "192.0.2.10:22" }`;

describe("a bad file", () => {
  const directory = "test/fixtures/config";
  for (const file of readdirSync(directory)) {
    const text = readFileSync(`${directory}/${file}`, "utf8");
    const lines = text.split("\n");
    // A comment on top says the rule, then the problems, up to an empty comment.
    const [rule, ...expected] = lines.slice(0, lines.indexOf("#")).map((line) => line.slice(2));

    test(`breaks a rule: ${rule}`, () => {
      const found = problemsOf(() =>
        parseConfig(
          { text, file },
          {
            env: {},
            probeSettings: { tcp },
            readFile: (path) => readFileSync(path, "utf8"),
          },
        ),
      );
      const said = found.map(({ place, message }) => `${place}: ${message}`);
      expect(said).toEqual(expected.map((line) => `${file}:${line}`));
      expect(said).not.toEqual([]);
    });
  }

  test("names its problems in the order of the file", () => {
    const places = problemsOf(() =>
      parse(`version: 1\ntargets:${web}\n    colour: blue\ntimeZone: Mars\nextra: 1`),
    ).map(({ place }) => place.split(" ")[1]);
    expect(places).toEqual(["targets[0].colour", "timeZone", "extra"]);
  });
});

describe("the smallest file", () => {
  const config = parse("version: 1");

  test("has one vantage, one account, the built-in agreements and no target", () => {
    expect(config.vantages).toEqual([{ id: "local", controls: DEFAULT_CONTROLS }]);
    expect(config.accounts).toEqual([
      { id: "default", name: "Default", currency: "CNY", contacts: [], lang: "en" },
    ]);
    expect(config.targets).toEqual([]);
    expect(config).toMatchObject({ timeZone: "Asia/Shanghai", retentionDays: 400 });
    expect(config).toMatchObject({ metricsToken: null, channels: [], anchors: [] });
    expect(config.reportMail).toBeNull();
  });

  test("a target in it gets every default", () => {
    expect(parse(`version: 1\ntargets:${web}`).targets).toEqual([
      {
        id: "web-1",
        product: "ecs",
        region: "cn-hangzhou",
        zone: null,
        account: "default",
        class: "",
        labels: {},
        agreements: ["ecs"],
        inherits: null,
        monthlyFee: null,
        intervalMs: 15_000,
        timeoutMs: 5000,
        vantages: ["local"],
        fromMs: null,
        untilMs: null,
        probe: { kind: "tcp", address: "192.0.2.10:22" },
      },
    ]);
  });
});

describe("days off and worked", () => {
  test("are none by default: nothing says which country's", () => {
    expect(parse("version: 1")).toMatchObject({ holidays: [], workingDays: [] });
  });

  test("are kept as written", () => {
    const text = 'version: 1\nholidays: [2026-10-01, "2028-02-29"]\nworkingDays: [2026-10-10]';
    expect(parse(text)).toMatchObject({
      holidays: ["2026-10-01", "2028-02-29"],
      workingDays: ["2026-10-10"],
    });
  });
});

describe("a target", () => {
  const only = (lines: string, head = "") =>
    parse(`version: 1\n${head}\ntargets:${web}\n${lines}`).targets[0]!;

  test("takes the defaults of the file, and its own values before them", () => {
    const head = `vantages: [{ id: a }, { id: b }]
defaults: { interval: 30s, timeout: 1500ms, vantages: [b] }`;
    expect(only("", head)).toMatchObject({
      intervalMs: 30_000,
      timeoutMs: 1500,
      vantages: ["b"],
    });
    expect(only("    interval: 1m\n    timeout: 2m\n    vantages: [a]", head)).toMatchObject({
      intervalMs: 60_000,
      timeoutMs: 120_000,
      vantages: ["a"],
    });
  });

  test("is measured from all vantages when nothing is said", () => {
    expect(only("", "vantages: [{ id: a }, { id: b }]").vantages).toEqual(["a", "b"]);
  });

  test("keeps a fee by the digits that were written", () => {
    expect(only("    monthlyFee: 1200.00").monthlyFee).toBe("1200.00");
  });

  test.each([
    ["JPY", "1200"],
    ["JPY", "1200.00"],
    ["IDR", "1200.50"],
    ["KWD", "1200.005"],
    ["CLF", "0.0001"],
  ])("may have a fee in %s of %s", (currency, fee) => {
    const head = `accounts: [{ id: acme, currency: ${currency} }]`;
    expect(only(`    monthlyFee: ${fee}`, head).monthlyFee).toBe(fee);
  });

  test("has a lifetime from local midnights in the file's time zone, or from instants", () => {
    const target = only(
      "    from: 2026-03-01\n    until: 2026-04-01T12:00:00+02:00",
      "timeZone: Asia/Tokyo",
    );
    expect(target.fromMs).toBe(Date.parse("2026-02-28T15:00:00Z"));
    expect(target.untilMs).toBe(Date.parse("2026-04-01T10:00:00Z"));
  });

  test("in a closed region lives as long as it says, and no shorter", () => {
    const text = `version: 1\ntargets:${web.replace("cn-hangzhou", "ap-southeast-2")}\n`;
    expect(parse(text).targets[0]?.untilMs).toBeNull();
  });

  test("may stand in a region that nobody knows", () => {
    const text = `version: 1\ntargets:${web.replace("cn-hangzhou", "my-own-room")}`;
    expect(parse(text).targets[0]?.region).toBe("my-own-room");
  });
});

describe("an agreement of the file", () => {
  const agreementsOf = (entry: string) => parse(`version: 1\nagreements:\n  - ${entry}`).agreements;
  const versions = (entry: string, id: string) =>
    agreementsOf(entry).filter((one) => one.id === id);

  test("has exact figures, also when they are written as numbers", () => {
    const [own] = versions(
      "{ id: own, objective: 99.950, method: error-rate, minCoverage: 90.5, credits: [{ below: 99.90, credit: 10 }] }",
      "own",
    );
    expect(own).toMatchObject({
      objectivePercent: "99.950",
      objective: { num: 99_950n, den: 100_000n },
      minCoverage: { num: 905n, den: 1000n },
      credits: [{ below: { num: 9990n, den: 10_000n }, belowPercent: "99.90", creditPercent: 10 }],
    });
  });

  test("has the defaults of its method", () => {
    expect(versions("{ id: own, objective: 99.9, method: all-failed }", "own")[0]).toMatchObject({
      slotMs: 60_000,
      scope: "target",
      quorum: "all",
      minVantages: null,
      minStretch: 1,
      partMonth: "as-used",
      exclusion: "as-good",
      noData: "removed",
      closeAfterMs: 86_400_000,
      timeZone: "Asia/Shanghai",
      threshold: null,
      fromMs: 0,
      inherits: [],
    });
    for (const method of ["error-rate", "threshold, threshold: 0.05"]) {
      const [own] = versions(`{ id: own, objective: 99.9, method: ${method} }`, "own");
      expect(own).toMatchObject({ slotMs: 300_000, scope: "group" });
    }
  });

  test("takes a threshold as a share or in percent", () => {
    const threshold = (text: string) =>
      versions(`{ id: own, objective: 99.9, method: threshold, threshold: ${text} }`, "own")[0]
        ?.threshold;
    expect(threshold("0.05")).toEqual({ num: 5n, den: 100n });
    expect(threshold("5%")).toEqual({ num: 5n, den: 100n });
  });

  test("holds from the local midnight of its date in its own time zone", () => {
    const [, added] = versions("{ id: ecs, from: 2026-01-01, timeZone: Europe/Berlin }", "ecs");
    expect(added?.fromMs).toBe(Date.parse("2025-12-31T23:00:00Z"));
  });

  test("with the id of a built-in one and another date is a further version", () => {
    const found = versions("{ id: ecs, from: 2026-01-01, objective: 99.99 }", "ecs");
    expect(found.map(({ objectivePercent }) => objectivePercent)).toEqual(["99.95", "99.99"]);
  });

  test("with the id and the date of a built-in one replaces it", () => {
    const found = versions("{ id: ecs, from: 2016-11-01, minStretch: 2 }", "ecs");
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ objectivePercent: "99.95", minStretch: 2 });
    expect(found[0]?.credits).toHaveLength(3);
  });

  test("without a date replaces every built-in version", () => {
    const found = versions("{ id: ecs, objective: 99.9 }", "ecs");
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ fromMs: 0, objectivePercent: "99.9", method: "all-failed" });
  });

  test("with an objective of its own takes no tiers that were set for another", () => {
    expect(versions("{ id: ecs, objective: 99.9 }", "ecs")[0]?.credits).toEqual([]);
  });

  test("with another method takes the slot and scope of that method", () => {
    expect(versions("{ id: oss, method: all-failed }", "oss")[0]).toMatchObject({
      slotMs: 60_000,
      scope: "target",
    });
  });

  test("gives vpc terms of its own, and then nothing is inherited", () => {
    const entry = "{ id: vpc, objective: 99.9, method: all-failed }";
    expect(versions(entry, "vpc")[0]?.inherits).toEqual([]);
    const target = web.replace("ecs", "vpc");
    const config = parse(`version: 1\nagreements:\n  - ${entry}\ntargets:${target}`);
    expect(config.targets[0]?.inherits).toBeNull();
  });
});

describe("a value from outside", () => {
  const token = (text: string, outside: Outside): string | null =>
    parse(`version: 1\nmetricsToken: ${text}`, outside).metricsToken;

  test("comes from the environment, anywhere in a text", () => {
    expect(token('"a-${TOKEN}-${B}"', { env: { TOKEN: "x", B: "y" } })).toBe("a-x-y");
  });

  test("comes from a file beside the configuration, less its last line break", () => {
    expect(token('"${file:secrets/token}"', { files: { "/etc/secrets/token": "s3cret\n" } })).toBe(
      "s3cret",
    );
    expect(token('"${file:/run/token}"', { files: { "/run/token": "s3cret\r\n" } })).toBe("s3cret");
  });

  test("stays as it is: it is not read as YAML and not replaced again", () => {
    expect(token("${TOKEN}", { env: { TOKEN: "007" } })).toBe("007");
    expect(token("${TOKEN}", { env: { TOKEN: "${OTHER}: {a}" } })).toBe("${OTHER}: {a}");
  });

  test("is not asked for where the dollar is doubled", () => {
    expect(token('"$${TOKEN} costs 5$"', {})).toBe("${TOKEN} costs 5$");
  });

  test("is replaced in probes and channels too", () => {
    const config = parse(
      `version: 1
channels: [{ id: ops, kind: dingtalk, url: "\${URL}" }]
targets:${web.replace("192.0.2.10", "${HOST_IP}")}`,
      { env: { URL: "https://example.org", HOST_IP: "192.0.2.99" } },
    );
    expect(config.channels[0]).toEqual({
      id: "ops",
      kind: "dingtalk",
      url: "https://example.org",
    });
    expect(config.targets[0]?.probe).toEqual({ kind: "tcp", address: "192.0.2.99:22" });
  });

  // Each key's own way to say that a value is wrong, among them a probe's that quotes its input.
  const leaky = z.strictObject({
    kind: z.literal("leaky"),
    key: z.string().refine(() => false, {
      error: ({ input }) => `cannot use ${JSON.stringify(input)} or ${String(input).slice(0, 8)}…`,
    }),
  });
  const places = [
    "timeZone: ${SECRET}",
    "accounts: [{ id: a, currency: '${SECRET}' }]",
    "accounts: [{ id: a, currency: 'x-${SECRET}' }]",
    "agreements: [{ id: own, objective: '${SECRET}', method: '${SECRET}' }]",
    "agreements: [{ id: own, threshold: '${SECRET}', timeZone: '${SECRET}' }]",
    "defaults: { interval: '${SECRET}', vantages: ['${SECRET}'] }",
    "vantages: [{ id: '${SECRET}', controls: [{ kind: '${SECRET}' }] }]",
    "anchors: [{ id: '${SECRET}', kind: file, path: '${SECRET}' }]",
    "anchors: [{ id: hook, kind: webhook, url: '${SECRET}' }]",
    "trustProxy: ['${SECRET}']",
    "trustProxy: '${SECRET}'",
    `targets:${web}\n    account: \${SECRET}\n    inherits: \${SECRET}\n    from: \${SECRET}`,
    `targets:${web.replace("kind: tcp", "kind: '${SECRET}'")}`,
    `targets:${web.replace(/probe:.*/, "probe: { kind: leaky, key: '${SECRET}' }")}`,
    `targets:${web.replace(/probe:.*/, "probe: { kind: leaky, key: '${file:secret}' }")}`,
    `targets:${web.replace("web-1", "'${SECRET}'")}\n    account: nobody`,
  ];
  test.each(places)("never shows in a problem: %s", (lines) => {
    const secret = 'Zq7"w\n§Xu1 pass/word=';
    const found = problemsOf(() =>
      parse(`version: 1\n${lines}`, {
        env: { SECRET: secret },
        files: { "/etc/secret": secret },
        probeSettings: { tcp, leaky },
      }),
    );
    expect(found).not.toEqual([]);
    expect(JSON.stringify(found)).not.toMatch(/Zq7|Xu1|pass|word=/);
  });
});

describe("trustProxy", () => {
  test.each([
    ["", false],
    ["trustProxy: true", true],
    [
      "trustProxy: [127.0.0.1, 10.0.0.0/8, '::1', 'fd00::/8']",
      ["127.0.0.1", "10.0.0.0/8", "::1", "fd00::/8"],
    ],
  ])("says whom to believe: %s", (line, trusted) => {
    expect(parse(`version: 1\n${line}\n`).trustProxy).toEqual(trusted);
  });

  test.each([
    ["trustProxy: [proxy.example.org]", '"proxy.example.org" is no address'],
    ["trustProxy: [10.0.0.0/33]", '"10.0.0.0/33" is no address'],
    ["trustProxy: 10.0.0.7", "a list of addresses and networks, or true"],
    ["trustProxy: 1", "a list of addresses and networks, or true"],
  ])("is refused: %s", (line, message) => {
    const found = problemsOf(() => parse(`version: 1\n${line}\n`));
    expect(found).toHaveLength(1);
    expect(found[0]?.message).toContain(message);
  });
});

describe("anchors", () => {
  test("are places outside, each with what it needs", () => {
    const text = `version: 1
anchors:
  - { id: far, kind: file, path: /mnt/far/seals.ndjson }
  - { id: hook, kind: webhook, url: "https://example.org/\${KEY}", secret: "\${KEY}" }
  - { id: tsa, kind: rfc3161, url: "http://[::1]:318/tsr" }
`;
    expect(parse(text, { env: { KEY: "k" } }).anchors).toEqual([
      { id: "far", kind: "file", path: "/mnt/far/seals.ndjson" },
      { id: "hook", kind: "webhook", url: "https://example.org/k", secret: "k" },
      { id: "tsa", kind: "rfc3161", url: "http://[::1]:318/tsr" },
    ]);
  });

  test.each([
    ["{ id: a, kind: stone }", "kind"],
    ["{ kind: file, path: /a }", "id"],
    ["{ id: a, kind: file, path: seals.ndjson }", "is no absolute path of a file"],
    ["{ id: a, kind: file, path: /mnt/far/ }", "is no absolute path of a file"],
    ["{ id: a, kind: webhook, url: 'ftp://example.org' }", "is no address"],
    ["{ id: a, kind: webhook, url: 'https://exa mple.org' }", "is no address"],
    ["{ id: a, kind: webhook, url: 'https://example.org:99999' }", "compare its host and port"],
    ["{ id: a, kind: webhook, url: 'https://example.org', secret: '' }", "is empty; give a secret"],
    ["{ id: a, kind: rfc3161, url: 'https://example.org', secret: s }", "secret"],
    ["{ id: a, kind: rfc3161, url: 'https://li:pw@tsa.org' }", "leave them out of the address"],
    ["{ id: a, kind: webhook, url: 'http://li@example.org' }", "leave them out of the address"],
    [
      "{ id: a, kind: rfc3161, url: 'https://a.org' }, { id: a, kind: file, path: /a }",
      '"a" is the id of anchors[0] too',
    ],
  ])("are refused: %s", (anchors, message) => {
    const found = problemsOf(() => parse(`version: 1\nanchors: [${anchors}]`));
    expect(found).toHaveLength(1);
    expect(`${found[0]?.place} ${found[0]?.message}`).toContain(message);
  });
});

test.each([
  "kind: webhook, url: 'https://a.org', secret: 13371337",
  "kind: pagerduty, routingKey: 13371337",
  "kind: email, server: 'a.org:25', from: a@a.org, to: [b@b.org], user: a, password: 13371337",
  "kind: email, server: 'u:13371337@a.org:25', from: a@a.org, to: [b@b.org]",
  "kind: alertmanager, url: 'https://a.org', token: 13371337",
  "kind: dingtalk, url: 'https://a.org', mobiles: [SEC13371337]",
  "kind: dingtalk, url: 'https://a.org', mobiles: [13371337]",
  "kind: sms, accessKeyId: a, accessKeySecret: 13371337, signName: a, template: SMS_1, mobiles: ['13800000000']",
])("what is wrong about a secret does not show it: %s", (settings) => {
  const found = problemsOf(() => parse(`version: 1\nchannels: [{ id: a, ${settings} }]`));
  expect(found).toHaveLength(1);
  expect(found[0]?.message).not.toContain("13371337");
  expect(found[0]?.message).toMatch(/not a number; put it in quotes|is no /u);
});

describe("a hostile file", () => {
  const bomb = `a: &a [1,1,1,1,1,1,1,1,1]
${Array.from("bcdefghi", (name, index) => {
  const before = "abcdefgh"[index];
  return `${name}: &${name} [${Array.from({ length: 9 }, () => `*${before}`).join(",")}]`;
}).join("\n")}`;
  const cases: readonly (readonly [string, string, RegExp])[] = [
    ["an alias bomb", bomb, /repeats more than 100000 values/],
    ["an alias of itself", "a: &a [*a]", /nested deeper than 50 levels/],
    ["brackets without end", "[".repeat(100_000), /nested deeper than 50 levels/],
    ["deep brackets", `a: ${"[".repeat(20_000)}${"]".repeat(20_000)}`, /nested deeper/],
    ["deep dashes", `a:\n  ${"- ".repeat(20_000)}x`, /nested deeper/],
    ["deep braces", "{a: ".repeat(5000), /nested deeper/],
    [
      "deep indentation",
      Array.from({ length: 3000 }, (_, i) => `${" ".repeat(i)}a:`).join("\n"),
      /nested deeper/,
    ],
    ["bytes", "\u0000\u0001\u0002\uFFFD", /not a text in UTF-8/],
    ["nothing", "", /mapping of keys/],
    ["a comment alone", "# nothing\n", /mapping of keys/],
    ["a list", "- version: 1", /mapping of keys/],
    ["a text", "version 1", /mapping of keys/],
    ["a key that is none", "version: 1\n? [a, b]\n: 1", /a key must be a simple word/],
    [
      "a prototype",
      "version: 1\n__proto__: { polluted: 1 }",
      /"__proto__" is not allowed|not allowed/,
    ],
    ["an endless key", `version: 1\n"${"k".repeat(5_000_000)}": 1`, /unknown key|not YAML/],
    ["an endless text", `version: 1\ntimeZone: "${"x".repeat(5_000_000)}"`, /is no time zone|xxx…/],
    ["an endless id", `version: 1\nvantages: [{ id: ${"x".repeat(5_000_000)} }]`, /xxx…|is no id/],
  ];
  test.each(cases)("is refused in a few words: %s", (_, text, message) => {
    const found = problemsOf(() => parse(text));
    expect(found.map((problem) => problem.message).join("\n")).toMatch(message);
    for (const problem of found) {
      expect(problem.message.length).toBeLessThan(500);
      expect(problem.place.length).toBeLessThan(300);
    }
  });

  test("gives problems or a configuration, never another error, whatever the text", () => {
    const bits = fc.constantFrom(
      ...Array.from("[]{}:,-?&*!|>'\"%@`#\n \t$"),
      "a",
      "version: 1\n",
      "targets:",
      "- ",
      "  ",
      "${A}",
      "&a ",
      "*a",
      "id: x",
      "1.5",
      "null",
      "~",
    );
    fc.assert(
      fc.property(fc.array(bits, { maxLength: 40 }), (parts) => {
        const text = parts.join("");
        const found = problemsOf(() => parse(text, { env: { A: "b" } }));
        return found.every(({ place, message }) => place !== "" && message !== "");
      }),
      { numRuns: 500 },
    );
  });

  test("gives problems or a configuration for any data in the file's keys", () => {
    const value = fc.jsonValue({ maxDepth: 3 });
    const keys = [
      "timeZone",
      "vantages",
      "accounts",
      "agreements",
      "defaults",
      "targets",
      "channels",
    ];
    const entry = fc.record(
      Object.fromEntries(
        [...keys, "id", "product", "probe", "from", "region"].map((key) => [key, value]),
      ),
      { requiredKeys: [] },
    );
    const file = fc.record(
      Object.fromEntries(
        keys.map((key) => [key, fc.oneof(value, fc.array(entry, { maxLength: 3 }))]),
      ),
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(file, (data) => {
        const found = problemsOf(() => parse(stringify({ version: 1, ...data })));
        return found.every(
          ({ place, message }) => /^\/etc\/nines.yaml/.test(place) && message !== "",
        );
      }),
      { numRuns: 60 },
    );
  });
});

test("ten thousand targets are read", () => {
  const targets = Array.from({ length: 10_000 }, (_, index) =>
    web.replace("web-1", `web-${index}`),
  );
  const text = `version: 1\ntargets:${targets.join("")}`;
  const startedMs = performance.now();
  const config = parse(text);
  const tookMs = performance.now() - startedMs;
  expect(config.targets).toHaveLength(10_000);
  console.info(`10,000 targets read in ${Math.round(tookMs)} ms`);
});

describe("the files beside the program", () => {
  const read = (file: string): Config =>
    parseConfig(
      { text: readFileSync(file, "utf8"), file },
      { env: {}, probeSettings: realSettings, readFile: () => "" },
    );

  test("the example is a good file, and its comments' keys are too", () => {
    const file = "config/example.yaml";
    expect(read(file).targets.map(({ id }) => id)).toEqual(["web-1", "web-gateway"]);
    const text = readFileSync(file, "utf8")
      .replaceAll(/^( *)# (\w+: [^#]*?)(  +\S.*| # .*)?$/gm, "$1$2")
      .replace(/^( *)threshold:.*\n/m, "")
      .replace(/^( *)minVantages:.*\n/m, "")
      .replaceAll(/^# (channels:|anchors:|routes:|  - \{ (id|channels): )/gm, "$1");
    const names = [...text.matchAll(/\$\{([A-Z_]+)\}/g)].map(([, name]) => name ?? "");
    const env = Object.fromEntries(names.map((name) => [name, `https://example.com/${name}`]));
    const config = parseConfig(
      { text, file },
      { env, probeSettings: realSettings, readFile: () => "" },
    );
    expect(config.targets[0]).toMatchObject({ class: "standard", intervalMs: 30_000 });
    expect(config.channels.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(["dingtalk", "email", "sms", "webhook", "alertmanager", "inbox"]),
    );
    expect(config.routes.map(({ channels }) => channels)).toEqual([
      ["ops", "alerts"],
      ["mail"],
      ["hook"],
    ]);
    expect(config.malfunctions.rules).toHaveLength(4);
    expect(config.accounts).toMatchObject([{ contacts: ["sla@acme.example"], lang: "zh" }]);
    expect(config.reportMail).toEqual({
      channel: "mail",
      formats: ["pdf", "xlsx"],
      delayMs: 600_000,
    });
    expect(config.statusPage).toEqual({ title: "Acme Cloud", all: false, accounts: ["acme"] });
    expect(config.anchors.map(({ kind }) => kind)).toEqual(["file", "webhook", "rfc3161"]);
  });

  test("the public endpoints are those of the catalogue", async () => {
    await expect(publicConfigYaml()).toMatchFileSnapshot("../config/alibaba-public.yaml");
  });

  test("the public endpoints are 102 targets with 80 measurements", () => {
    const { targets } = read("config/alibaba-public.yaml");
    expect(targets).toHaveLength(102);
    expect(new Set(targets.map(probeKey)).size).toBe(80);
  });

  test("the JSON Schema is the one of this program's keys and probes", async () => {
    const schema = `${JSON.stringify(configJsonSchema(realSettings), null, 2)}\n`;
    await expect(schema).toMatchFileSnapshot("../config/nines.schema.json");
  });
});

describe("the JSON Schema", () => {
  // Read back by another way than it was written: as plain JSON.
  const published: unknown = JSON.parse(readFileSync("config/nines.schema.json", "utf8"));
  const schema = z.fromJSONSchema(published as Parameters<typeof z.fromJSONSchema>[0]);
  const accepts = (text: string): boolean => schema.safeParse(parseYaml(text)).success;

  test("accepts the files beside the program", () => {
    expect(accepts(readFileSync("config/example.yaml", "utf8"))).toBe(true);
    expect(accepts(readFileSync("config/alibaba-public.yaml", "utf8"))).toBe(true);
  });

  test("lets a reference stand where a text has a form, and a number for a percentage", () => {
    expect(accepts('version: 1\ndefaults: { interval: "${INTERVAL}" }')).toBe(true);
    expect(accepts("version: 1\nagreements: [{ id: ecs, objective: 99.99 }]")).toBe(true);
  });

  test.each([
    "timeZone: Asia/Shanghai",
    "version: 2",
    "version: 1\nextra: 1",
    "version: 1\ndefaults: { interval: 15 }",
    "version: 1\ndefaults: { interval: 15 s }",
    "version: 1\nagreements: [{ id: ecs, method: most }]",
    `version: 1\ntargets:${web.replace("kind: tcp", "kind: tpc")}`,
    `version: 1\ntargets:${web.replace("address", "adress")}`,
    `version: 1\ntargets:${web.replace("ecs", "ec2")}`,
  ])("refuses %j", (text) => {
    expect(accepts(text)).toBe(false);
  });
});

describe("readSettings", () => {
  const nothing = (): boolean => false;

  test("has a default for each variable", () => {
    expect(readSettings({}, nothing)).toEqual({
      configFile: null,
      databaseUrl: null,
      redisUrl: null,
      dataDir: "./data",
      host: "127.0.0.1",
      port: 8080,
      logLevel: "info",
    });
  });

  test("takes what is set, and an empty variable for not set", () => {
    const env = {
      NINES_CONFIG: "/etc/nines.yaml",
      DATABASE_URL: "postgres://nines@db/nines",
      REDIS_URL: "redis://a:6379,redis://b:6379",
      NINES_DATA_DIR: "/var/lib/nines",
      HOST: "",
      PORT: "0",
      LOG_LEVEL: "debug",
    };
    expect(readSettings(env, nothing)).toEqual({
      configFile: "/etc/nines.yaml",
      databaseUrl: "postgres://nines@db/nines",
      redisUrl: "redis://a:6379,redis://b:6379",
      dataDir: "/var/lib/nines",
      host: "127.0.0.1",
      port: 0,
      logLevel: "debug",
    });
  });

  test("takes nines.yaml of the working directory when there is one", () => {
    expect(readSettings({}, (path) => path === "./nines.yaml").configFile).toBe("./nines.yaml");
    expect(readSettings({ NINES_CONFIG: "other.yaml" }, () => true).configFile).toBe("other.yaml");
  });

  test("names every bad variable and shows no value", () => {
    const found = problemsOf(() =>
      readSettings(
        { PORT: "80a", LOG_LEVEL: "loud", DATABASE_URL: "mysql://u:pw@db", REDIS_URL: "u:pw@r" },
        nothing,
      ),
    );
    expect(found.map(({ place }) => place).toSorted()).toEqual([
      "environment DATABASE_URL",
      "environment LOG_LEVEL",
      "environment PORT",
      "environment REDIS_URL",
    ]);
    expect(JSON.stringify(found)).not.toMatch(/pw|80a/);
  });

  test.each(["-1", "65536", "8080.5", " 80", "1e3"])("refuses the port %j", (port) => {
    expect(problemsOf(() => readSettings({ PORT: port }, nothing))).toHaveLength(1);
  });
});

describe("checkSummary", () => {
  const summary = (text: string): string =>
    checkSummary(parse(text, { env: { KEY: "hush-hush" } }));

  test("counts targets by region and product, work and shared measurements", () => {
    const text = `version: 1
vantages: [{ id: a }, { id: b }]
metricsToken: \${KEY}
channels: [{ id: ops, kind: webhook, url: "https://example.org", secret: "\${KEY}" }]
targets:${web}${web.replace("web-1", "web-2").replace("cn-hangzhou", "cn-beijing")}`;
    expect(summary(text)).toBe(`Time zone Asia/Shanghai, rounds kept for 400 days
Vantages (2): a, b
Accounts (1): default (CNY)
Channels (1): ops (webhook)
Targets (2)
               ecs
  cn-beijing   1
  cn-hangzhou  1
Agreements in use (1)
  ecs  from 2016-11-01  99.95 %  all-failed in 1m  target  2 targets
Rounds a minute        8.0
Results a minute       16.0
Measurements a minute  8.0
Shared measurements    2 of 4 results take that of another target
`);
  });

  test("names anchors, and nothing secret of them", () => {
    const text = `version: 1
anchors: [{ id: far, kind: file, path: /a }, { id: hook, kind: webhook, url: "http://h/\${KEY}" }]
`;
    expect(summary(text)).toContain("\nAnchors (2): far (file), hook (webhook)\n");
    expect(summary(text)).not.toContain("hush");
  });

  test("says to how many contacts reports are mailed, and to whom they are not", () => {
    const text = `version: 1
accounts: [{ id: a, contacts: [x@a.example, y@a.example, x@a.example] }, { id: b }]
channels: [{ id: mail, kind: email, server: "h:25", from: n@example.com, to: [o@example.com] }]
`;
    expect(summary(`${text}reportMail: { channel: mail }`)).toContain(
      "\nReports mailed by mail (pdf, xlsx) 10m after the closing, to 2 contacts of 1 account\n",
    );
    expect(summary(text)).toContain(
      "  accounts have contacts and nobody is mailed: there is no reportMail\n",
    );
  });

  test("warns of what is allowed and hardly meant", () => {
    const text = `version: 1
vantages: [{ id: a }, { id: idle }]
agreements: [{ id: ecs, minVantages: 2 }]
defaults: { vantages: [a], interval: 2m }
targets:${web.replace("cn-hangzhou", "cn-hangzou")}${web.replace("web-1", "web-2").replace("cn-hangzhou", "ap-south-1")}`;
    expect(summary(text).split("Warnings\n")[1]).toBe(
      `  region "cn-hangzou" is not in the catalogue; did you mean "cn-hangzhou"?
  interval 2m is longer than a slot of agreement "ecs" (1m): slots without data, "web-1" among others
  agreement "ecs" needs 2 vantages and "web-1" has 1: never any data
  region "ap-south-1" closed at 2024-07-15T18:30:00.000Z: give its targets "until"
  vantage "idle" measures no target
`,
    );
  });
});
