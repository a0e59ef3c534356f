/**
 * Figures as text: braille dots, box drawing and letters, laid out by Vega.
 *
 * @module
 */

import type { TopLevelSpec } from "vega-lite";
import { printable } from "../../core/utils/terminal.ts";
import { type Draw, fitFigure } from "./fit.ts";
import type { Figure } from "./figure.ts";
import { layOut, measureTextBy, type SceneItem } from "./svg.ts";
import { COLORS } from "./style.ts";
import { TextCanvas } from "./text_canvas.ts";

/** How a figure is drawn as text. */
export interface TextOptions {
  /** The width in characters; 80 by default. */
  readonly columns?: number;
  /** Whether colours tell series apart. */
  readonly color?: boolean;
  /** Whether signs on curves do so without colours: not where signs are data. */
  readonly signsOnCurves?: boolean;
}

/** A figure as text. */
export interface TextFigure extends Pick<Figure, "omitted"> {
  /** The lines. */
  readonly text: string;
}

/** Of a character in pixels, so that all else has its usual size. */
const CELL_WIDTH = 6, CELL_HEIGHT = 12;

/** Of a dot in pixels. */
const DOT = 3;

const USUAL_COLUMNS = 80;

/** Narrower figures have no room, wider ones are hard to follow. */
const MIN_COLUMNS = 40, MAX_COLUMNS = 120;

/** Higher ones do not fit, in pixels. */
const MAX_HEIGHT = 20 * CELL_HEIGHT;

/** Between two signs of a curve, in characters. */
const SIGN_GAP = 7;

/** Smaller points are dots, in pixels². */
const MIN_SIGN_SIZE = 20;

const SIGNS: Readonly<
  Record<string, readonly [filled: string, hollow: string]>
> = {
  circle: ["●", "○"],
  square: ["■", "□"],
  "triangle-up": ["▲", "△"],
  diamond: ["◆", "◇"],
  cross: ["✚", "✛"],
  "triangle-down": ["▼", "▽"],
  "triangle-right": ["▶", "▷"],
  stroke: ["━", "━"],
};

const CURVE_SIGNS = [..."*+ox#%@="];

/**
 * Draws a figure as text.
 *
 * @param draw Draws it with an inner area of a size.
 * @param options How it is drawn.
 * @returns The text, and what it leaves out.
 */
export async function renderText(
  draw: Draw,
  { columns = USUAL_COLUMNS, ...options }: TextOptions = {},
): Promise<TextFigure> {
  using _usual = measureTextBy((text) => CELL_WIDTH * [...text].length);
  const width = CELL_WIDTH *
    Math.max(MIN_COLUMNS, Math.min(columns, MAX_COLUMNS));
  const { spec, omitted } = await fitFigure(
    async (inner) => adapt(await draw(inner)),
    { width, zoom: 1 },
  );
  const { root, origin } = await layOut(spec);
  const [left, top] = origin.map((length, i) =>
    Math.round(length / [CELL_WIDTH, CELL_HEIGHT][i]!)
  ) as [number, number];
  const painter = new Painter(options, left, top);
  painter.paint(root, 0, 0);
  return { text: painter.canvas.toString(), omitted };
}

/** Makes all heights a whole number of lines, and leaves letters upright. */
function adapt({ spec, omitted }: Figure): Figure {
  const { height, config } = spec as { height?: unknown; config?: object };
  const snap = (length: number) =>
    CELL_HEIGHT * Math.max(1, Math.round(length / CELL_HEIGHT));
  const snapped = typeof height === "number"
    ? { height: Math.min(snap(height), MAX_HEIGHT) }
    : typeof height === "object"
    ? { height: { step: CELL_HEIGHT } }
    : {};
  const axisX = { labelSeparation: 2 * CELL_WIDTH };
  const axisY = {
    titleAngle: 0,
    titleAlign: "left",
    titleAnchor: "end",
    titleBaseline: "bottom",
    titleX: -CELL_WIDTH,
    titleY: -CELL_HEIGHT / 2,
  };
  const adapted: object = {
    ...spec,
    ...snapped,
    config: { ...config, axisX, axisY },
  };
  return { omitted, spec: adapted as TopLevelSpec };
}

