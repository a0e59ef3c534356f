const UNITS: readonly (readonly [name: string, seconds: number])[] = [
  ["days", 86_400],
  ["h", 3600],
  ["min", 60],
  ["s", 1],
];

/**
 * Formats an estimate of a duration.
 *
 * @param seconds The number of seconds.
 * @returns `40 s`, `12 min`, `3.5 h`.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { formatDuration } from "./format_duration.ts";
 *
 * assertEquals(formatDuration(12_600), "3.5 h");
 * assertEquals(formatDuration(0.2), "1 s");
 * ```
 */
export function formatDuration(seconds: number): string {
  const [unit, size] = UNITS.find(([, size]) => seconds >= 2 * size) ??
    UNITS.at(-1)!;
  const value = seconds / size;
  const isCoarse = size > 60 && value < 10;
  return `${isCoarse ? Number(value.toFixed(1)) : Math.ceil(value)} ${unit}`;
}
