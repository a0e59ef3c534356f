/**
 * Ranges from which values are drawn, and their text form:
 * `log(1e-5,1e-1)`, `linear(0,1)`, `choice(32,64)`.
 *
 * @module
 */

import type { Field } from "../config/fields.ts";
import { ConfigError, formatValue } from "../config/schema.ts";
import { preview } from "../utils/json.ts";

/** A uniform range, a uniform range of the logarithm, or a list of choices. */
export type Range =
  | { readonly linear: readonly [number, number] }
  | { readonly log: readonly [number, number] }
  | { readonly choice: readonly unknown[] };

/** The significant digits of drawn numbers, so that they can be typed again. */
const DIGITS = 4;

const CALL = /^(linear|log|choice)\((.*)\)$/s;

/**
 * Splits a text at its commas, except for those in brackets.
 *
 * @param text The text: `[64,64],[256,256]`.
 * @returns The parts: `[64,64]` and `[256,256]`.
 */
export function splitOutsideBrackets(text: string): string[] {
  const parts = [""];
  let depth = 0;
  for (const sign of text) {
    if (sign === "," && depth === 0) {
      parts.push("");
      continue;
    }
    if ("[(".includes(sign)) depth++;
    if ("])".includes(sign)) depth--;
    parts.push(parts.pop()! + sign);
  }
  return parts.map((part) => part.trim());
}

/**
 * Parses a value of a key as its flag would; a list may have brackets.
 *
 * @param text The text: `0.001`, `[64,64]`.
 * @param field The key.
 * @returns The value, unchecked.
 */
export function parseValue(text: string, field: Field<unknown>): unknown {
  return field.fromText(text.replace(/^\[(.*)\]$/s, "$1"));
}

/**
 * Parses a range.
 *
 * @param text The text: `log(1e-5,1e-1)`.
 * @param field The key, for the values of a choice.
 * @returns The range; undefined if the text is not a range.
 */
export function parseRange(
  text: string,
  field: Field<unknown>,
): Range | undefined {
  const [, kind, inner] = CALL.exec(text.trim()) ?? [];
  if (kind === undefined) return undefined;
  const parts = splitOutsideBrackets(inner!);
  if (kind === "choice") {
    return { choice: parts.map((part) => parseValue(part, field)) };
  }
  const range = { [kind]: parts.map(Number) };
  return isRange(range) ? range : undefined;
}

/**
 * Checks whether a value of a sweep file is a range.
 *
 * @param value The value: `{ "log": [1e-5, 0.1] }`.
 */
export function isRange(value: unknown): value is Range {
  const [[kind, list] = [], ...more] = Object.entries(value ?? {});
  if (more.length > 0 || !Array.isArray(list)) return false;
  if (kind === "choice") return list.length > 0;
  const [low, high] = list;
  return list.length === 2 && Number.isFinite(low) && Number.isFinite(high) &&
    low < high && (kind === "linear" || (kind === "log" && low > 0));
}

/** What a range must be, in words. */
export const RANGE_RULE =
  "log(LOW,HIGH) with LOW above 0, linear(LOW,HIGH), or choice(A,B,…)";

/**
 * Returns the value at a position in a range.
 *
 * @param range The range.
 * @param place The position, from 0 to below 1.
 * @param field The key; values of integer keys are rounded.
 * @param name How errors name the key.
 * @returns The value, checked.
 * @throws {ConfigError} If the key does not take such a value.
 */
export function valueAt(
  range: Range,
  place: number,
  field: Field<unknown>,
  name: string,
): unknown {
  const value = drawAt(range, place);
  // An integer key accepts only the second.
  const candidates = typeof value === "number"
    ? [Number(value.toPrecision(DIGITS)), Math.round(value)]
    : [value];
  for (const candidate of candidates) {
    const checked = field.check(candidate);
    if (checked !== undefined) return checked;
  }
  throw new ConfigError([
    `${name} must be ${field.rule}; the range gives ${preview(value)}`,
  ]);
}

function drawAt(range: Range, place: number): unknown {
  if ("choice" in range) {
    return range.choice[Math.floor(place * range.choice.length)];
  }
  if ("linear" in range) {
    const [low, high] = range.linear;
    return low + place * (high - low);
  }
  const [low, high] = range.log.map(Math.log) as [number, number];
  return Math.exp(low + place * (high - low));
}

/** Formats a range as on the command line. */
export function formatRange(range: Range): string {
  const [[kind, list] = []] = Object.entries(range);
  return `${kind}(${(list as readonly unknown[]).map(formatValue).join(",")})`;
}
