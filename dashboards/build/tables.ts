import type { Builder } from "@grafana/grafana-foundation-sdk/cog";
import { DataqueryBuilder, PromQueryFormat } from "@grafana/grafana-foundation-sdk/prometheus";
import type { DynamicConfigValue, Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import { PanelBuilder as TablePanel } from "@grafana/grafana-foundation-sdk/table";
import { dress, PROMETHEUS, refIdOf, thresholdsOf, type Face, type Step } from "./panels.ts";

export type Link = { readonly title: string; readonly url: string };

/** A column of values: one query, joined with the others by its labels. */
export type Column = {
  readonly name: string;
  readonly expr: string;
  readonly unit: string;
  readonly decimals?: number;
  /** Colours the cells. */
  readonly steps?: readonly Step[];
};

/** A column of names: a label of the queries. */
export type LabelColumn = {
  readonly label: string;
  readonly name: string;
  readonly links?: readonly Link[];
};

export type TableOptions = {
  readonly labels: readonly LabelColumn[];
  readonly columns: readonly Column[];
  /** Named as the column is. */
  readonly sortBy: string;
  readonly descending?: boolean;
};

function tableQuery(expr: string, index: number): DataqueryBuilder {
  return new DataqueryBuilder()
    .refId(refIdOf(index))
    .datasource(PROMETHEUS)
    .expr(expr)
    .instant()
    .format(PromQueryFormat.Table);
}

/** One row for each set of labels, one column for each query. */
export function table(face: Face, options: TableOptions): Builder<Panel> {
  const { labels, columns } = options;
  // With one query alone its values are called "Value".
  const valueOf = (index: number) => (columns.length === 1 ? "Value" : `Value #${refIdOf(index)}`);
  const names = new Map([
    ...labels.map(({ label, name }) => [label, name] as const),
    ...columns.map(({ name }, index) => [valueOf(index), name] as const),
  ]);
  const panel = new TablePanel()
    .filterable(true)
    .targets(columns.map(({ expr }, index) => tableQuery(expr, index)))
    .withTransformation({ id: "merge", options: {} })
    .withTransformation({
      id: "organize",
      options: {
        excludeByName: { Time: true },
        indexByName: Object.fromEntries([...names.keys()].map((name, index) => [name, index])),
        renameByName: Object.fromEntries(names),
      },
    })
    .sortBy([
      { build: () => ({ displayName: options.sortBy, desc: options.descending === true }) },
    ]);
  for (const { name, links = [] } of labels) {
    panel.overrideByName(name, [{ id: "unit", value: "string" }, ...linksOf(links)]);
  }
  for (const column of columns) panel.overrideByName(column.name, columnProperties(column));
  return dress(panel, face);
}

function columnProperties({ unit, decimals, steps }: Column): DynamicConfigValue[] {
  return [
    { id: "unit", value: unit },
    ...(decimals === undefined ? [] : [{ id: "decimals", value: decimals }]),
    ...(steps === undefined
      ? []
      : [
          { id: "thresholds", value: { mode: "absolute", steps: thresholdsOf(steps) } },
          { id: "custom.cellOptions", value: { type: "color-text" } },
        ]),
  ];
}

/** What leads out of Grafana opens beside it. */
const isDashboard = (url: string) => url.startsWith("/d/");

function linksOf(links: readonly Link[]): DynamicConfigValue[] {
  if (links.length === 0) return [];
  return [
    {
      id: "links",
      value: links.map(({ title, url }) => ({ title, url, targetBlank: !isDashboard(url) })),
    },
  ];
}

/** One label down, another across, a value in each cell. */
export function matrix(
  face: Face,
  options: {
    readonly expr: string;
    /** Label and name. */
    readonly rows: { readonly label: string; readonly name: string };
    readonly across: string;
    readonly steps?: readonly Step[];
    readonly decimals?: number;
    /** Of the cells. */
    readonly links?: readonly Link[];
  },
): Builder<Panel> {
  const { rows, across, links = [] } = options;
  const panel = new TablePanel()
    .withTarget(tableQuery(options.expr, 0))
    .withTransformation({
      id: "groupingToMatrix",
      options: {
        rowField: rows.label,
        columnField: across,
        valueField: "Value",
        emptyValue: "null",
      },
    })
    .withTransformation({
      id: "organize",
      options: { renameByName: { [`${rows.label}\\${across}`]: rows.name } },
    })
    .overrideByName(rows.name, [{ id: "unit", value: "string" }])
    .overrideByRegexp(`/^(?!${rows.name}$)/`, [
      ...(options.steps === undefined ? [] : [COLOURED]),
      ...linksOf(links),
    ]);
  if (options.decimals !== undefined) panel.decimals(options.decimals);
  return dress(panel, face, options.steps);
}

const COLOURED: DynamicConfigValue = {
  id: "custom.cellOptions",
  value: { type: "color-background", mode: "basic" },
};
