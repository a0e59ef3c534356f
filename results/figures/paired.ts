/**
 * Figures of paired seeds: the two values of each seed joined, and below them
 * the differences with their intervals (after Gardner & Altman 1986, Br. Med.
 * J. 292, 746–750).
 *
 * @module
 */

import { formatValue } from "../../core/config/schema.ts";
import { formatCount } from "../../core/utils/format_number.ts";
import { formatMeanError } from "../../core/utils/results.ts";
import type {
  Cell,
  Column,
  Comparison,
  ComparisonRow,
  TestedVerdict,
} from "../compare/comparison.ts";
import { formatLabel, singleLine } from "../compare/labels.ts";
import { NO_VALUE } from "../statistics/format.ts";
import { findInterval, isTested } from "../statistics/contrast.ts";
import { isBetter, LEVEL } from "../statistics/estimate.ts";
import type { Interval } from "../statistics/intervals.ts";
import { makeAxis } from "./axis.ts";
import { arrangePanels, choosePanelSize, HIDDEN, showsAxis } from "./facets.ts";
import {
  type Figure,
  type FigureOptions,
  makeSpec,
  nameAxis,
  refuse,
} from "./figure.ts";
import { measureText } from "./font.ts";
import { COLORS, PRINT } from "./style.ts";

/** What a figure of paired seeds shows. */
export interface PairedOptions extends FigureOptions {
  /** Whether the intervals hold together, adjusted for the number of rows. */
  readonly adjusted?: boolean;
}

/** A row that was tested against the baseline. */
interface TestedRow {
  readonly label: string;
  /** What tells the baseline from it, and it from the baseline. */
  readonly names: readonly [baseline: string, row: string];
  /** The key in which they differ, if that is one: the names are its values. */
  readonly key: string | undefined;
  readonly verdict: TestedVerdict;
  readonly interval: Interval | undefined;
  readonly pairs: readonly Pair[];
}

/** The two values of a seed. */
interface Pair {
  /** The seed, and other nuisance values. */
  readonly seed: string;
  readonly baseline: number;
  readonly value: number;
  readonly direction: string;
}

const WIDTH = 240;
const HEIGHT = 170;
/** Of a row of differences, and where in it seeds stand. */
const ROW_HEIGHT = 30, SEEDS_AT = 22;
/** Between the two places of a panel, labels included. */
const LABEL_GAP = 16;
/** How the value of a seed differs from the baseline's. */
const DIRECTIONS = ["better", "worse", "seed"];

/**
 * Draws how rows differ from the baseline, seed by seed.
 *
 * @param comparison A comparison with a baseline.
 * @param column The column.
 * @param options The title, the size, and which intervals.
 * @returns The figure, and what it leaves out.
 * @throws {RangeError} If no row was tested against the baseline.
 */
export function drawPaired(
  comparison: Comparison,
  column: Column,
  options: PairedOptions = {},
): Figure {
  const { heading, unit, better, method } = column;
  const { tested, omitted } = collectRows(comparison, column, options);
  if (tested.length === 0 || !method) {
    return refuse(
      `differences of ${heading}`,
      omitted[0] ?? "there is no other row than the baseline",
    );
  }
  const { name } = comparison.baseline!;
  const paired = tested.filter(({ pairs }) => pairs.length > 0);
  const size = choosePanelSize(options, Math.max(paired.length, 1), {
    single: { width: WIDTH, height: HEIGHT },
    isShared: true,
    areTitled: true,
    y: nameAxis(heading, unit),
  });
  const values = paired.flatMap(({ pairs }) =>
    pairs.flatMap(({ baseline, value }) => [baseline, value])
  );
  const axis = makeAxis(values, { pixels: size.height, scale: "linear" });
  const panels = paired.map((row, i) => {
    const shows = showsAxis(i, paired.length, size.columns);
    return {
      title: describePairs(row, better),
      parts: drawPairs(row, {
        ...{ field: "value", type: "quantitative" },
        scale: axis.scale,
        axis: { ...axis.axis, ...(!shows.y && HIDDEN) },
        title: shows.y ? nameAxis(heading, unit) : null,
      }, options),
    };
  });
  const arranged = arrangePanels(panels, size);
  const strip = drawDifferences(tested, {
    ...options,
    width: size.total,
    title: nameAxis(`difference from ${name}`, unit),
  });
  const parts = panels.length > 0
    ? { spacing: 16, vconcat: [arranged, strip] }
    : strip;
  return {
    omitted,
    spec: makeSpec(
      options,
      describeIntervals(comparison, tested, {
        ...options,
        method,
      }),
      parts,
    ),
  };
}

