import { z } from "zod";
import { didYouMean } from "./core/suggest.ts";
import { MISSING_VALUE, type Finding, type Path } from "./yaml-source.ts";

type Issue = z.core.$ZodIssue;

const EXPECTED = new Map([
  ["string", "text"],
  ["number", "a number"],
  ["int", "a whole number"],
  ["boolean", "true or false"],
  ["array", "a list"],
  ["tuple", "a list"],
  ["object", "a mapping of keys to values"],
  ["record", "a mapping of keys to values"],
]);

function shown(value: unknown): string {
  if (value === null) return "nothing";
  if (typeof value === "string") return `"${value}"`;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a mapping of keys to values";
  return "something else";
}

/** Of keys whose values are secrets, or lie where one may have been put by mistake. */
const SECRET_KEY = /secret|password|token|key|mobiles|server/iu;

/** A wrong value, or no more than what kind of value it is. */
function shownAt(path: readonly PropertyKey[], value: unknown): string {
  if (!path.some((part) => SECRET_KEY.test(String(part)))) return shown(value);
  if (typeof value === "string") return "text";
  if (typeof value === "number") return "a number";
  return typeof value === "boolean" ? "true or false" : shown(value);
}

/** The schemas that one step of a path can lead to. */
function step(schema: unknown, part: PropertyKey): unknown[] {
  if (schema instanceof z.ZodObject) return [schema.shape[String(part)]];
  if (schema instanceof z.ZodArray) return [schema.element];
  if (schema instanceof z.ZodRecord) return [schema.valueType];
  return inside(schema).flatMap((inner) => step(inner, part));
}

/** What a wrapper or a choice holds. */
function inside(schema: unknown): unknown[] {
  if (schema instanceof z.ZodUnion) return [...schema.options];
  if (schema instanceof z.ZodIntersection) return [schema.def.left, schema.def.right];
  if (schema instanceof z.ZodPipe) return [schema.in];
  const wraps =
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault;
  return wraps ? [schema.unwrap()] : [];
}

/** The keys that a value may have: of a choice by its kind, those of its kind alone. */
function keysOf(schema: unknown, value: unknown): string[] {
  if (schema instanceof z.ZodObject) return Object.keys(schema.shape);
  const options = inside(schema);
  const ofKind = options.filter((option) => isOfKind(schema, { option, value }));
  return [...new Set((ofKind.length > 0 ? ofKind : options).flatMap((one) => keysOf(one, value)))];
}

function isOfKind(
  schema: unknown,
  { option, value }: { readonly option: unknown; readonly value: unknown },
): boolean {
  if (!(schema instanceof z.ZodDiscriminatedUnion) || !(option instanceof z.ZodObject))
    return false;
  const kind: unknown = option.shape[schema.def.discriminator];
  if (!(kind instanceof z.ZodType) || typeof value !== "object" || value === null) return false;
  return kind.safeParse(Reflect.get(value, schema.def.discriminator)).success;
}

function schemasAt(schema: z.ZodType, path: readonly PropertyKey[]): unknown[] {
  let schemas: unknown[] = [schema];
  for (const part of path) schemas = schemas.flatMap((inner) => step(inner, part));
  return schemas;
}

/** What a key means, as the published schema says it. */
function meaning(schema: z.ZodType, path: readonly PropertyKey[]): string {
  const [found] = schemasAt(schema, path);
  const description = found instanceof z.ZodType ? found.description : undefined;
  return description === undefined ? "" : `: ${description}`;
}

function wrongType(issue: z.core.$ZodIssueInvalidType, key: string, schema: z.ZodType): string {
  const { input, expected } = issue;
  const told = meaning(schema, issue.path);
  if (input === undefined) return `"${key}" is missing; add it${told}`;
  if (!issue.message.startsWith("Invalid input")) return issue.message;
  if (input === null) return `"${key}" has no value; give it one, or remove the key`;
  const remedy =
    expected === "string" && (typeof input === "number" || typeof input === "boolean")
      ? "; put it in quotes"
      : `; correct it${told}`;
  return `"${key}" must be ${EXPECTED.get(expected) ?? expected}, not ${shownAt(issue.path, input)}${remedy}`;
}

function notOneOf(issue: { input?: unknown }, options: readonly unknown[], key: string): string {
  const { input } = issue;
  const [only, ...others] = options.map(String);
  const choice = others.length === 0 ? (only ?? "") : `one of ${[only, ...others].join(", ")}`;
  if (input === undefined) return `"${key}" is missing; add ${choice}`;
  const hint = typeof input === "string" ? didYouMean(input, options.map(String)) : "";
  return `${shown(input)} is not ${choice}${hint || "; correct it"}`;
}

