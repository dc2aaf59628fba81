import {
  Composer,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  Parser,
  type CST,
  type Document,
  type Node,
  type Pair,
  type Scalar,
} from "yaml";
import { InvalidInputError } from "./errors.ts";
import { substitute, type Secret, type Values } from "./substitute.ts";

export type Path = readonly (string | number)[];

/** Something wrong with the value at a path, or with its key. */
export type Finding = {
  readonly path: Path;
  readonly at: "key" | "value";
  /** Empty when what is wrong has been said already. */
  readonly message: string;
};

/** A YAML text as plain data, with the way back from a path to its line and column. */
export type YamlSource = {
  readonly data: unknown;
  readonly findings: readonly Finding[];
  readonly secrets: readonly SecretAt[];
  /** Position of the value or of the key; of what is nearest when there is no such node. */
  readonly positionOf: (finding: Finding) => { line: number; col: number };
};

type SecretAt = Secret & { readonly path: string };

/** Stands where a `${...}` or an alias gave nothing, so that this is not reported twice. */
export const MISSING_VALUE = Symbol("missing value");

const MAX_CHARACTERS = 64 * 1024 * 1024;
const MAX_DEPTH = 50;
const MAX_ALIASED_NODES = 100_000;
const MAX_SYNTAX_ERRORS = 20;
const TOO_DEEP = `is nested deeper than ${MAX_DEPTH} levels`;

/** `targets[3].probe.address` */
export function pathText(path: Path): string {
  return path
    .map((part) => (typeof part === "number" ? `[${part}]` : `.${part}`))
    .join("")
    .replace(/^\./, "");
}

/**
 * The tokens of the text. Stops at deep nesting: the composer calls itself for each level, and a
 * process that runs out of stack inside a regular expression ends without an exception.
 */
function* tokens(text: string, onNewLine: (offset: number) => void): Generator<CST.Token, void> {
  const parser = new Parser();
  onNewLine(0);
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) onNewLine(at + 1);
  for (const lexeme of new Lexer().lex(text)) {
    yield* parser.next(lexeme);
    // A level of block style holds two entries of the stack.
    if (parser.stack.length > 2 * MAX_DEPTH) throw new RangeError(TOO_DEEP);
  }
  yield* parser.end();
}

function refuse(place: string, message: string): never {
  throw new InvalidInputError([{ place, message }]);
}

