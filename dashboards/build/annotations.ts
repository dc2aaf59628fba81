import type { Builder, Dataquery } from "@grafana/grafana-foundation-sdk/cog";
import type { AnnotationQuery } from "@grafana/grafana-foundation-sdk/dashboard";
import { INFINITY } from "./variables.ts";

const KINDS = [
  { kind: "outage", name: "Outages", color: "red" },
  { kind: "exclusion", name: "Exclusions", color: "blue" },
  { kind: "breach", name: "Breaches", color: "purple" },
] as const;

/** What the API is asked for beside the time: its parameters, by the dashboard's variables. */
type Narrowed = Readonly<Record<string, string>>;

export const BY_CHOICE: Narrowed = {
  product: "${product:csv}",
  region: "${region:csv}",
  account: "${account:csv}",
};

/** nines' own outages, exclusions and breaches, each to be switched off by itself. */
export function annotations(narrowed: Narrowed): Builder<AnnotationQuery>[] {
  return KINDS.map(({ kind, name, color }) =>
    annotation({
      name,
      datasource: { type: INFINITY, uid: "${api}" },
      enable: true,
      hide: false,
      iconColor: color,
      target: apiQuery({ kind, from: "${__from}", until: "${__to}", ...narrowed }),
    }),
  );
}

/** Not by the kit's builder: that one moves the switches into a menu. */
function annotation(model: AnnotationQuery): Builder<AnnotationQuery> {
  return { build: () => model };
}

const column = (selector: string, text: string, type: "string" | "timestamp") => ({
  selector,
  text,
  type,
});

function apiQuery(params: Readonly<Record<string, string>>): Dataquery {
  const query = {
    refId: "Anno",
    type: "json",
    source: "url",
    parser: "backend",
    format: "dataframe",
    url: "/api/v1/annotations",
    url_options: {
      method: "GET",
      data: "",
      params: Object.entries(params).map(([key, value]) => ({ key, value })),
    },
    root_selector: "annotations",
    columns: [
      column("from", "time", "timestamp"),
      column("until", "timeEnd", "timestamp"),
      column("title", "title", "string"),
      column("text", "text", "string"),
      // A list of tags does not come through as one.
      column("kind", "tags", "string"),
    ],
    filters: [],
  };
  return { ...query, _implementsDataqueryVariant: () => undefined };
}