function outOfRange(issue: z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig, key: string): string {
  if (!/^Too (small|big)/.test(issue.message)) return `"${key}" ${issue.message}`;
  const limit = issue.code === "too_small" ? issue.minimum : issue.maximum;
  const bound = issue.code === "too_small" ? "at least" : "at most";
  const word = issue.inclusive === false ? (bound === "at least" ? "above" : "below") : bound;
  const unit = new Map([
    ["string", " characters long"],
    ["array", " entries long"],
    ["set", " entries long"],
  ]).get(issue.origin);
  return `"${key}" must be ${word} ${limit}${unit ?? ""}; correct it`;
}

/** Of the branches of a choice, the one that fits best tells most. */
function bestBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] {
  const isWrongKind = (issues: readonly Issue[]): boolean =>
    issues.some(({ code, path }) => code === "invalid_type" && path.length === 0);
  const candidates = branches.filter((issues) => !isWrongKind(issues));
  return candidates.toSorted((a, b) => a.length - b.length)[0] ?? [];
}

function unionFindings(
  issue: z.core.$ZodIssueInvalidUnion,
  schema: z.ZodType,
  base: Path,
): Finding[] {
  const path = joined(base, issue.path);
  const key = String(path.at(-1) ?? "");
  if ("options" in issue && Array.isArray(issue.options)) {
    const options: readonly unknown[] = issue.options;
    const name = issue.discriminator ?? key;
    const holder = typeof issue.input === "object" && issue.input !== null ? issue.input : {};
    const input: unknown = Reflect.get(holder, name);
    const message = input === MISSING_VALUE ? "" : notOneOf({ input }, options, name);
    return [{ path, at: "value", message }];
  }
  const best = bestBranch(issue.errors);
  if (best.length === 0) {
    const message = `"${key}" has no form that is known${meaning(schema, issue.path)}; correct it`;
    return [{ path, at: "value", message }];
  }
  return best.flatMap((inner) =>
    findingsOf({ ...inner, path: [...issue.path, ...inner.path] }, schema, base),
  );
}

function joined(base: Path, path: readonly PropertyKey[]): Path {
  return [...base, ...path.map((part) => (typeof part === "number" ? part : String(part)))];
}

function findingsOf(issue: Issue, schema: z.ZodType, base: Path): Finding[] {
  const path = joined(base, issue.path);
  const key = String(path.at(-1) ?? "the file");
  const at = "value" as const;
  if (issue.input === MISSING_VALUE) return [{ path, at, message: "" }];
  switch (issue.code) {
    case "unrecognized_keys": {
      const known = schemasAt(schema, issue.path).flatMap((one) => keysOf(one, issue.input));
      return issue.keys.map((unknown) => ({
        path: [...path, unknown],
        at: "key" as const,
        message: `unknown key "${unknown}"${didYouMean(unknown, known) || `; known are ${known.join(", ")}`}`,
      }));
    }
    case "invalid_type":
      return [{ path, at, message: wrongType(issue, key, schema) }];
    case "invalid_value":
      if (!issue.message.startsWith("Invalid")) return [{ path, at, message: issue.message }];
      return [{ path, at, message: notOneOf(issue, issue.values, key) }];
    case "too_small":
    case "too_big":
      return [{ path, at, message: outOfRange(issue, key) }];
    case "invalid_union":
      return unionFindings(issue, schema, base);
    case "invalid_key":
    case "invalid_element":
      return issue.issues.flatMap((inner) =>
        findingsOf({ ...inner, path: issue.path }, schema, base),
      );
    case "invalid_format":
    case "not_multiple_of":
    case "custom": {
      // A message of zod's own says nothing about what to do.
      const bare = issue.message.startsWith("Invalid");
      const message = bare ? `"${key}": ${issue.message}; correct it` : issue.message;
      return [{ path, at, message: `${message}${bare ? meaning(schema, issue.path) : ""}` }];
    }
  }
}

/** Checks the value at a path against a schema: its output, or findings with their remedy. */
export function checkForm<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  base: Path,
): { readonly output: z.output<Schema> | null; readonly findings: readonly Finding[] } {
  const checked = schema.safeParse(value, { reportInput: true });
  if (checked.success) return { output: checked.data, findings: [] };
  const findings = checked.error.issues.flatMap((issue) => findingsOf(issue, schema, base));
  return { output: null, findings };
}
