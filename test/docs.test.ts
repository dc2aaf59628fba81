import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { FILES } from "./pictures/list.ts";

const roots = readdirSync(".").filter((name) => name !== "node_modules" && name !== ".git");
const names = new Set([
  ...roots,
  ...["src", "probes", "jobs", "dashboards", "test", "docs", "config"].flatMap((root) =>
    readdirSync(root, { recursive: true, encoding: "utf8" }).map((name) => name.split("/").at(-1)),
  ),
]);

const documents = [
  ...roots.filter((name) => name.endsWith(".md")),
  ...readdirSync("docs", { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => join("docs", name)),
].map((name) => ({ name, text: readFileSync(name, "utf8") }));

const { scripts } = JSON.parse(readFileSync("package.json", "utf8")) as {
  scripts: Readonly<Record<string, string>>;
};

/** Words in backticks that name a file or folder of this repository; `<...>` stands for any name. */
function pathsIn(text: string): string[] {
  const prose = text.replaceAll(/^```[\s\S]*?^```/gm, "");
  return [...prose.matchAll(/`([^`\s]+)`/g)]
    .map(([, word = ""]) => word)
    .filter((word) => !/[<>${}*?]/.test(word))
    .filter((word) =>
      word.includes("/")
        ? roots.includes(word.split("/")[0] ?? "") && !word.startsWith("dist/")
        : /^[.\w-]+\.(ts|tsx|cjs|json|yml|sql|md)$/.test(word),
    );
}

function isThere(path: string): boolean {
  return path.includes("/") ? existsSync(path) : names.has(path);
}

/** Scripts of package.json that a text tells its reader to run. */
function scriptsIn(text: string): string[] {
  return [
    ...[...text.matchAll(/\bnpm run ([\w:-]+)/g)].map(([, name = ""]) => name),
    ...[...text.matchAll(/\bnpm (start|test)\b/g)].map(([, name = ""]) => name),
  ];
}

test("the documents were found", () => {
  const found = documents.map(({ name }) => name);
  expect(found).toEqual(expect.arrayContaining(["README.md", "CHANGELOG.md", "docs/adding.md"]));
  expect(documents.flatMap(({ text }) => pathsIn(text)).length).toBeGreaterThan(20);
  expect(documents.flatMap(({ text }) => scriptsIn(text))).toContain("start");
});

test.each(documents)("$name names only files that exist", ({ text }) => {
  expect(pathsIn(text).filter((path) => !isThere(path))).toEqual([]);
});

test.each(documents)("$name names only commands that exist", ({ text }) => {
  expect(scriptsIn(text).filter((name) => scripts[name] === undefined)).toEqual([]);
});

test.each(documents)("the links of $name lead somewhere", ({ name, text }) => {
  const links = [...text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)]
    .map(([, link = ""]) => link)
    .filter((link) => !/^[a-z]+:/.test(link));
  expect(links.filter((link) => !existsSync(join(dirname(name), link)))).toEqual([]);
});

test("every picture is shown somewhere, is small, and can be taken anew by the script", () => {
  const shown = documents.flatMap(({ name, text }) =>
    [...text.matchAll(/!\[[^\]]*\]\(([^)\s]+)\)/g)].map(([, link = ""]) =>
      join(dirname(name), link),
    ),
  );
  const stored = readdirSync("docs/pictures").map((name) => join("docs/pictures", name));
  expect([...new Set(shown)].toSorted()).toEqual(stored.toSorted());
  expect(FILES.map((name) => join("docs/pictures", name)).toSorted()).toEqual(stored.toSorted());
  expect(stored.filter((path) => statSync(path).size > 150_000)).toEqual([]);
});

test("decisions are numbered from 1 without a gap", () => {
  const decisions = readdirSync("docs/decisions").toSorted();
  expect(decisions).not.toEqual([]);
  decisions.forEach((name, at) => {
    expect(name).toMatch(new RegExp(`^${String(at + 1).padStart(4, "0")}-[a-z0-9-]+\\.md$`));
    expect(readFileSync(join("docs/decisions", name), "utf8")).toMatch(
      new RegExp(`^# ${at + 1}\\. `),
    );
  });
});

test("a path and a command that are not there are noticed", () => {
  const text = "See `src/no-such.ts`, `no-such.json`, `probes/<kind>.ts` and `npm run no-such`.";
  expect(pathsIn(text).filter((path) => !isThere(path))).toEqual([
    "src/no-such.ts",
    "no-such.json",
  ]);
  expect(scriptsIn(text)).toEqual(["no-such"]);
});
