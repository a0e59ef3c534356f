/**
 * Panels: small figures side by side, each with a title of its own.
 *
 * @module
 */

import type { FigureOptions } from "./figure.ts";

/** One panel. */
export interface Panel {
  /** Its title, on one line; none of a figure with one panel. */
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
  /** What is between two that stand side by side. */
  readonly gap: number;
}

/** The most panels side by side, and the space for the axis between them. */
const MAX_COLUMNS = 3, GAP = 56, ROW_GAP = 52;
/** The width of a panel beside others, its height over that, the least width. */
const PANEL_WIDTH = 190, PROPORTION = 0.8, MIN_WIDTH = 90;

/**
 * Chooses the size of panels.
 *
 * @param options The size of the figure: the width of all panels together, the
 * height of one.
 * @param nPanels How many there are; at least 1.
 * @param single The size of the figure where there is but one, and the space that
 * several have between them.
 * @returns The size of each.
 */
export function choosePanelSize(
  { width, height }: Pick<FigureOptions, "width" | "height">,
  nPanels: number,
  { gap = GAP, ...single }: {
    readonly width: number;
    readonly height: number;
    readonly gap?: number;
  },
): PanelSize {
  if (nPanels === 1) {
    const total = width ?? single.width;
    return {
      width: total,
      height: height ?? single.height,
      columns: 1,
      total,
      gap,
    };
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
    height: height ?? Math.round(PROPORTION * own),
    columns,
    total,
    gap,
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
  { width, height, columns, gap }: Omit<PanelSize, "height"> & {
    readonly height: PanelSize["height"] | { readonly step: number };
  },
): object {
  const [first] = panels;
  if (panels.length === 1) return { width, height, ...first!.parts };
  return {
    columns,
    // Whatever stands beside the panels, they take exactly their width.
    bounds: "flush",
    spacing: { row: ROW_GAP, column: gap },
    concat: panels.map(({ title, parts }) => ({
      title: { text: title, fontSize: 11, fontWeight: 600, offset: 6 },
      width,
      height,
      ...parts,
    })),
  };
}

/**
 * Says whether a panel shows the title of an axis: its neighbours may show it.
 *
 * @param place The place of the panel, row after row.
 * @param nPanels How many there are.
 * @param columns How many stand side by side.
 * @returns For each axis.
 */
export function showsTitle(
  place: number,
  nPanels: number,
  columns: number,
): { readonly x: boolean; readonly y: boolean } {
  return { x: place + columns >= nPanels, y: place % columns === 0 };
}
