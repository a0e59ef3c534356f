/**
 * Panels: small figures side by side, each with a title of its own.
 *
 * @module
 */

import type { FigureOptions } from "./figure.ts";
import { measureText } from "./font.ts";

/** One panel. */
export interface Panel {
  /** Its title, on one line; a figure with one panel may have none. */
  readonly title: string;
  /** Its data, axes and layers, as Vega-Lite has them. */
  readonly parts: object;
}

/** The size of each of some panels. */
export interface PanelSize {
  /** The width of the inner area of one in pixels. */
  readonly width: number;
  /** Its height. */
  readonly height: number;
  /** How many stand side by side. */
  readonly columns: number;
  /** The width of all that stand side by side, with what is between them. */
  readonly total: number;
  /** What is between two. */
  readonly spacing: { readonly column: number; readonly row: number };
}

/** The most panels side by side. */
const MAX_COLUMNS = 3;
/** Between panels side by side: with an axis each, or one axis for all. */
const GAP = 56, SHARED_GAP = 20;
/** Between panels below each other: without and with a title of the axis. */
const ROW_GAP = 52, TITLED_ROW_GAP = 70;
/** The width of a panel beside others, its height over that, the least width. */
const PANEL_WIDTH = 190, PROPORTION = 0.8, MIN_WIDTH = 60;

/** What panels have in common. */
export interface PanelOptions {
  /** The size of the figure where there is but one. */
  readonly single: { readonly width: number; readonly height: number };
  /** Whether neighbours have the same vertical axis, which only the first shows. */
  readonly isShared: boolean;
  /** Whether the horizontal axis of each has a title. */
  readonly areTitled?: boolean;
  /** The title of the vertical axis, which has room beside it. */
  readonly y?: string;
}

/**
 * Chooses the size of panels.
 *
 * @param options The size of the figure: the width of all panels together, the
 * height of one.
 * @param nPanels How many there are; at least 1.
 * @param panelOptions What they have in common.
 * @returns The size of each.
 */
export function choosePanelSize(
  { width, height }: Pick<FigureOptions, "width" | "height">,
  nPanels: number,
  { single, isShared, areTitled = false, y = "" }: PanelOptions,
): PanelSize {
  const gap = isShared ? SHARED_GAP : GAP;
  const spacing = { column: gap, row: areTitled ? TITLED_ROW_GAP : ROW_GAP };
  if (nPanels === 1) {
    const total = width ?? single.width;
    const own = height ?? single.height;
    return { width: total, height: own, columns: 1, total, spacing };
  }
  const fitting = width === undefined
    ? MAX_COLUMNS
    : Math.floor((width + gap) / (MIN_WIDTH + gap));
  // Four panels stand as two and two.
  const wanted = nPanels === 4 ? 2 : Math.min(nPanels, MAX_COLUMNS);
  const columns = Math.max(1, Math.min(wanted, fitting));
  const total = width ?? columns * (PANEL_WIDTH + gap) - gap;
  const own = Math.floor((total + gap) / columns) - gap;
  return {
    width: own,
    height: height ??
      Math.ceil(Math.max(PROPORTION * own, measureText(y, { fontSize: 12 }))),
    columns,
    total,
    spacing,
  };
}

/**
 * Arranges panels.
 *
 * @param panels The panels, row after row; at least one.
 * @param size Their size.
 * @returns The parts of the specification.
 */
export function arrangePanels(
  panels: readonly Panel[],
  { width, height, columns, spacing }: Omit<PanelSize, "height"> & {
    readonly height: PanelSize["height"] | { readonly step: number };
  },
): object {
  const [first] = panels;
  // A title on its own would take the place of the figure's.
  if (panels.length === 1 && first!.title === "") {
    return { width, height, ...first!.parts };
  }
  return {
    columns,
    // Whatever stands beside the panels, they take exactly their width.
    bounds: "flush",
    spacing,
    concat: panels.map(({ title, parts }) => ({
      title: titlePanel(title),
      width,
      height,
      ...parts,
    })),
  };
}

/** A title as high above its panel as those of its neighbours. */
function titlePanel(text: string): object {
  const style = { fontSize: 11, fontWeight: "bold", offset: 8 };
  return { text, ...style, frame: "group" };
}

/**
 * Says whether a panel shows an axis that its neighbours share, and its title.
 *
 * @param place The place of the panel, row after row.
 * @param nPanels How many there are.
 * @param columns How many stand side by side.
 * @returns For each axis.
 */
export function showsAxis(
  place: number,
  nPanels: number,
  columns: number,
): { readonly x: boolean; readonly y: boolean } {
  return { x: place + columns >= nPanels, y: place % columns === 0 };
}

/** An axis that a neighbour shows already: its grid alone. */
export const HIDDEN: object = { labels: false, ticks: false };
