import { parser } from "@prometheus-io/lezer-promql";

/** The labels of every metric, by name. */
export type Catalogue = ReadonlyMap<string, ReadonlySet<string>>;

type SyntaxNode = ReturnType<typeof parser.parse>["topNode"];

export type Checked = {
  /** Labels of the resulting series; null for a number. */
  readonly labels: ReadonlySet<string> | null;
  /** Everything in the query that is not there, or cannot be parsed. */
  readonly wrong: readonly string[];
};

type Walk = {
  readonly text: (node: SyntaxNode) => string;
  readonly catalogue: Catalogue;
  readonly wrong: string[];
};
type Labels = ReadonlySet<string> | null;

const NONE: ReadonlySet<string> = new Set();

/**
 * Parses a query and follows the labels through it: a metric that is not there, a selector by a
 * label that the metric does not have, and a grouping or matching by one that is not left.
 */
export function checkPromQl(expr: string, catalogue: Catalogue): Checked {
  const tree = parser.parse(expr);
  const wrong: string[] = [];
  tree.cursor().iterate((node) => {
    if (node.type.isError) wrong.push(`cannot be parsed at ${node.from}: ${expr.slice(node.from)}`);
  });
  if (wrong.length > 0) return { labels: null, wrong };
  const text = (node: SyntaxNode) => expr.slice(node.from, node.to);
  const labels = follow(tree.topNode, { text, catalogue, wrong });
  return { labels, wrong };
}

function follow(node: SyntaxNode, walk: Walk): Labels {
  switch (node.name) {
    case "VectorSelector":
      return selected(node, walk);
    case "AggregateExpr":
      return aggregated(node, walk);
    case "BinaryExpr":
      return combined(node, walk);
    case "FunctionCall":
      return called(node, walk);
    case "NumberDurationLiteral":
    case "StringLiteral":
      return null;
    case "PromQL":
    case "ParenExpr":
    case "UnaryExpr":
    case "MatrixSelector":
    case "SubqueryExpr":
    case "OffsetExpr":
      return follow(operands(node)[0] ?? node, walk);
    default:
      walk.wrong.push(`is of a kind that the check does not know: ${node.name}`);
      return null;
  }
}

const EXPRESSIONS = new Set([
  "VectorSelector",
  "AggregateExpr",
  "BinaryExpr",
  "FunctionCall",
  "NumberDurationLiteral",
  "StringLiteral",
  "ParenExpr",
  "UnaryExpr",
  "MatrixSelector",
  "SubqueryExpr",
  "OffsetExpr",
]);

function children(node: SyntaxNode): SyntaxNode[] {
  const found: SyntaxNode[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling) found.push(child);
  return found;
}

const has = (node: SyntaxNode | null, child: string) => (node?.getChild(child) ?? null) !== null;
const operands = (node: SyntaxNode) => children(node).filter(({ name }) => EXPRESSIONS.has(name));
const argumentsOf = (node: SyntaxNode) => operands(node.getChild("FunctionCallBody") ?? node);

function named(node: SyntaxNode, { text }: Walk): string[] {
  return node.getChildren("LabelName").map(text);
}

function require(labels: readonly string[], there: Labels, { where, walk }: Where): void {
  for (const label of labels) {
    if (!(there ?? NONE).has(label)) walk.wrong.push(`${where} has no label ${label}`);
  }
}
type Where = { readonly where: string; readonly walk: Walk };

function selected(node: SyntaxNode, walk: Walk): Labels {
  const name = walk.text(node.getChild("Identifier") ?? node);
  const labels = walk.catalogue.get(name);
  if (labels === undefined) {
    walk.wrong.push(`there is no metric ${name}`);
    return NONE;
  }
  const matchers = node.getChild("LabelMatchers");
  const used = matchers === null ? [] : children(matchers).flatMap((one) => named(one, walk));
  require(used, labels, { where: name, walk });
  return labels;
}

const KEEPING = new Set(["topk", "bottomk", "limitk"]);

function aggregated(node: SyntaxNode, walk: Walk): Labels {
  const inner = argumentsOf(node)
    .map((argument) => follow(argument, walk))
    .find((labels) => labels !== null);
  const modifier = node.getChild("AggregateModifier");
  const grouping = modifier?.getChild("GroupingLabels") ?? null;
  const names = grouping === null ? [] : named(grouping, walk);
  require(names, inner ?? null, { where: walk.text(node), walk });
  const operation = walk.text(node.getChild("AggregateOp") ?? node);
  if (KEEPING.has(operation)) return inner ?? NONE;
  if (has(modifier, "Without")) return without(inner ?? NONE, new Set(names));
  return new Set(names);
}

function combined(node: SyntaxNode, walk: Walk): Labels {
  const [left = null, right = null] = operands(node).map((one) => follow(one, walk));
  const clause = node.getChild("MatchingModifierClause");
  const [matching, including] = clause?.getChildren("GroupingLabels") ?? [];
  const names = matching === undefined ? [] : named(matching, walk);
  const where = walk.text(node);
  require(names, left, { where: `the left side of ${where}`, walk });
  require(names, right, { where: `the right side of ${where}`, walk });
  if (left === null || right === null) return left ?? right;
  if (has(node, "Or")) return new Set([...left].filter((label) => right.has(label)));
  if (has(node, "And") || has(node, "Unless")) return left;
  if (has(clause, "GroupLeft")) {
    return new Set([...left, ...(including === undefined ? [] : named(including, walk))]);
  }
  if (has(clause, "On")) return new Set(names);
  if (has(clause, "Ignoring")) return without(left, new Set(names));
  for (const label of [...without(left, right), ...without(right, left)]) {
    walk.wrong.push(`the sides of ${where} do not both have the label ${label}`);
  }
  return left;
}

function called(node: SyntaxNode, walk: Walk): Labels {
  const name = walk.text(node.getChild("FunctionIdentifier") ?? node);
  const args = argumentsOf(node);
  const inner = args.map((argument) => follow(argument, walk)).find((labels) => labels !== null);
  if (name === "histogram_quantile") {
    require(["le"], inner ?? null, { where: walk.text(node), walk });
    return without(inner ?? NONE, new Set(["le"]));
  }
  if (name === "label_replace") {
    const [to = "", , from = ""] = args.slice(1).map((one) => walk.text(one).slice(1, -1));
    require([from], inner ?? null, { where: walk.text(node), walk });
    return new Set([...(inner ?? NONE), to]);
  }
  if (name === "vector") return NONE;
  return inner ?? null;
}

function without(labels: ReadonlySet<string>, taken: ReadonlySet<string>): ReadonlySet<string> {
  return new Set([...labels].filter((label) => !taken.has(label)));
}
