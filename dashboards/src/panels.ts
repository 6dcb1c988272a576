import type { Builder, Dataquery } from '@grafana/grafana-foundation-sdk/cog';
import {
  BigValueColorMode,
  BigValueGraphMode,
  BigValueTextMode,
  GraphDrawStyle,
  LegendDisplayMode,
  LegendPlacement,
  LineInterpolation,
  ReduceDataOptionsBuilder,
  ScaleDistribution,
  ScaleDistributionConfigBuilder,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TableCellBackgroundDisplayMode,
  TableCellDisplayMode,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizOrientation,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import {
  type DataTransformerConfig,
  type DynamicConfigValue,
  FieldColorBuilder,
  FieldColorModeId,
  type Panel,
  type Threshold,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  type ValueMapping,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
import * as statPanel from '@grafana/grafana-foundation-sdk/stat';
import * as timelinePanel from '@grafana/grafana-foundation-sdk/statetimeline';
import * as tablePanel from '@grafana/grafana-foundation-sdk/table';
import * as timeseriesPanel from '@grafana/grafana-foundation-sdk/timeseries';
import { colour, steps } from './palette.ts';

/** The data source that the variable chooses. */
// biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana fills it in
export const datasource = { type: 'prometheus', uid: '${datasource}' };

/** One query and the legend of its series. */
export type Query = readonly [expression: string, legend?: string];

/** How the fields of one column or series are shown, by its name or by a pattern of it. */
export interface Override {
  readonly match: string | RegExp;
  readonly properties: Readonly<Record<string, unknown>>;
}

/** What every panel has. */
export interface PanelOptions {
  readonly title: string;
  readonly description: string;
  /** Width and height in Grafana's grid of 24 columns. */
  readonly size: readonly [width: number, height: number];
  readonly queries: readonly Query[];
  readonly unit?: string;
  readonly decimals?: number;
  readonly mappings?: readonly ValueMapping[];
  readonly thresholds?: readonly Threshold[];
  readonly noValue?: string;
  readonly overrides?: readonly Override[];
}

/** The methods that the builders of all panel types share. */
interface CommonBuilder {
  title(title: string): this;
  description(description: string): this;
  span(width: number): this;
  height(height: number): this;
  datasource(reference: typeof datasource): this;
  withTarget(target: Builder<Dataquery>): this;
  unit(unit: string): this;
  decimals(decimals: number): this;
  mappings(mappings: ValueMapping[]): this;
  thresholds(thresholds: ThresholdsConfigBuilder): this;
  noValue(text: string): this;
  overrideByName(name: string, properties: DynamicConfigValue[]): this;
  overrideByRegexp(pattern: string, properties: DynamicConfigValue[]): this;
}

/** Numbers now, large: one for each series, on a ground of its colour. */
export function stat(options: PanelOptions & { readonly names?: boolean; readonly across?: boolean }): Builder<Panel> {
  return common(new statPanel.PanelBuilder(), options, (query) => query.instant())
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']).values(false).fields(''))
    .colorMode(BigValueColorMode.BackgroundSolid)
    .graphMode(BigValueGraphMode.None)
    .textMode(options.names ? BigValueTextMode.ValueAndName : BigValueTextMode.Value)
    .orientation(options.across ? VizOrientation.Vertical : VizOrientation.Auto)
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Thresholds));
}