/** Paints what Vega has laid out. */
class Painter {
  readonly canvas: TextCanvas;
  readonly #signsOnCurves: boolean;
  readonly #left: number;
  readonly #top: number;

  constructor(
    { color = false, signsOnCurves = false }: TextOptions,
    left: number,
    top: number,
  ) {
    this.canvas = new TextCanvas(color);
    this.#signsOnCurves = signsOnCurves && !color;
    this.#left = left;
    this.#top = top;
  }

  /** Paints a mark and all that is in it, at an offset in pixels. */
  paint(mark: SceneItem, dx: number, dy: number): void {
    const { marktype, role = "", items = [] } = mark;
    if (role === "axis-grid") return;
    if (marktype === "line") this.#paintCurve(items, dx, dy);
    if (marktype === "area") this.#paintArea(items, dx, dy);
    for (const item of items) {
      // Labels that would overlap, and points for tooltips.
      if (item.opacity === 0) continue;
      const x = dx + (item.x ?? 0), y = dy + (item.y ?? 0);
      const { x2 = item.x ?? 0, y2 = item.y ?? 0 } = item;
      const isAxis = role === "axis-domain" || role === "axis-tick";
      switch (marktype) {
        case "group":
          item.items?.forEach((inner) => this.paint(inner, x, y));
          break;
        case "rule":
          if (isAxis) this.#paintAxis(role, x, y, dx + x2, dy + y2);
          else this.#paintRule(x, y, dx + x2, dy + y2, item.stroke);
          break;
        case "symbol":
          this.#paintSign(item, x, y);
          break;
        case "text":
          this.#paintText(item, x, y);
          break;
        case "rect":
          this.#paintBar(item, x, y);
      }
    }
  }

