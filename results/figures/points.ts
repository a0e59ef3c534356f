/**
 * Figures of a comparison: points with error bars.
 *
 * @module
 */

import { formatValue, unknownKey } from "../../core/config/schema.ts";
import { formatCount } from "../../core/utils/format_number.ts";
import type { ResultMetadata } from "../../core/utils/results.ts";
import { OptionError } from "../database/option_error.ts";
import { orderBy } from "../database/select.ts";
import type {
  Cell,
  Column,
  Comparison,
  ComparisonRow,
} from "../compare/comparison.ts";
import { formatCell } from "../compare/cells.ts";
import { METRIC_KEY } from "../compare/pivot.ts";
import { formatLabel, singleLine } from "../compare/labels.ts";
import { NO_VALUE } from "../statistics/format.ts";
import {
  type Figure,
  type FigureOptions,
  nameAxis,
  nameError,
  nameMean,
} from "./figure.ts";
import { type Point, specifyPoints } from "./points_panels.ts";
import type { Scale } from "./scale.ts";

/** What a figure of points shows. */
export interface PointsOptions extends FigureOptions {
  /** The key on the horizontal axis; by default each row has a line. */
  readonly x?: string;
  /** The key that tells series apart. */
  readonly series?: string;
  /** The key of which each value has a panel of its own; `metric` for metrics. */
  readonly facet?: string;
  /** The horizontal axis; by default logarithmic if its values suggest it. */
  readonly xScale?: Scale;
  /** The axis of the values; by default logarithmic if their range is wide. */
  readonly yScale?: Scale;
}

/**
 * Draws columns of a comparison that show one metric: means with error bars.
 *
 * @param comparison The comparison; each point is one of its cells.
 * @param columns The columns; several are series, or have a panel each.
 * @param options The axes.
 * @returns The figure, and what it leaves out.
 * @throws {OptionError} If no row has the key of the panels.
 */
export function drawPoints(
  comparison: Comparison,
  columns: readonly [Column, ...Column[]],
  options: PointsOptions = {},
): Figure {
  const { facet } = options;
  const panels = findPanels(comparison, columns, facet);
  const collected = panels.map((panel) =>
    collectPoints(comparison, panel, options)
  );
  const isOne = panels.length === 1;
  const points = collected.flatMap(({ points }) => points);
  return {
    omitted: collected.flatMap(({ omitted }, i) =>
      omitted.map((what) => isOne ? what : `${panels[i]!.title}: ${what}`)
    ),
    spec: specifyPoints(
      panels.map(({ title, columns }, i) => ({
        title,
        name: nameValues(columns),
        unit: columns[0].unit,
        points: collected[i]!.points,
      })),
      {
        ...options,
        names: listSeries(comparison, columns, options.series),
        subtitle: describeBars(comparison, points),
      },
    ),
  };
}

/** The cells that a panel shows. */
interface PanelCells {
  readonly title: string;
  readonly columns: readonly [Column, ...Column[]];
  /** The value of the key that has a panel each. */
  readonly value?: unknown;
}

/** Finds the panels: one for each value of a key, or each metric. */
function findPanels(
  { rows, keys }: Comparison,
  columns: readonly [Column, ...Column[]],
  facet: string | undefined,
): readonly PanelCells[] {
  if (facet === undefined) return [{ title: "", columns }];
  if (facet === METRIC_KEY) {
    const groups = Map.groupBy(columns, ({ metadata: { name } }) => name);
    return Array.from(groups, ([name, same]) => ({
      title: nameAxis(name, same[0]!.unit),
      columns: same as [Column, ...Column[]],
    }));
  }
  const values = new Map(
    columns.flatMap(({ metadata }) =>
      rows.map(({ config }) => readSeries(metadata, config, facet))
    ).map((value) => [formatSeries(value), value]),
  );
  if (values.size === 1 && values.has(NO_VALUE)) {
    throw new OptionError("facet", unknownKey(facet, keys));
  }
  return [...values.values()].sort(orderBy([(value) => value])).map((
    value,
  ) => ({
    title: singleLine(`${facet}=${formatSeries(value)}`),
    columns,
    value,
  }));
}

