/**
 * Figures of a given size: text keeps its size, and what is drawn gets the rest.
 *
 * @module
 */

import { OptionError } from "../database/option_error.ts";
import type { Figure, FigureOptions } from "./figure.ts";
import type { TextStyle } from "./font.ts";
import { measureSvg, type Size } from "./size.ts";
import { measureLine, renderSvg } from "./svg.ts";

/** A first guess of what axes and legends need, and the least width of the rest. */
const MARGIN = 90, MIN_INNER = 40;

/** A few suffice: text takes the same room whatever the width. */
const MAX_TRIES = 8;

/** Of the whole, in pixels; Vega rounds up. */
const TOLERANCE = 1;

/** The size of the inner area of a figure in pixels. */
export type Inner = Pick<FigureOptions, "width" | "height">;

/** Draws a figure whose inner area has a size. */
export type Draw = (inner: Inner) => Figure | Promise<Figure>;

/**
 * Draws a figure so that the whole has a size: text, axes and legends included.
 *
 * @param draw Draws it with an inner area of a size.
 * @param size The size of the whole.
 * @returns The figure, at most as large and as near as possible.
 * @throws {OptionError} If text leaves no room.
 */
export async function fitFigure(
  draw: Draw,
  { width, height, zoom }: Size,
): Promise<Figure> {
  const wide = width ? new Search(width / zoom) : undefined;
  const high = height ? new Search(height / zoom) : undefined;
  let best: Figure | undefined, bestArea = 0;
  for (let i = 0; i < MAX_TRIES; i++) {
    const figure = breakTitle(
      await draw({
        ...(wide ? { width: wide.inner } : {}),
        ...(high ? { height: high.inner } : {}),
      }),
      wide?.target,
    );
    const whole = measureSvg(await renderSvg(figure.spec));
    const isWithin = whole.width <= (wide?.target ?? Infinity) + TOLERANCE &&
      whole.height <= (high?.target ?? Infinity) + TOLERANCE;
    if (isWithin && whole.width * whole.height > bestArea) {
      best = figure;
      bestArea = whole.width * whole.height;
    }
    const isMoved = [
      wide?.adjust(whole.width),
      high?.adjust(whole.height),
    ];
    if (!isMoved.includes(true)) break;
  }
  if (best) return best;
  throw new OptionError(
    wide ? "width" : "height",
    "Cannot draw a figure so small: its text leaves no room. Make it wider or " +
      "higher, or shorten its title",
  );
}

/** Searches the inner length with which the whole has a length: a secant method. */
class Search {
  readonly target: number;
  inner: number;
  #last?: { readonly inner: number; readonly whole: number };

  constructor(target: number) {
    this.target = target;
    this.inner = Math.max(MIN_INNER, target - MARGIN);
  }

  /** Chooses the next inner length; whether it is another one. */
  adjust(whole: number): boolean {
    if (this.target - whole >= 0 && this.target - whole < TOLERANCE) {
      return false;
    }
    const { inner } = this;
    const slope = this.#last && inner !== this.#last.inner
      ? (whole - this.#last.whole) / (inner - this.#last.inner)
      : 1;
    this.#last = { inner, whole };
    // A whole that does not follow the inner length is as wide as its title.
    const step = (this.target - TOLERANCE / 2 - whole) / Math.max(slope, 0.5);
    this.inner = Math.max(MIN_INNER, inner + step);
    return Math.abs(this.inner - inner) > TOLERANCE / 10;
  }
}

/** The title of a figure. */
interface Title {
  readonly text: string | readonly string[];
  readonly subtitle?: readonly string[];
  readonly fontWeight?: string;
}

/** Breaks the lines of title and subtitle that are wider than the figure. */
function breakTitle(figure: Figure, width = Infinity): Figure {
  // As makeSpec() has made it.
  const title = figure.spec.title as unknown as Title;
  const isHeading = title.fontWeight !== "normal";
  const style = (isTitle: boolean) =>
    isTitle ? { fontSize: 14, fontWeight: "bold" } : { fontSize: 11 };
  const broken = {
    ...title,
    text: breakLines(title.text, style(isHeading), width),
    ...(title.subtitle
      ? { subtitle: breakLines(title.subtitle, style(false), width) }
      : {}),
  };
  return { ...figure, spec: { ...figure.spec, title: broken } as never };
}

function breakLines(
  text: Title["text"],
  style: TextStyle,
  width: number,
): string[] {
  const lines = Array.isArray(text) ? text : [text];
  return lines.flatMap((line) => {
    const broken: string[] = [];
    for (const word of String(line).split(" ")) {
      const longer = `${broken.at(-1)} ${word}`;
      // Vega leaves 5 pixels on each side.
      if (broken.length > 0 && measureLine(longer, style) <= width - 10) {
        broken[broken.length - 1] = longer;
      } else broken.push(word);
    }
    return broken;
  });
}