/** Collects the rows that were tested, and why others were not. */
function collectRows(
  { rows, baseline, options: { ci } }: Comparison,
  { metadata, better, method }: Column,
  { adjusted }: PairedOptions,
): { readonly tested: readonly TestedRow[]; readonly omitted: string[] } {
  const omitted: string[] = [];
  const reference = rows[baseline!.row]!;
  const theirs = reference.cells.get(metadata);
  const others = rows.flatMap((row): [ComparisonRow, Cell][] => {
    const cell = row.cells.get(metadata);
    return cell && row !== reference ? [[row, cell]] : [];
  });
  const nTested = others.filter(([, { comparison }]) => isTested(comparison))
    .length;
  const tested = others.flatMap(([row, cell]): TestedRow[] => {
    const { comparison: verdict } = cell;
    if (!isTested(verdict)) {
      omitted.push(`${row.label}: ${verdict?.reason ?? "the same values"}`);
      return [];
    }
    const pairs = verdict.pairs > 0 ? joinPairs(theirs!, cell, better) : [];
    if (pairs.length === 0) {
      omitted.push(`pairs of ${row.label}: its runs have other seeds`);
    }
    return [{
      label: row.label,
      ...nameSides(reference, row),
      verdict,
      pairs,
      interval: adjusted
        ? findInterval(verdict, 1 - method!.alpha / nTested)
        : verdict.interval ?? findInterval(verdict, ci ? ci / 100 : LEVEL),
    }];
  });
  return { tested, omitted };
}

function joinPairs(
  theirs: Cell,
  ours: Cell,
  better: Column["better"],
): Pair[] {
  return [...ours.sample].flatMap(([seed, value]): Pair[] => {
    const baseline = theirs.sample.get(seed);
    if (baseline === undefined) return [];
    const [good, bad, other] = DIRECTIONS as [string, string, string];
    const direction = !better || value === baseline
      ? other
      : isBetter(value - baseline, better)
      ? good
      : bad;
    return [{ seed, baseline, value, direction }];
  });
}

/** Names two rows by the keys in which they differ. */
function nameSides(
  baseline: ComparisonRow,
  row: ComparisonRow,
): Pick<TestedRow, "key" | "names"> {
  const [first = "", ...others] = Object.keys(row.config).filter((key) =>
    formatValue(row.config[key]) !== formatValue(baseline.config[key])
  );
  const key = others.length === 0 ? first : undefined;
  const name = ({ config }: ComparisonRow) =>
    key === undefined
      ? formatLabel(
        Object.fromEntries([first, ...others].map((key) => [key, config[key]])),
      )
      : singleLine(formatValue(config[key] ?? NO_VALUE));
  return { key, names: [name(baseline), name(row)] };
}

/** Says for how many seeds a row is better. */
function describePairs(
  { pairs }: TestedRow,
  better: Column["better"],
): string {
  const nBetter = pairs.filter(({ direction }) => direction === DIRECTIONS[0])
    .length;
  return better
    ? `${nBetter} of ${pairs.length} better`
    : formatCount(pairs.length, "seed");
}

/** Draws a line for each seed, from the baseline's value to the row's. */
function drawPairs(
  { key, names, pairs }: TestedRow,
  onY: object,
  { ink = PRINT }: PairedOptions,
): object {
  const mean = (values: readonly number[]) =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const ends = pairs.flatMap(({ seed, baseline, value, direction }) =>
    names.map((side, i) => ({
      side,
      seed,
      direction,
      value: i === 0 ? baseline : value,
      tooltip: singleLine(`${side}, ${seed}: ${i === 0 ? baseline : value}`),
    }))
  );
  const means = names.map((side, i) => ({
    side,
    value: mean(pairs.map(({ baseline, value }) => i === 0 ? baseline : value)),
  }));
  const byDirection = {
    field: "direction",
    type: "nominal",
    scale: {
      domain: DIRECTIONS,
      range: [COLORS[0], COLORS[1], ink.text],
    },
    legend: null,
  };
  return {
    data: { values: ends },
    encoding: {
      x: {
        field: "side",
        type: "nominal",
        sort: [...names],
        title: key ?? null,
        axis: {
          labelAngle: 0,
          labelExpr: "split(datum.label, ', ')",
          grid: false,
        },
        scale: { paddingOuter: 0.2 },
      },
      y: onY,
    },
    layer: [
      {
        mark: { type: "line", strokeWidth: 1.2, opacity: 0.8 },
        encoding: {
          detail: { field: "seed" },
          stroke: byDirection,
          strokeDash: {
            ...byDirection,
            scale: {
              domain: DIRECTIONS,
              range: [[1, 0], [4, 3], [1, 0]],
            },
          },
        },
      },
      {
        mark: { type: "point", filled: true, size: 22, opacity: 1 },
        encoding: {
          fill: byDirection,
          description: { field: "tooltip" },
        },
      },
      {
        data: { values: means },
        mark: { type: "line", strokeWidth: 2.5, stroke: ink.text, aria: false },
      },
    ],
  };
}

