import type { Builder } from "@grafana/grafana-foundation-sdk/cog";
import {
  BigValueColorMode,
  BigValueGraphMode,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
  type DataSourceRef,
} from "@grafana/grafana-foundation-sdk/common";
import {
  MappingType,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  type Panel,
  type Threshold,
  type ValueMapping,
} from "@grafana/grafana-foundation-sdk/dashboard";
import {
  PanelBuilder as HeatmapPanel,
  YAxisConfigBuilder,
} from "@grafana/grafana-foundation-sdk/heatmap";
import { DataqueryBuilder, PromQueryFormat } from "@grafana/grafana-foundation-sdk/prometheus";
import { PanelBuilder as StatPanel } from "@grafana/grafana-foundation-sdk/stat";
import { PanelBuilder as TimelinePanel } from "@grafana/grafana-foundation-sdk/statetimeline";
import { PanelBuilder as SeriesPanel } from "@grafana/grafana-foundation-sdk/timeseries";

export const PROMETHEUS: DataSourceRef = { type: "prometheus", uid: "${datasource}" };

/** What every panel says of itself. */
export type Face = {
  /** Given once and for ever: addresses of single panels hold it. */
  readonly id: number;
  readonly title: string;
  readonly description: string;
  /** Of Grafana's units. */
  readonly unit: string;
  /** Shown where there is nothing to show. */
  readonly none: string;
  /** Of the dashboard's 24 columns. */
  readonly width: number;
  readonly height: number;
};

/** Of a single figure: six fill a line. */
export const SMALL = { width: 4, height: 4 };

/** A value and the colour from it on; the first holds from below everything. */
export type Step = readonly [number | null, string];

export type Query = { readonly expr: string; readonly legend?: string };

/** Left of the month's budget: overspent, a rest, half, ample. */
export const BUDGET_STEPS: readonly Step[] = [
  [null, "red"],
  [0, "orange"],
  [0.25, "yellow"],
  [0.5, "green"],
];
/** None is well, one is not. */
export const NONE_STEPS: readonly Step[] = [
  [null, "green"],
  [1, "red"],
];
/** Availability less the objective: below 0 it is not met. */
export const MARGIN_STEPS: readonly Step[] = [
  [null, "red"],
  [0, "green"],
];
const PLAIN_STEPS: readonly Step[] = [[null, "text"]];

/** What the builders of all kinds of panels have in common. */
type Dressed = Builder<Panel> & {
  id(id: number): Dressed;
  title(title: string): Dressed;
  description(description: string): Dressed;
  datasource(datasource: DataSourceRef): Dressed;
  unit(unit: string): Dressed;
  noValue(text: string): Dressed;
  span(width: number): Dressed;
  height(height: number): Dressed;
  thresholds(thresholds: ThresholdsConfigBuilder): Dressed;
};

/** Sets what every panel has. */
export function dress(
  panel: Dressed,
  face: Face,
  steps: readonly Step[] = PLAIN_STEPS,
): Builder<Panel> {
  return panel
    .id(face.id)
    .title(face.title)
    .description(face.description)
    .datasource(PROMETHEUS)
    .unit(face.unit)
    .noValue(face.none)
    .span(face.width)
    .height(face.height)
    .thresholds(
      new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(thresholdsOf(steps)),
    );
}

export function thresholdsOf(steps: readonly Step[]): Threshold[] {
  return steps.map(([value, color]) => ({ value, color }));
}

/** "A", "B", ... */
export const refIdOf = (index: number): string => String.fromCharCode(65 + index);

function rangeQuery({ expr, legend }: Query, index: number): DataqueryBuilder {
  return new DataqueryBuilder()
    .refId(refIdOf(index))
    .datasource(PROMETHEUS)
    .expr(expr)
    .range()
    .legendFormat(legend ?? "__auto");
}

/** One number as it is now. */
export function stat(
  face: Face,
  {
    expr,
    steps,
    decimals,
    mappings = [],
  }: {
    readonly expr: string;
    readonly steps?: readonly Step[];
    readonly decimals?: number;
    readonly mappings?: readonly ValueMapping[];
  },
): Builder<Panel> {
  const panel = new StatPanel()
    .colorMode(BigValueColorMode.Value)
    .graphMode(BigValueGraphMode.None)
    // Without a calculation it would show nothing.
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(["lastNotNull"]).fields("").values(false))
    .mappings([...mappings])
    .withTarget(
      new DataqueryBuilder()
        .refId("A")
        .datasource(PROMETHEUS)
        .expr(expr)
        .instant()
        .legendFormat("__auto"),
    );
  return dress(decimals === undefined ? panel : panel.decimals(decimals), face, steps);
}

export type SeriesOptions = {
  readonly queries: readonly Query[];
  readonly stacked?: boolean;
  readonly decimals?: number;
  readonly min?: number;
  readonly max?: number;
};

/** Lines over time; a series named "objective" is drawn dashed. */
export function series(face: Face, options: SeriesOptions): Builder<Panel> {
  const panel = new SeriesPanel()
    .legend(
      new VizLegendOptionsBuilder()
        .showLegend(true)
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom)
        .calcs([]),
    )
    .tooltip(
      new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending),
    )
    .lineWidth(1)
    .showPoints(VisibilityMode.Never)
    .fillOpacity(options.stacked === true ? 30 : 0)
    .stacking(
      new StackingConfigBuilder().mode(
        options.stacked === true ? StackingMode.Normal : StackingMode.None,
      ),
    )
    .targets(options.queries.map(rangeQuery))
    .overrideByRegexp("/objective/", [
      { id: "custom.lineStyle", value: { fill: "dash", dash: [10, 10] } },
      { id: "custom.fillOpacity", value: 0 },
    ]);
  if (options.decimals !== undefined) panel.decimals(options.decimals);
  if (options.min !== undefined) panel.min(options.min);
  if (options.max !== undefined) panel.max(options.max);
  return dress(panel, face);
}

/** Bands of states over time, one for each series. */
export function timeline(
  face: Face,
  options: { readonly queries: readonly Query[]; readonly states: readonly ValueMapping[] },
): Builder<Panel> {
  const panel = new TimelinePanel()
    .mappings([...options.states])
    .showValue(VisibilityMode.Never)
    .mergeValues(true)
    .legend(
      new VizLegendOptionsBuilder()
        .showLegend(true)
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom)
        .calcs([]),
    )
    .targets(options.queries.map(rangeQuery));
  return dress(panel, face);
}

/** The buckets of a histogram over time. */
export function heatmap(face: Face, expr: string): Builder<Panel> {
  const panel = new HeatmapPanel()
    .calculate(false)
    .yAxis(new YAxisConfigBuilder().unit(face.unit))
    .withTarget(rangeQuery({ expr, legend: "{{le}}" }, 0).format(PromQueryFormat.Heatmap));
  return dress(panel, face);
}

/** A number shown as a word in a colour. */
export function words(
  states: Readonly<Record<string, { readonly text: string; readonly color: string }>>,
): ValueMapping[] {
  return [
    {
      type: MappingType.ValueToText,
      options: Object.fromEntries(
        Object.entries(states).map(([value, state], index) => [value, { ...state, index }]),
      ),
    },
  ];
}