function compose(text: string, file: string, lines: LineCounter): Document.Parsed {
  if (text.length > MAX_CHARACTERS) refuse(file, "is larger than 64 MiB; shorten it");
  if (/[\0\uFFFD]/.test(text)) refuse(file, "is not a text in UTF-8; save it as UTF-8");
  const placeOf = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${line}:${col}`;
  };
  const composer = new Composer({ uniqueKeys: false, prettyErrors: false });
  try {
    const composed = composer.compose(tokens(text, lines.addNewLine), true, text.length);
    const [document, second] = [...composed];
    if (document === undefined) return refuse(file, 'is empty; begin with "version: 1"');
    if (second !== undefined) {
      refuse(placeOf(second.range[0]), "begins a second document; keep one in a file");
    }
    const problems = [...document.errors, ...document.warnings]
      .slice(0, MAX_SYNTAX_ERRORS)
      .map(({ pos, message }) => ({ place: placeOf(pos[0]), message: `is not YAML: ${message}` }));
    if (problems.length > 0) throw new InvalidInputError(problems);
    return document;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return refuse(file, `${error.message}; write it flatter`);
  }
}

/** What is going on while the nodes become plain data. */
type Walk = {
  readonly values: Values;
  readonly keepsText: (path: Path) => boolean;
  readonly anchors: Map<string, Node>;
  readonly findings: Finding[];
  readonly secrets: SecretAt[];
  aliasDepth: number;
  aliasedNodes: number;
};

function readScalar(walk: Walk, node: Scalar, path: Path): unknown {
  const { value, source } = node;
  if (typeof value === "number" && walk.keepsText(path)) return source ?? String(value);
  if (typeof value !== "string" || !value.includes("${")) return value;
  const { text, secrets, problems } = substitute(value, walk.values);
  walk.findings.push(...problems.map((message) => ({ path, message, at: "value" as const })));
  walk.secrets.push(...secrets.map((secret) => ({ ...secret, path: pathText(path) })));
  return problems.length > 0 ? MISSING_VALUE : text;
}

function keyOf(pair: Pair): string | null {
  return isScalar(pair.key) ? (pair.key.source ?? String(pair.key.value)) : null;
}

function readMap(walk: Walk, pairs: readonly Pair[], path: Path): Record<string, unknown> {
  const data: Record<string, unknown> = {};
  for (const pair of pairs) {
    const key = keyOf(pair);
    const found =
      key === null ? "a key must be a simple word; write another one" : keyProblem(key, data);
    if (found !== null) {
      walk.findings.push({ path: key === null ? path : [...path, key], at: "key", message: found });
    } else if (key !== null) {
      data[key] = readNode(walk, pair.value, [...path, key]);
    }
  }
  return data;
}

function keyProblem(key: string, siblings: Readonly<Record<string, unknown>>): string | null {
  if (key === "__proto__") return "this key is not allowed; write another one";
  if (key === "<<") return '"<<" does not merge here; write the keys out, or use "defaults"';
  return Object.hasOwn(siblings, key) ? `"${key}" stands here twice; remove one of the two` : null;
}

function readAlias(walk: Walk, name: string, path: Path): unknown {
  const node = walk.anchors.get(name);
  if (node === undefined) {
    const message = `"*${name}" refers to nothing; put "&${name}" before an earlier value`;
    walk.findings.push({ path, at: "value", message });
    return MISSING_VALUE;
  }
  walk.aliasDepth += 1;
  const data = readNode(walk, node, path);
  walk.aliasDepth -= 1;
  return data;
}

function readNode(walk: Walk, node: unknown, path: Path): unknown {
  if (walk.aliasDepth > 0 && ++walk.aliasedNodes > MAX_ALIASED_NODES) {
    throw new RangeError(`repeats more than ${MAX_ALIASED_NODES} values through "*" references`);
  }
  if (path.length > MAX_DEPTH) throw new RangeError(TOO_DEEP);
  if (isAlias(node)) return readAlias(walk, node.source, path);
  if (isNode(node) && node.anchor !== undefined) walk.anchors.set(node.anchor, node);
  if (isScalar(node)) return readScalar(walk, node, path);
  if (isMap(node)) return readMap(walk, node.items, path);
  if (isSeq(node)) return node.items.map((item, index) => readNode(walk, item, [...path, index]));
  return null;
}

/** Start of the node at the path, or of the key that leads there, or of the nearest above. */
function offsetOf(walk: Walk, root: unknown, finding: Finding): number {
  let node = root;
  let offset = 0;
  for (const [index, part] of finding.path.entries()) {
    if (isAlias(node)) node = walk.anchors.get(node.source);
    if (isNode(node)) offset = node.range?.[0] ?? offset;
    const pair = isMap(node) ? node.items.findLast((item) => keyOf(item) === part) : undefined;
    const item = isSeq(node) && typeof part === "number" ? node.items[part] : undefined;
    const next = pair?.value ?? item;
    const isLast = index === finding.path.length - 1;
    if (isNode(pair?.key) && (!isNode(next) || (isLast && finding.at === "key"))) {
      return pair.key.range?.[0] ?? offset;
    }
    if (!isNode(next)) return offset;
    node = next;
  }
  return isNode(node) ? (node.range?.[0] ?? offset) : offset;
}

/**
 * Reads a YAML text, with `${...}` replaced. A number where `keepsText` says so stays the text
 * that was written, since 99.95 is no exact float.
 * Throws InvalidInputError when the text as a whole cannot be read.
 */
export function readYaml(
  text: string,
  values: Values,
  keepsText: (path: Path) => boolean,
): YamlSource {
  const lines = new LineCounter();
  const document = compose(text, values.file, lines);
  const walk: Walk = {
    values,
    keepsText,
    anchors: new Map(),
    findings: [],
    secrets: [],
    aliasDepth: 0,
    aliasedNodes: 0,
  };
  try {
    const data = readNode(walk, document.contents, []);
    return {
      data,
      findings: walk.findings,
      secrets: walk.secrets,
      positionOf: (finding) => lines.linePos(offsetOf(walk, document.contents, finding)),
    };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return refuse(values.file, `${error.message}; write it shorter and flatter`);
  }
}
