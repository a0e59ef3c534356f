/**
 * How figures look: readable in print, and with colour blindness.
 *
 * @module
 */

import type { Config } from "vega-lite";

const BLACK = "#000000";

/**
 * The colours of Okabe & Ito (2008, "Color universal design"), which people with
 * colour blindness can tell apart. They are in an order of our own: neighbours
 * differ in lightness, so that they differ in grey print too, and the first four
 * all do. Yellow, too faint on paper, comes last.
 */
export const COLORS: readonly string[] = [
  "#0072B2",
  "#E69F00",
  "#009E73",
  BLACK,
  "#CC79A7",
  "#56B4E9",
  "#D55E00",
  "#F0E442",
];

/**
 * Shapes distinguish series without colours. There is one less than there are
 * colours, so that the combinations repeat only after all of them.
 */
export const SHAPES: readonly string[] = [
  "circle",
  "square",
  "triangle-up",
  "diamond",
  "cross",
  "triangle-down",
  "triangle-right",
];

/** Dashes do the same for lines. */
export const DASHES: readonly (readonly number[])[] = [
  [1, 0],
  [6, 3],
  [2, 2],
  [8, 2, 2, 2],
  [4, 1],
  [1, 3],
  [10, 4],
];

/** The font of figures. */
export const FONT = "Inter";

/** The colours of text, grid and background. */
export interface Ink {
  /** The colour of axes and letters. */
  readonly text: string;
  /** The colour of the grid. */
  readonly grid: string;
  /** The colour of the background. */
  readonly paper: string;
}

/** Black on white. */
export const PRINT: Ink = {
  text: "#222222",
  grid: "#dddddd",
  paper: "#ffffff",
};

/** The same without a grid and without frames. */
export const MINIMAL: Ink = { ...PRINT, grid: "transparent" };

/** The colours of the page around a figure. */
export const PAGE: Ink = {
  text: "currentColor",
  grid: "var(--grid, #8884)",
  paper: "transparent",
};

/** Legends below each other; Vega-Lite's types do not know it. */
const LEGEND_LAYOUT: object = {
  layout: { bottom: { direction: "vertical", anchor: "start", margin: 6 } },
};

/**
 * Makes the configuration that all figures share.
 *
 * @param ink The colours of text, grid and background.
 * @returns What Vega-Lite takes as `config`.
 */
export function makeConfig({ text, grid, paper }: Ink): Config {
  return {
    background: paper,
    font: `${FONT}, Helvetica, Arial, sans-serif`,
    view: { stroke: "transparent" },
    range: {
      // Black is invisible on a dark page.
      category: COLORS.map((color) => color === BLACK ? text : color),
      symbol: [...SHAPES],
    },
    style: {
      "group-title": { fill: text, fontSize: 14, fontWeight: "bold" },
      "group-subtitle": { fill: text, fontSize: 11 },
      "guide-label": { fill: text, fontSize: 11 },
      "guide-title": { fill: text, fontSize: 12, fontWeight: "normal" },
    },
    title: { anchor: "start", subtitlePadding: 4, offset: 12 },
    axis: {
      domainColor: text,
      tickColor: text,
      gridColor: grid,
      labelLimit: 1000,
    },
    legend: {
      titleFontSize: 11,
      labelLimit: 800,
      symbolSize: 80,
      symbolOpacity: 1,
      ...LEGEND_LAYOUT,
    },
  };
}
