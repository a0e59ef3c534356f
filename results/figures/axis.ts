/**
 * Axes that reach as far as their values, with ticks that do not lie.
 *
 * @module
 */

import { isLogarithmic, type Scale } from "./scale.ts";
import { measureText } from "./font.ts";
import { chooseLogTicks, chooseTicks, formatTick, type Tick } from "./ticks.ts";

/** How an axis is made. */
export interface AxisOptions {
  /** Its length in pixels. */
  readonly pixels: number;
  /** Whether it is logarithmic; by default if the range of values is wide. */
  readonly scale?: Scale | undefined;
  /** Of its length, what is left free at each end; 0.04 by default. */
  readonly margin?: number;
  /** Where its ticks are; at round values by default. */
  readonly at?: readonly number[] | undefined;
  /** Whether it is the horizontal one, whose labels stand side by side. */
  readonly isHorizontal?: boolean;
}

/** An axis. */
export interface ValueAxis {
  /** Its ends. */
  readonly domain: readonly [low: number, high: number];
  /** Whether it is logarithmic. */
  readonly isLog: boolean;
  /** Its ticks, in order. */
  readonly ticks: readonly Tick[];
  /** The scale, as Vega-Lite has it. */
  readonly scale: object;
  /** The ticks and their labels, as Vega-Lite has them. */
  readonly axis: object;
  /** Where a value is, in pixels from the low end. */
  readonly position: (value: number) => number;
  /** Which value is there. */
  readonly invert: (position: number) => number;
}

const MARGIN = 0.04;
/** No axis has as many ticks. */
const MAX_TICKS = 1000;
const ROUNDING = 1e-12;
/** Between ticks of the vertical axis, and between labels of the horizontal. */
const LINE_HEIGHT = 26, LABEL_GAP = 20;

/**
 * Makes the axis of values. Its ends are a little beyond the outermost values,
 * whether or not these are round.
 *
 * @param values All that it must show, with the ends of error bars; what is not
 * finite does not count.
 * @param options How it is made.
 * @returns The axis.
 * @throws {RangeError} If it must be logarithmic and a value is not above 0.
 */
export function makeAxis(
  values: readonly number[],
  { pixels, scale, margin = MARGIN, at, isHorizontal = false }: AxisOptions,
): ValueAxis {
  const finite = values.filter(Number.isFinite);
  const isLog = isLogarithmic(finite, scale);
  const domain = findDomain(finite, isLog, margin);
  const [low, high] = domain;
  // Beyond what numbers can tell apart there are no ticks.
  if (!((high - low) / MAX_TICKS > Number.MIN_VALUE && high - low < Infinity)) {
    throw new RangeError(
      `Cannot draw these values: an axis from ${low} to ${high} has no ticks`,
    );
  }
  const [from, to] = isLog ? domain.map(Math.log) as [number, number] : domain;
  const ticks = at?.map((value) => ({ value, label: formatTick(value) })) ??
    fitTicks(domain, { isLog, pixels, isHorizontal });
  return {
    domain,
    isLog,
    ticks,
    scale: {
      ...(isLog ? { type: "log" } : { type: "linear", zero: false }),
      ...{ domain, nice: false },
    },
    axis: describeTicks(ticks),
    position: (value) =>
      pixels * ((isLog ? Math.log(value) : value) - from) / (to - from),
    invert: (position) => {
      const value = from + position / pixels * (to - from);
      return isLog ? Math.exp(value) : value;
    },
  };
}

/** The ticks and their labels, as Vega-Lite has them. */
function describeTicks(ticks: readonly Tick[]): object {
  const values = ticks.map(({ value }) => value);
  const labels = JSON.stringify(ticks.map(({ label }) => label));
  const expression = `${labels}[indexof(${
    JSON.stringify(values)
  }, datum.value)]`;
  return {
    values,
    labelExpr: expression,
    labelOverlap: "greedy",
    labelFlush: false,
  };
}

function findDomain(
  values: readonly number[],
  isLog: boolean,
  margin: number,
): [number, number] {
  const low = values.reduce((a, b) => Math.min(a, b), Infinity);
  const high = values.reduce((a, b) => Math.max(a, b), -Infinity);
  if (!(low <= high)) return [0, 1];
  // What rounding alone sets apart is one value.
  const size = Math.max(Math.abs(low), Math.abs(high));
  const isOne = high - low <= ROUNDING * size;
  if (isLog) {
    const factor = isOne ? 2 : (high / low) ** margin;
    return [low / factor, high * factor];
  }
  const reach = isOne ? size / 10 || 1 : (high - low) * margin;
  // Where nothing is below 0, the axis is not either.
  const bottom = low > 0 ? Math.max(0, low - reach) : low - reach;
  return [bottom, high + reach];
}

/** Chooses as many ticks as have room for their labels. */
function fitTicks(
  domain: readonly [number, number],
  { isLog, pixels, isHorizontal }:
    & Required<Pick<AxisOptions, "pixels" | "isHorizontal">>
    & { readonly isLog: boolean },
): Tick[] {
  const choose = isLog ? chooseLogTicks : chooseTicks;
  let max = Math.max(2, Math.floor(pixels / LINE_HEIGHT));
  while (true) {
    const ticks = choose(domain, max);
    const widths = ticks.map(({ label }) => measureText(label) + LABEL_GAP);
    const width = widths.reduce((a, b) => a + b, 0);
    if (!isHorizontal || max === 2 || width <= pixels) return ticks;
    max--;
  }
}
