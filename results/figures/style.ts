/**
 * How figures look: readable in print, and with colour blindness.
 *
 * @module
 */

import type { Config } from "vega-lite";

const BLACK = "#000000";

/**
 * The colours of Okabe & Ito (2008, "Color universal design"), which people with
 * colour blindness can tell apart; yellow, too faint on paper, comes last.
 */
export const COLORS: readonly string[] = [
  "#0072B2",
  "#D55E00",
  "#009E73",
  "#CC79A7",
  "#56B4E9",
  "#E69F00",
  BLACK,
  "#F0E442",
];

/** Shapes tell series apart where colours do not. */
export const SHAPES: readonly string[] = [
  "circle",
  "square",
  "triangle-up",
  "diamond",
  "cross",
  "triangle-down",
  "triangle-right",
  "triangle-left",
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
  [3, 1, 1, 1],
];

/** The font of figures, where it is installed. */
export const FONT = "Inter";

/** The colours of text, grid and background. */
export interface Ink {
  /** Of axes and letters. */
  readonly text: string;
  /** Of the grid. */
  readonly grid: string;
  /** Of the background; undefined for none. */
  readonly paper?: string;
}

/** Black on white. */
export const PRINT: Ink = {
  text: "#222222",
  grid: "#dddddd",
  paper: "#ffffff",
};

/** The colours of the page that a figure stands in. */
export const PAGE: Ink = {
  text: "currentColor",
  grid: "var(--grid, #8884)",
};

/**
 * Makes the configuration that all figures share.
 *
 * @param ink The colours of text, grid and background.
 * @returns What Vega-Lite takes as `config`.
 */
export function makeConfig(ink: Ink): Config {
  return {
    background: ink.paper ?? "transparent",
    font: `${FONT}, Helvetica, Arial, sans-serif`,
    view: { stroke: "transparent" },
    range: {
      // Black is invisible on a dark page.
      category: COLORS.map((color) => color === BLACK ? ink.text : color),
    },
    title: {
      color: ink.text,
      subtitleColor: ink.text,
      anchor: "start",
      fontSize: 14,
      fontWeight: 600,
      subtitleFontSize: 11,
      subtitlePadding: 4,
      offset: 12,
    },
    axis: {
      domainColor: ink.text,
      tickColor: ink.text,
      labelColor: ink.text,
      titleColor: ink.text,
      gridColor: ink.grid,
      labelFontSize: 11,
      titleFontSize: 12,
      titleFontWeight: 500,
      labelLimit: 1000,
    },
    legend: {
      labelColor: ink.text,
      titleColor: ink.text,
      labelFontSize: 11,
      titleFontSize: 11,
      titleFontWeight: 500,
      labelLimit: 800,
      symbolSize: 80,
      symbolOpacity: 1,
    },
  };
}

/**
 * Makes the title of a figure, and in smaller letters what its error bars are.
 *
 * @param text The title; without one, the subtitle stands alone.
 * @param subtitle The subtitle, by lines.
 * @returns What Vega-Lite takes as `title`.
 */
export function makeTitle(
  text: string | undefined,
  subtitle: readonly string[],
): object {
  return {
    title: text
      ? { text, subtitle: [...subtitle] }
      : { text: [...subtitle], fontSize: 11, fontWeight: "normal" },
  };
}

/**
 * Chooses signs for series: after the first eight the colours repeat, with
 * other signs.
 *
 * @param signs Shapes or dashes.
 * @param n How many series there are.
 * @returns A sign for each.
 */
export function cycleSigns<T>(signs: readonly T[], n: number): T[] {
  const shift = (index: number) => Math.floor(index / COLORS.length);
  return Array.from(
    { length: n },
    (_, index) => signs[(index + shift(index)) % signs.length]!,
  );
}
