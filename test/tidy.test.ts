import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

function filesBelow(root: string, ending: RegExp): string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && ending.test(entry.name))
    .map((entry) => `${entry.parentPath}/${entry.name}`)
    .toSorted();
}

const source = ["src", "probes", "jobs", "dashboards"].flatMap((root) =>
  filesBelow(root, /\.(ts|tsx|sql)$/),
);
const tests = filesBelow("test", /\.(ts|tsx)$/);
const self = "test/tidy.test.ts";

type Ban = {
  readonly what: string;
  readonly pattern: RegExp;
  readonly use: string;
  readonly files: readonly string[];
  readonly except: readonly string[];
};

const bans: readonly Ban[] = [
  {
    what: "the time of day or of the process",
    pattern:
      /\bDate\.now\b|\bnew Date\(\s*\)|\bperformance\.now\b|\bhrtime\b|\bDateTime\.(now|utc|local)\(\s*\)/,
    use: "a Clock or a nowMs argument",
    files: source,
    except: ["src/clock.ts"],
  },
  {
    what: "the database's clock",
    pattern: /(?<![.\w])now\(\s*\)|\b(current|local)_(timestamp|date|time)\b|\bclock_timestamp\b/i,
    use: "a timestamp parameter",
    files: source,
    except: [],
  },
  {
    what: "the environment",
    pattern: /\bprocess\.env\b|\bimport\.meta\.env\b/,
    use: "Settings",
    files: source,
    except: ["src/config.ts"],
  },
  {
    what: "the console",
    pattern: /\bconsole\./,
    use: "the logger in deps",
    files: source,
    except: ["src/main.ts", "src/nines-verify.ts"],
  },
  {
    what: "a class that is not an error",
    pattern: /^\s*(export\s+)?(abstract\s+)?class\s+\w+(?!\w|\s+extends\s+\w*Error\b)/m,
    use: "functions over plain data",
    files: source,
    except: [],
  },
  {
    what: "a note of work left undone",
    pattern: /\b(TODO|FIXME|XXX)\b/,
    use: "an issue, or do it",
    files: [...source, ...tests],
    except: [self],
  },
  {
    what: "a silenced rule without a reason",
    pattern:
      /(oxlint|eslint)-disable(?![^\n]* -- )[^\n]*|@ts-(ignore|nocheck|expect-error)\s*(\n|$)/,
    use: "code that keeps the rule, or a reason after --",
    files: source,
    except: [],
  },
  {
    what: "a test that is left out or runs alone",
    pattern: /\b(test|it|describe)\s*\.(only|skip|todo|fails)\b/,
    use: "test.skipIf with the program that the machine lacks",
    files: tests,
    except: [self],
  },
];

function offenders(ban: Ban): string[] {
  return ban.files
    .filter((file) => !ban.except.includes(file))
    .flatMap((file) => {
      const text = readFileSync(file, "utf8");
      const found = ban.pattern.exec(text);
      if (found === null) return [];
      const line = text.slice(0, found.index).split("\n").length;
      return [`${file}:${line}: ${found[0].trim()} is banned, use ${ban.use}`];
    });
}

test("the source tree and the tests were found", () => {
  expect(source).toContain("src/clock.ts");
  expect(source).toContain("probes/probe.ts");
  expect(source.filter((file) => file.endsWith(".sql"))).not.toEqual([]);
  expect(source.length).toBeGreaterThan(12);
  expect(tests).toContain(self);
});

test.each(bans)("nothing uses $what", (ban) => {
  expect(offenders(ban)).toEqual([]);
});

test("no source file is longer than 400 lines", () => {
  const long = source
    .map((file) => ({ file, lines: readFileSync(file, "utf8").split("\n").length - 1 }))
    .filter(({ lines }) => lines > 400);
  expect(long).toEqual([]);
});

test("files are named in kebab-case, or by the migration's number", () => {
  const odd = [...source, ...tests].filter(
    (file) => !/\/(\d{4}_)?[a-z0-9]+([-_.][a-z0-9]+)*\.(ts|tsx|sql)$/.test(file),
  );
  expect(odd).toEqual([]);
});

test("a member of a folder has no name that another file of the folder differs from by case", () => {
  const lower = [...source, ...tests].map((file) => file.toLowerCase());
  expect(new Set(lower).size).toBe(lower.length);
});

/** What each ban is there to catch, so that a pattern that catches nothing is noticed. */
test.each([
  ["the time of day or of the process", "const a = Date.now();"],
  ["the time of day or of the process", "const a = new Date();"],
  ["the time of day or of the process", "const a = DateTime.utc();"],
  ["the database's clock", "insert into round values (now())"],
  ["the database's clock", "select CURRENT_TIMESTAMP"],
  ["the environment", "const home = process.env.HOME;"],
  ["the console", "console.log(1);"],
  ["a class that is not an error", "export class Store {"],
  ["a class that is not an error", "class Store extends Base {"],
  ["a note of work left undone", "// TODO later"],
  ["a test that is left out or runs alone", "test.only('x', () => {})"],
])("the ban of %s catches %s", (what, text) => {
  expect(bans.find((ban) => ban.what === what)?.pattern.test(text)).toBe(true);
});

test.each([
  ["the time of day or of the process", "const a = new Date(fromMs);"],
  ["the time of day or of the process", "DateTime.fromMillis(ms)"],
  ["the database's clock", "const at = clock.nowMs(); // known() and knownow()"],
  ["a class that is not an error", "export class NotFoundError extends Error {"],
  ["a test that is left out or runs alone", "test.skipIf(!has('nginx'))('x', () => {})"],
])("the ban of %s lets through %s", (what, text) => {
  expect(bans.find((ban) => ban.what === what)?.pattern.test(text)).toBe(false);
});
