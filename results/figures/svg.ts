/**
 * Figures as SVG, by Vega.
 *
 * @module
 */

import * as vega from "vega";
import { compile, type TopLevelSpec } from "vega-lite";
import { printable } from "../../core/utils/terminal.ts";
import { formatSpec } from "./figure.ts";
import { measureText, type TextStyle } from "./font.ts";

/** What Vega's declared types leave out. */
interface TextMetrics {
  width(item: TextStyle & { limit?: number }, text?: unknown): number;
}

const { textMetrics } = vega as unknown as { textMetrics: TextMetrics };

/** Measures a text on one line, in pixels. */
type Measure = (text: string, style: TextStyle) => number;

let measure: Measure = measureText;
// Without a browser Vega guesses, which leaves room beside all texts.
textMetrics.width = (item, text) =>
  Math.min(measure(String(text ?? ""), item), item.limit || Infinity);

/**
 * Replaces what measures texts, for letters that are not those of the font.
 *
 * @param other Measures a text on one line, in pixels.
 * @returns What ends it.
 */
export function measureTextBy(other: Measure): Disposable {
  measure = other;
  return {
    [Symbol.dispose]: () => {
      measure = measureText;
    },
  };
}

/**
 * Measures a text as figures do.
 *
 * @param text The text, on one line.
 * @param style How it is set.
 * @returns The width in pixels.
 */
export function measureLine(text: string, style: TextStyle): number {
  return measure(text, style);
}

/** A mark or an item of a figure that Vega has laid out; Vega's types leave it out. */
export interface SceneItem {
  /** The kind of a mark. */
  readonly marktype?: string;
  /** What it is for: `axis-grid`, for example. */
  readonly role?: string;
  /** What is in it. */
  readonly items?: readonly SceneItem[];
  /** Its place in pixels, from that of the group that it is in. */
  readonly x?: number;
  /** Its place in pixels, downwards. */
  readonly y?: number;
  /** Its other end. */
  readonly x2?: number;
  /** Its other end, downwards. */
  readonly y2?: number;
  /** Its width in pixels. */
  readonly width?: number;
  /** Its height in pixels. */
  readonly height?: number;
  /** Whether a point of a curve is drawn. */
  readonly defined?: boolean;
  /** The colour of its line. */
  readonly stroke?: string;
  /** The colour of its area. */
  readonly fill?: string;
  /** How opaque its area is, from 0 to 1. */
  readonly fillOpacity?: number;
  /** How opaque it is, from 0 to 1. */
  readonly opacity?: number;
  /** The shape of a symbol. */
  readonly shape?: string;
  /** The area of a symbol in pixels². */
  readonly size?: number;
  /** A text, or its lines. */
  readonly text?: unknown;
  /** On which side of its place a text ends. */
  readonly align?: string;
  /** What of a text is at the height of its place. */
  readonly baseline?: string;
  /** How far a text is moved, in pixels. */
  readonly dx?: number;
  /** How far a text is moved downwards, in pixels. */
  readonly dy?: number;
}

/** A figure that Vega has laid out. */
export interface Scene {
  /** All that is drawn. */
  readonly root: SceneItem;
  /** Where the inner area begins, in pixels. */
  readonly origin: readonly number[];
}

/**
 * Lays a figure out without drawing it.
 *
 * @param spec The figure, as Vega-Lite has it.
 * @returns What is to be drawn where.
 * @throws {RangeError} If Vega cannot draw the values.
 */
export function layOut(spec: TopLevelSpec): Promise<Scene> {
  return evaluate(spec, async (view) => {
    await view.runAsync();
    const { root } = view.scenegraph() as unknown as { root: SceneItem };
    return { root, origin: view.origin() };
  });
}

/**
 * Draws a figure as SVG.
 *
 * @param spec The figure, as Vega-Lite has it.
 * @returns The text of the SVG; the same for the same figure.
 * @throws {RangeError} If Vega cannot draw the values.
 */
export function renderSvg(spec: TopLevelSpec): Promise<string> {
  // Names may come from anyone's files, and XML allows no control characters.
  return evaluate(spec, async (view) => printable(await view.toSVG()));
}

async function evaluate<T>(
  spec: TopLevelSpec,
  use: (view: vega.View) => Promise<T>,
): Promise<T> {
  const readable: TopLevelSpec = JSON.parse(formatSpec(spec));
  // Vega logs an error and continues until another one is thrown.
  const errors: unknown[] = [];
  const view = new vega.View(vega.parse(compile(readable).spec), {
    renderer: "none",
    logger: vega.logger(vega.Error, "error", (_method, _level, logged) => {
      errors.push(...logged);
    }),
  });
  try {
    return await use(view);
  } catch (error) {
    const [cause = error] = errors;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new RangeError(`Cannot draw these values: ${reason}`, { cause });
  } finally {
    view.finalize();
  }
}