/** Names what all points show. */
function nameValues(columns: readonly [Column, ...Column[]]): string {
  const [{ metadata, heading }] = columns;
  return columns.length > 1 ? metadata.name : heading;
}

/** Lists the series in the order of their values, as histories are. */
function listSeries(
  { rows }: Comparison,
  columns: readonly [Column, ...Column[]],
  series: string | undefined,
): string[] {
  if (series === undefined) return [""];
  const values = columns.flatMap(({ metadata }) =>
    rows.map(({ config }) => readSeries(metadata, config, series))
  );
  return [
    ...new Set(values.sort(orderBy([(value) => value])).map(formatSeries)),
  ];
}

function readSeries(
  metadata: ResultMetadata,
  config: ComparisonRow["config"],
  series: string,
): unknown {
  return metadata.field(series) ?? config[series];
}

function formatSeries(value: unknown): string {
  return singleLine(formatValue(value ?? NO_VALUE));
}

/** Collects the cells that can be drawn, and lists the others. */
function collectPoints(
  { rows, options: { across } }: Comparison,
  { columns, value }: PanelCells,
  { x, series, facet }: PointsOptions,
): { readonly points: readonly Point[]; readonly omitted: readonly string[] } {
  const points: Point[] = [], omitted: string[] = [];
  let nWithout = 0;
  const isHere = (metadata: ResultMetadata, config: ComparisonRow["config"]) =>
    value === undefined || facet === undefined ||
    formatSeries(readSeries(metadata, config, facet)) === formatSeries(value);
  for (const { label, config, cells } of rows) {
    const asked = columns.filter(({ metadata }) => isHere(metadata, config));
    if (asked.length === 0) continue;
    const { [facet ?? ""]: _, ...own } = config;
    const place = x === undefined ? formatLabel(own) : config[x];
    const measured = asked.filter(({ metadata }) => cells.has(metadata));
    if (place === undefined || measured.length === 0) {
      nWithout++;
      continue;
    }
    for (const { metadata } of measured) {
      const cell = cells.get(metadata)!;
      const { result: { mean, error }, kind } = cell;
      if (!Number.isFinite(mean)) {
        omitted.push(`${label}: ${mean}`);
        continue;
      }
      const ofSeries = series === undefined
        ? {}
        : { [series]: readSeries(metadata, config, series) };
      const [low, high] = cell.interval ?? [mean - error, mean + error];
      points.push({
        x: typeof place === "number" ? place : singleLine(formatValue(place)),
        series: Object.values(ofSeries).map(formatSeries).join(),
        mean,
        low,
        high,
        kind,
        tooltip: [
          formatLabel({ ...config, ...ofSeries }),
          `${nameValues(columns)}: ${formatCell(cell)}`,
          describeRuns(cell, across),
        ].join("\n"),
      });
    }
  }
  if (nWithout > 0) {
    omitted.push(
      `${formatCount(nWithout, "row")} without ${columns[0].metadata.name}` +
        (x === undefined ? "" : ` or ${x}`),
    );
  }
  return { points, omitted };
}

/** Describes the runs of a value, and the number of observations. */
function describeRuns(
  { kind, runs, sample, result: { n } }: Cell,
  across: string | undefined,
): string {
  const isOne = runs.size === 1;
  const [error, names] = kind === "across"
    ? [nameError(across), sample.keys()]
    : [kind, runs.keys()];
  return `${error}, n = ${n}${isOne ? ", one run" : ""}: ${
    [...names].join(", ")
  }`;
}

/** Describes the values and their error bars. */
function describeBars(
  { options: { ci, aggregate = "mean", relativeTo = [], across } }: Comparison,
  points: readonly Point[],
): string[] {
  const kinds = [...new Set(points.map(({ kind }) => kind))].sort();
  const bars = ci
    ? `${ci} % confidence interval`
    : aggregate === "mean"
    ? "standard error"
    : undefined;
  const value = relativeTo.length > 0
    ? `ratio to ${singleLine(relativeTo.join())}`
    : aggregate;
  return kinds.map((kind) =>
    kind !== "within-run"
      ? nameMean(across, value) +
        (bars ? `, bars: ${nameError(across)} ${bars}` : "")
      : `${kinds.length > 1 ? "hollow: " : ""}one run${
        bars ? `, bars: within-run ${bars}` : ""
      }`
  );
}