/** Draws the differences of all rows: of each seed, their mean, its interval. */
function drawDifferences(
  tested: readonly TestedRow[],
  { width, title, ink = PRINT }: PairedOptions & { readonly width: number },
): object {
  const labels = tested.map(({ label }) => label);
  const seeds = tested.flatMap(({ pairs, label: row }) =>
    pairs.map(({ seed, baseline, value }) => ({
      row,
      difference: value - baseline,
      tooltip: singleLine(`${row}, ${seed}: ${value - baseline}`),
    }))
  );
  const means = tested.map(({ label: row, verdict, interval }) => ({
    row,
    difference: verdict.difference,
    low: interval?.[0],
    high: interval?.[1],
    tooltip: singleLine(
      `${row}: ${formatMeanError(verdict.difference, verdict.error)}, ` +
        verdict.test,
    ),
  }));
  // As wide as the panels above: labels stand inside their width.
  const widest = labels.map((label) => measureText(label))
    .reduce((a, b) => Math.max(a, b), 0);
  const x = makeAxis([
    0,
    ...seeds.map(({ difference }) => difference),
    ...means.flatMap(({ difference, low = difference, high = difference }) => [
      ...[difference, low, high],
    ]),
  ], { pixels: width, scale: "linear", isHorizontal: true });
  const onX = {
    ...{ field: "difference", type: "quantitative", title },
    ...{ scale: x.scale, axis: x.axis },
  };
  const onY = {
    ...{ field: "row", type: "nominal", sort: labels, title: null },
    axis: { labelLimit: Math.ceil(widest) + LABEL_GAP },
  };
  return {
    width,
    height: { step: ROW_HEIGHT },
    layer: [
      {
        data: { values: [{ difference: 0 }] },
        mark: {
          ...{ type: "rule", stroke: ink.text, strokeWidth: 1.5, aria: false },
          strokeDash: [4, 3],
        },
        encoding: { x: onX },
      },
      {
        data: { values: seeds },
        mark: { type: "point", size: 26, opacity: 0.7, stroke: ink.text },
        encoding: {
          x: onX,
          y: onY,
          yOffset: { value: SEEDS_AT },
          description: { field: "tooltip" },
        },
      },
      {
        data: { values: means },
        mark: { type: "rule", strokeWidth: 2.5, stroke: ink.text, aria: false },
        encoding: {
          x: { ...onX, field: "low" },
          x2: { field: "high" },
          y: onY,
        },
      },
      {
        data: { values: means },
        mark: {
          ...{ type: "point", filled: true, shape: "diamond", size: 90 },
          ...{ fill: ink.text, opacity: 1 },
        },
        encoding: { x: onX, y: onY, description: { field: "tooltip" } },
      },
    ],
  };
}

/** Names the intervals: their level, and what they allow for. */
function describeIntervals(
  { options: { ci } }: Comparison,
  tested: readonly TestedRow[],
  { adjusted, method }: PairedOptions & {
    readonly method: NonNullable<Column["method"]>;
  },
): string[] {
  const percent = (level: number) =>
    `${Number((100 * level).toPrecision(4))} %`;
  const n = tested.length;
  const tests = [...new Set(tested.map(({ verdict }) => verdict.test))];
  const level = percent(
    adjusted ? 1 - method.alpha : ci ? ci / 100 : LEVEL,
  );
  const isAnytime = method.kind === "anytime";
  const anytime = isAnytime ? ", valid although seeds may have been added" : "";
  const hasWorse = tested.some(({ pairs }) =>
    pairs.some(({ direction }) => direction === DIRECTIONS[1])
  );
  const worse = hasWorse ? " (dashed: worse than the baseline)" : "";
  return [
    `lines: runs with the same seed${worse}; thick: means`,
    adjusted && n > 1
      ? `bars: intervals that hold together with ${
        percent(1 - method.alpha)
      } (${percent(1 - method.alpha / n)} each, Bonferroni; ${
        tests.join(", ")
      }${anytime})`
      : `bars: ${level} confidence interval of the mean difference (${
        tests.join(", ")
      }${anytime}${n > 1 ? "; not adjusted for several rows" : ""})`,
  ];
}
