import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { METRICS } from "../../src/metrics.ts";
import { checkPromQl, type Catalogue } from "./promql.ts";

// The dashboards as Grafana reads them, as far as the tests look at them.

export type Override = {
  readonly matcher: { readonly id: string; readonly options: string };
  readonly properties: readonly { readonly id: string; readonly value: unknown }[];
};
export type Source = { readonly type: string; readonly uid: string };
export type Panel = {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly gridPos: {
    readonly x: number;
    readonly y: number;
    readonly w: number;
    readonly h: number;
  };
  readonly datasource?: Source;
  readonly fieldConfig?: {
    readonly defaults: {
      readonly unit?: string;
      readonly noValue?: string;
      readonly thresholds?: { readonly steps: readonly { readonly value: number | null }[] };
    };
    readonly overrides: readonly Override[];
  };
  readonly options?: {
    readonly reduceOptions?: { readonly calcs: readonly string[] };
    readonly sortBy?: readonly { readonly displayName: string }[];
  };
  readonly targets?: readonly {
    readonly refId: string;
    readonly expr: string;
    readonly legendFormat?: string;
    readonly instant?: boolean;
    readonly datasource: Source;
  }[];
  readonly transformations?: readonly {
    readonly id: string;
    readonly options: {
      readonly renameByName?: Readonly<Record<string, string>>;
      readonly rowField?: string;
      readonly columnField?: string;
    };
  }[];
};
export type Variable = {
  readonly name: string;
  readonly type: string;
  readonly label?: string;
  readonly definition?: string;
  readonly query: unknown;
  readonly regex?: string;
  readonly multi: boolean;
  readonly datasource?: Source;
};
export type Annotation = {
  readonly name: string;
  readonly datasource: Source;
  readonly target: {
    readonly url: string;
    readonly url_options: {
      readonly params: readonly { readonly key: string; readonly value: string }[];
    };
    readonly root_selector: string;
    readonly columns: readonly { readonly selector: string; readonly text: string }[];
  };
};
export type Board = {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly panels: readonly Panel[];
  readonly links: readonly {
    readonly type: string;
    readonly url?: string;
    readonly tags: readonly string[];
    readonly includeVars: boolean;
    readonly keepTime: boolean;
  }[];
  readonly templating: { readonly list: readonly Variable[] };
  readonly annotations: { readonly list: readonly Annotation[] };
};

type Rule = { readonly record?: string; readonly alert?: string; readonly expr: string };

export function readRules(): readonly Rule[] {
  const { groups } = parse(readFileSync("dashboards/prometheus/rules.yml", "utf8")) as {
    groups: readonly { readonly rules: readonly Rule[] }[];
  };
  return groups.flatMap((group) => group.rules);
}

/** What Prometheus adds to every series, and the metrics that it makes of a scrape. */
const ADDED = ["instance", "job"];
const ITS_OWN = ["up", "scrape_duration_seconds"];

/** All metrics of the service and of its rules with their labels. */
export function readCatalogue(): Catalogue {
  const catalogue = new Map(ITS_OWN.map((name) => [name, new Set(ADDED)]));
  for (const [name, { type, labels }] of Object.entries(METRICS)) {
    const all = new Set([...labels, ...ADDED]);
    if (type !== "histogram") catalogue.set(name, all);
    else {
      catalogue.set(`${name}_bucket`, new Set([...all, "le"]));
      for (const part of ["sum", "count"]) catalogue.set(`${name}_${part}`, all);
    }
  }
  for (const { record, expr } of readRules()) {
    if (record === undefined) continue;
    catalogue.set(record, new Set(checkPromQl(expr, catalogue).labels ?? []));
  }
  return catalogue;
}

/** Panels that show something. */
export function panelsOf({ panels }: Board): readonly Panel[] {
  return panels.filter(({ type }) => type !== "row" && type !== "text");
}

/** A query as Prometheus reads it: the variables and intervals of Grafana are put in. */
export function fillIn(text: string, values: Readonly<Record<string, string>>): string {
  return text.replaceAll(
    /\$\{(\w+)(?::\w+)?\}|\$(\w+)/gu,
    (whole, braced?: string, bare?: string) => values[braced ?? bare ?? ""] ?? whole,
  );
}

/** The query behind a variable; null for one that asks nothing. */
export function variableQuery({ type, definition = "" }: Variable): string | null {
  if (type !== "query") return null;
  const [, metric, label] = /^label_values\((.+), (\w+)\)$/u.exec(definition) ?? [];
  if (metric !== undefined) return `group by (${label}) (${metric})`;
  const [, query] = /^query_result\((.+)\)$/u.exec(definition) ?? [];
  if (query === undefined) throw new Error(`a variable of another kind: ${definition}`);
  return query;
}