/** Lines over time; `bars` for what happened within each step. */
export function graph(
  options: PanelOptions & {
    readonly bars?: boolean;
    readonly stairs?: boolean;
    readonly logarithmic?: boolean;
    readonly min?: number;
    /** Above and below zero. */
    readonly mirrored?: boolean;
    readonly softMax?: number;
    /** A list on the right with the last and the highest value, where there are many series. */
    readonly legendTable?: boolean;
  },
): Builder<Panel> {
  const legend = new VizLegendOptionsBuilder().showLegend(true);
  if (options.legendTable)
    legend.displayMode(LegendDisplayMode.Table).placement(LegendPlacement.Right).calcs(['lastNotNull', 'max']);
  else legend.displayMode(LegendDisplayMode.List).placement(LegendPlacement.Bottom).calcs([]);
  const panel = common(new timeseriesPanel.PanelBuilder(), options, (query) => query.range())
    .legend(legend)
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending))
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.PaletteClassicByName))
    .drawStyle(options.bars ? GraphDrawStyle.Bars : GraphDrawStyle.Line)
    .lineInterpolation(options.stairs ? LineInterpolation.StepAfter : LineInterpolation.Linear)
    .lineWidth(options.bars ? 1 : 2)
    .fillOpacity(options.bars ? 80 : 0)
    .showPoints(VisibilityMode.Never)
    .spanNulls(false);
  if (options.mirrored) panel.axisSoftMin(-1).axisSoftMax(1).axisCenteredZero(false);
  else panel.min(options.min ?? 0);
  if (options.softMax !== undefined) panel.axisSoftMax(options.softMax);
  if (options.bars) panel.stacking(new StackingConfigBuilder().mode(StackingMode.Normal).group('A'));
  // $__rate_interval is four scrapes at least: with a shorter step each event would be counted in several.
  if (options.queries.some(([query]) => query.includes('increase('))) panel.interval('1m');
  if (options.logarithmic)
    panel.scaleDistribution(new ScaleDistributionConfigBuilder().type(ScaleDistribution.Log).log(10));
  return panel;
}

/** A band over time for each series, whose colour and words say its state. */
export function timeline(options: PanelOptions): Builder<Panel> {
  return common(new timelinePanel.PanelBuilder(), options, (query) => query.range())
    .legend(
      new VizLegendOptionsBuilder()
        .showLegend(true)
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Single))
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Thresholds))
    .showValue(VisibilityMode.Auto)
    .mergeValues(true)
    .rowHeight(0.85)
    .lineWidth(0)
    .fillOpacity(85);
}

/** A table of what is true now. */
export function table(
  options: PanelOptions & {
    readonly transformations: readonly DataTransformerConfig[];
    readonly sortBy?: readonly [column: string, descending: boolean];
    /** Colours the ground of every cell by its value. */
    readonly coloured?: boolean;
  },
): Builder<Panel> {
  const panel = common(new tablePanel.PanelBuilder(), { noValue: '–', ...options }, (query) =>
    query.instant().format(PromQueryFormat.Table),
  )
    .transformations([...options.transformations])
    .showHeader(true)
    .minWidth(70)
    .filterable(false)
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Thresholds));
  if (options.sortBy !== undefined) {
    const [displayName, desc] = options.sortBy;
    panel.sortBy([{ build: () => ({ displayName, desc }) }]);
  }
  return panel.cellOptions(options.coloured ? colouredCell : { type: TableCellDisplayMode.Auto });
}

/** A cell on a ground of its value's colour. */
export const colouredCell = {
  type: TableCellDisplayMode.ColorBackground,
  mode: TableCellBackgroundDisplayMode.Basic,
} as const;

function common<Of extends CommonBuilder>(
  panel: Of,
  options: PanelOptions,
  kind: (query: DataqueryBuilder) => DataqueryBuilder,
): Of {
  const [width, height] = options.size;
  panel
    .title(options.title)
    .description(options.description)
    .span(width)
    .height(height)
    .datasource(datasource)
    .unit(options.unit ?? 'short')
    .mappings([...(options.mappings ?? [])])
    .noValue(options.noValue ?? 'no data')
    .thresholds(
      new ThresholdsConfigBuilder()
        .mode(ThresholdsMode.Absolute)
        .steps([...(options.thresholds ?? steps(colour.good))]),
    );
  if (options.decimals !== undefined) panel.decimals(options.decimals);
  options.queries.forEach(([expression, legend], index) => {
    const query = new DataqueryBuilder()
      .refId(String.fromCharCode(65 + index))
      .datasource(datasource)
      .expr(expression);
    if (legend !== undefined) query.legendFormat(legend);
    panel.withTarget(kind(query));
  });
  for (const { match, properties } of options.overrides ?? []) {
    const values = Object.entries(properties).map(([id, value]) => ({ id, value }));
    if (typeof match === 'string') panel.overrideByName(match, values);
    else panel.overrideByRegexp(`/${match.source}/`, values);
  }
  return panel;
}
