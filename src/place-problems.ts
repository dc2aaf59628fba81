import type { Problem } from "./errors.ts";
import { pathText, type Finding, type YamlSource } from "./yaml-source.ts";

type Secret = YamlSource["secrets"][number];

const MAX_MESSAGE = 400;
const MAX_PATH = 200;
/** So much of a value may not show even where a message cuts it. */
const TELLING = 6;
/** A shorter one is replaced only where it stands: it may be a part of any word. */
const SHORTEST_SECRET = 4;

const cut = (text: string, length: number): string =>
  text.length <= length ? text : `${text.slice(0, length - 1)}…`;

/** Whether one of the two places holds the other. */
function related(a: string, b: string): boolean {
  return a.startsWith(b) || b.startsWith(a);
}

/** The message without the values that came in through `${...}`. */
function withoutSecrets(message: string, path: string, secrets: readonly Secret[]): string {
  let text = message;
  for (const secret of secrets) {
    if (secret.value.length < SHORTEST_SECRET && !related(path, secret.path)) continue;
    const label = `\${${secret.name}}`;
    for (const form of [secret.value, JSON.stringify(secret.value).slice(1, -1)]) {
      if (form !== "") text = text.replaceAll(form, label);
    }
    const start = secret.value.slice(0, TELLING);
    if (secret.value.length > TELLING && text.includes(start)) {
      return `the value does not fit here; check ${label}`;
    }
  }
  return text;
}

/** Findings at their places in the file, in its order, each once. */
export function toProblems(
  findings: readonly Finding[],
  yaml: YamlSource,
  file: string,
): Problem[] {
  const secrets = [
    ...new Map(yaml.secrets.map((secret) => [`${secret.path} ${secret.name}`, secret])).values(),
  ];
  const told = findings.filter(({ message }) => message !== "");
  const placed = told.map((finding) => {
    const { line, col } = yaml.positionOf(finding);
    const path = pathText(finding.path);
    const message = withoutSecrets(finding.message, path, secrets).replaceAll(/\p{Cc}/gu, " ");
    const place = `${file}:${line}:${col} ${cut(path, MAX_PATH)}`.trimEnd();
    return { line, col, place, message: cut(message, MAX_MESSAGE) };
  });
  const unique = new Map(
    placed.map((problem) => [`${problem.place}\n${problem.message}`, problem]),
  );
  return [...unique.values()]
    .toSorted((a, b) => a.line - b.line || a.col - b.col)
    .map(({ place, message }) => ({ place, message }));
}
