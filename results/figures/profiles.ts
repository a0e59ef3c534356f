/**
 * Figures of performance profiles (Agarwal et al. 2021, "Deep reinforcement learning at
 * the edge of the statistical precipice").
 *
 * @module
 */

import type { Column, Comparison } from "../compare/comparison.ts";
import { groupRuns } from "../compare/ranks.ts";
import { estimateProfile } from "../statistics/datasets.ts";
import { LEVEL } from "../statistics/estimate.ts";
import { makeAxis } from "./axis.ts";
import { DASHES } from "./style.ts";
import {
  type Figure,
  type FigureOptions,
  makeLegend,
  makeSpec,
  nameAxis,
  nameMean,
  refuse,
} from "./figure.ts";

const WIDTH = 420;
const HEIGHT = 260;
const N_THRESHOLDS = 60;

/**
 * Draws which share of the runs of each row is better than each value, as a mean over
 * the values of a key, with a bootstrap band.
 *
 * @param comparison A comparison across a key.
 * @param column The column.
 * @param options The title and the size.
 * @returns The figure.
 * @throws {RangeError} If it is not known which way is better, or runs are too few.
 */
export function drawProfiles(
  { rows, options: { across } }: Comparison,
  { heading, metadata, unit, better }: Column,
  options: FigureOptions = {},
): Figure {
  if (!better) return refuse(`profiles of ${heading}`);
  const runs = rows.flatMap(({ label, cells }) => {
    const cell = cells.get(metadata);
    return cell ? [{ label, byValue: groupRuns(cell, across!) }] : [];
  });
  const all = runs.flatMap(({ byValue }) => byValue.flat());
  const least = all.reduce((a, b) => Math.min(a, b));
  const most = all.reduce((a, b) => Math.max(a, b));
  const thresholds = Array.from(
    { length: N_THRESHOLDS + 1 },
    (_, i) => least + (most - least) * i / N_THRESHOLDS,
  );
  const points = runs.flatMap(({ label, byValue }) => {
    const profile = estimateProfile(byValue, thresholds, { better });
    if ("reason" in profile) {
      return refuse(`profiles of ${heading}`, profile.reason);
    }
    return profile.map(({ value, interval: [low, high] }, i) => ({
      row: label,
      threshold: thresholds[i]!,
      share: value,
      low,
      high,
    }));
  });
  const { width = WIDTH, height = HEIGHT } = options;
  const labels = runs.map(({ label }) => label);
  const color = {
    field: "row",
    type: "nominal",
    scale: { domain: labels },
    title: null,
    legend: labels.length > 1
      ? makeLegend({ labels, width, isOfLines: true })
      : null,
  };
  const y = {
    type: "quantitative",
    title: `share of runs that are ${better}`,
    scale: { domain: [0, 1] },
    axis: { format: ".1f", tickCount: 5 },
  };
  const x = makeAxis(thresholds, {
    ...{ pixels: width, scale: "linear", margin: 0, isHorizontal: true },
  });
  const subtitle = [
    `${nameMean(across)}, band: ${100 * LEVEL} % bootstrap interval`,
  ];
  return {
    omitted: [],
    spec: makeSpec(options, subtitle, {
      width,
      height,
      data: { values: points },
      encoding: {
        x: {
          field: "threshold",
          type: "quantitative",
          title: nameAxis(heading, unit),
          scale: x.scale,
          axis: x.axis,
        },
        color,
      },
      layer: [
        {
          mark: { type: "area", opacity: 0.2, aria: false },
          encoding: { y: { ...y, field: "low" }, y2: { field: "high" } },
        },
        {
          mark: { type: "line", strokeWidth: 1.5 },
          encoding: {
            y: { ...y, field: "share" },
            strokeDash: { ...color, scale: { domain: labels, range: DASHES } },
          },
        },
      ],
    }),
  };
}
