/** How often a run keeps a checkpoint. */
export interface CheckpointInterval {
  /** The unit. */
  readonly unit: "seconds" | "steps" | "epochs";
  /** The least number of them between two checkpoints. */
  readonly count: number;
}

const INTERVAL = /^(\d+(?:\.\d+)?) ?(s|m|h|steps?|epochs?)$/;
const SECONDS = new Map([["s", 1], ["m", 60], ["h", 3600]]);

/** The allowed intervals, in words. */
export const INTERVAL_RULE =
  "a time (60s, 5m, 1h), a count (500steps, 2epochs), or never";

/** The rule for where a run can pause, in words. */
export const PAUSE_RULE = "a count of steps or epochs (500steps, 2epochs)";

/** Where a run pauses. */
export interface PausePlace extends CheckpointInterval {
  /** The unit. */
  readonly unit: "steps" | "epochs";
}

/**
 * Parses where a run pauses.
 *
 * @param text A count of steps or epochs: `500steps`, `2epochs`.
 * @returns The count and its unit; undefined if the text is not one.
 */
export function parsePause(text: string): PausePlace | undefined {
  const place = parseInterval(text);
  return place && place.unit !== "seconds"
    ? { unit: place.unit, count: place.count }
    : undefined;
}

/**
 * Parses how often a run keeps a checkpoint.
 *
 * @param text A time or count: `60s`, `5m`, `1h`, `500steps`, `2epochs`; or
 * `never`.
 * @returns The interval; null for never, undefined if the text is not one.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { parseInterval } from "./checkpoint_interval.ts";
 *
 * assertEquals(parseInterval("5m"), { unit: "seconds", count: 300 });
 * assertEquals(parseInterval("1epoch"), { unit: "epochs", count: 1 });
 * assertEquals(parseInterval("often"), undefined);
 * ```
 */
export function parseInterval(
  text: string,
): CheckpointInterval | null | undefined {
  if (text === "never") return null;
  const [, number, unit = ""] = INTERVAL.exec(text) ?? [];
  const factor = SECONDS.get(unit);
  const count = Number(number) * (factor ?? 1);
  if (!(count > 0)) return undefined;
  if (factor !== undefined) return { unit: "seconds", count };
  if (!Number.isSafeInteger(count)) return undefined;
  return { unit: unit.startsWith("step") ? "steps" : "epochs", count };
}
