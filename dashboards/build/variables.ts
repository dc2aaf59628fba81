import {
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  VariableHide,
  VariableRefresh,
  VariableSort,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { PROMETHEUS } from "./panels.ts";

/** The plugin that reads nines' API. */
export const INFINITY = "yesoreyeram-infinity-datasource";

export function prometheusVariable(): DatasourceVariableBuilder {
  return new DatasourceVariableBuilder("datasource").label("Data source").type("prometheus");
}

export function apiVariable(): DatasourceVariableBuilder {
  return new DatasourceVariableBuilder("api")
    .label("nines' API")
    .type(INFINITY)
    .hide(VariableHide.HideVariable);
}

/** Where nines' pages are: its `publicUrl`, or where a first start serves them. */
export function pagesVariable(): QueryVariableBuilder {
  const told = "max by (url) (nines_info)";
  const query = `query_result(label_replace(${told}, "url", "http://127.0.0.1:8080", "url", ""))`;
  return queryVariable("pages", { label: "nines' pages", query, kind: QUERY_RESULT })
    .regex('/url="([^"]+)"/')
    .hide(VariableHide.HideVariable);
}

// As the Prometheus data source numbers the kinds of its queries.
const LABEL_VALUES = 1;
const QUERY_RESULT = 3;

function queryVariable(
  name: string,
  { label, query, kind }: { readonly label: string; readonly query: string; readonly kind: number },
): QueryVariableBuilder {
  return new QueryVariableBuilder(name)
    .label(label)
    .datasource(PROMETHEUS)
    .query({ qryType: kind, query, refId: "PrometheusVariableQueryEditor-VariableQuery" })
    .definition(query)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.NaturalAsc);
}

type Chooser = {
  readonly label: string;
  /** A metric with a selector by the variables before it. */
  readonly of: string;
};

/** The values of the label of the same name; any number of them, all at first. */
export function several(name: string, { label, of }: Chooser): QueryVariableBuilder {
  return queryVariable(name, { label, query: `label_values(${of}, ${name})`, kind: LABEL_VALUES })
    .multi(true)
    .includeAll(true)
    .current({ text: ["All"], value: ["$__all"] });
}

/** The values of the label of the same name; one of them. */
export function single(name: string, { label, of }: Chooser): QueryVariableBuilder {
  return queryVariable(name, { label, query: `label_values(${of}, ${name})`, kind: LABEL_VALUES });
}

// Each of the four leaves those of the ones after it that go with what was chosen. No value of
// its own stands for "All": the list is also handed to nines' API, which knows no pattern.
const CHOOSERS = {
  agreement: { label: "Agreement", of: "sla_objective_ratio" },
  product: { label: "Product", of: 'sla_objective_ratio{agreement=~"$agreement"}' },
  region: {
    label: "Region",
    of: 'sla_objective_ratio{agreement=~"$agreement", product=~"$product"}',
  },
  account: {
    label: "Account",
    of: 'sla_objective_ratio{agreement=~"$agreement", product=~"$product", region=~"$region"}',
  },
} as const;

/** Agreement, product, region, account; `one` of them is a single one. */
export function subjectVariables(one?: "product" | "account"): QueryVariableBuilder[] {
  return Object.entries(CHOOSERS).map(([name, chooser]) =>
    name === one ? single(name, chooser) : several(name, chooser),
  );
}