  #column(x: number): number {
    return Math.floor(x / CELL_WIDTH + 1e-6) + this.#left;
  }

  #row(y: number): number {
    return Math.floor(y / CELL_HEIGHT + 1e-6) + this.#top;
  }

  /** Paints the dot nearest to a place in pixels. */
  #paintDot(x: number, y: number, color?: string): void {
    const column = 2 * this.#left + Math.floor(x / DOT + 1e-6);
    const row = 4 * this.#top + Math.floor(y / DOT + 1e-6);
    this.canvas.dot(column, row, findSeries(color));
  }

  #paintLine(
    x: number,
    y: number,
    x2: number,
    y2: number,
    color?: string,
  ): void {
    const n = Math.ceil(Math.max(Math.abs(x2 - x), Math.abs(y2 - y), 1));
    for (let i = 0; i <= n; i++) {
      this.#paintDot(x + (x2 - x) * i / n, y + (y2 - y) * i / n, color);
    }
  }

  /** Paints a straight line; one from a curve to its label ends with its sign. */
  #paintRule(
    x: number,
    y: number,
    x2: number,
    y2: number,
    color?: string,
  ): void {
    this.#paintLine(x, y, x2, y2, color);
    const series = findSeries(color);
    if (!this.#signsOnCurves || series === undefined) return;
    this.canvas.write(this.#column(x2), this.#row(y2), nameSign(series));
  }

  #paintCurve(points: readonly SceneItem[], dx: number, dy: number): void {
    const { stroke } = points[0] ?? {};
    const series = findSeries(stroke) ?? 0;
    let last: SceneItem | undefined, signAt = -Infinity;
    for (const point of points) {
      if (point.defined === false) {
        last = undefined;
        continue;
      }
      const x = dx + point.x!, y = dy + point.y!;
      const { x: fromX = point.x!, y: fromY = point.y! } = last ?? {};
      this.#paintLine(dx + fromX, dy + fromY, x, y, stroke);
      last = point;
      // The signs of two curves stand side by side.
      const column = this.#column(x) - 2 * series;
      if (this.#signsOnCurves && column >= signAt + SIGN_GAP) {
        this.canvas.write(this.#column(x), this.#row(y), nameSign(series));
        signAt = column;
      }
    }
  }

  /** Paints an area so that curves remain visible on it. */
  #paintArea(points: readonly SceneItem[], dx: number, dy: number): void {
    points.slice(1).forEach((point, i) => {
      const last = points[i]!;
      if (point.defined === false || last.defined === false) return;
      const x = dx + last.x!, width = point.x! - last.x!;
      const columns = listDots(x, x + width).filter((at) => at % 2 === 0);
      for (const at of columns) {
        const share = (at * DOT - x) / width || 0;
        const between = (a = 0, b = 0) => dy + a + (b - a) * share;
        const [y, y2] = [between(last.y, point.y), between(last.y2, point.y2)];
        listDots(Math.min(y, y2), Math.max(y, y2))
          .filter((to) => to % 2 === 0)
          .forEach((to) => this.#paintDot(at * DOT, to * DOT, point.fill));
      }
    });
  }

  #paintBar({ width = 0, height = 0, fill }: SceneItem, x: number, y: number) {
    for (const at of listDots(x, x + width)) {
      listDots(y, y + height).filter((to) => (at + to) % 2)
        .forEach((to) => this.#paintDot(at * DOT, to * DOT, fill));
    }
  }

  #paintAxis(
    role: string,
    x: number,
    y: number,
    x2: number,
    y2: number,
  ): void {
    const isVertical = Math.abs(x2 - x) < Math.abs(y2 - y);
    const column = this.#column(Math.min(x, x2)),
      row = this.#row(Math.max(y, y2));
    if (role === "axis-tick") {
      // Left of an axis, or below it.
      if (isVertical) {
        this.canvas.write(column, this.#row(Math.min(y, y2)), "┬");
      } else this.canvas.write(this.#column(Math.max(x, x2)) - 1, row, "┤");
    } else if (isVertical) {
      this.canvas.writeBelow(column - 1, row, "└");
      for (let at = this.#row(Math.min(y, y2)); at < row; at++) {
        this.canvas.writeBelow(column - 1, at, "│");
      }
    } else {
      const length = this.#column(Math.max(x, x2)) - column + 1;
      this.canvas.writeBelow(column, row, "─".repeat(length));
    }
  }

  #paintSign(item: SceneItem, x: number, y: number): void {
    const { shape = "circle", size = 0, fill, stroke } = item;
    const color = stroke ?? fill;
    if (size < MIN_SIGN_SIZE) return this.#paintDot(x, y, color);
    const isHollow = !fill || fill === "transparent" || item.fillOpacity === 0;
    const series = findSeries(color);
    const sign = this.#signsOnCurves && shape === "stroke"
      ? nameSign(series ?? 0)
      : (SIGNS[shape] ?? SIGNS.cross!)[isHollow ? 1 : 0];
    this.canvas.write(this.#column(x), this.#row(y), sign, series);
  }

  #paintText(item: SceneItem, x: number, y: number): void {
    const { text, align = "left", baseline = "alphabetic" } = item;
    const lines = (Array.isArray(text) ? text : String(text ?? "").split("\n"))
      .map((line) => printable(String(line)));
    const below = { top: 0.5, "line-top": 0.5, middle: 0 }[baseline] ?? -0.35;
    const series = findSeries(item.fill);
    lines.forEach((line, i) => {
      const before = { left: 0, center: 0.5, right: 1 }[align] ?? 0;
      const start = (x + (item.dx ?? 0)) / CELL_WIDTH - before * line.length;
      const row = this.#row(y + (item.dy ?? 0) + below * CELL_HEIGHT) + i;
      this.canvas.write(Math.round(start) + this.#left, row, line, series);
    });
  }
}

/** Lists the dots between two places in pixels. */
function listDots(from: number, to: number): number[] {
  const first = Math.ceil(from / DOT);
  const n = Math.floor(to / DOT) - first + 1;
  return Array.from({ length: Math.max(0, n) }, (_, i) => first + i);
}

/** Finds the series that has a colour; undefined for text, axes and data. */
function findSeries(color: string | undefined): number | undefined {
  const series = COLORS.indexOf(color ?? "");
  return series < 0 ? undefined : series;
}

function nameSign(series: number): string {
  return CURVE_SIGNS[series % CURVE_SIGNS.length]!;
}
