/**
 * Whether a history lacks lines, or has some twice.
 *
 * @module
 */

import type { JsonObject } from "../../core/utils/json.ts";

/** With fewer lines, nothing can be told of how far apart they should be. */
const FEWEST = 8;
/** Where more lines than that stand apart otherwise, it is no rule. */
const MOST_EXCEPTIONS = 0.1;

/**
 * Looks for lines that are missing or repeated: where nearly each `step` is as
 * far from the one before it, one that is further on, or not further at all, is
 * told. Lines of different keys, of steps and of epochs for example, count
 * apart.
 *
 * @param lines The lines of a history after its header.
 * @returns What is irregular first, in words; null where nothing is, or where
 * there is no rule to break.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { irregularStep } from "./steps.ts";
 *
 * const lines = Array.from({ length: 20 }, (_, i) => ({ step: i + 1 }));
 * assertEquals(irregularStep(lines), null);
 * assertEquals(
 *   irregularStep(lines.filter(({ step }) => step !== 9)),
 *   "line 10 has step 10 after step 8, where each is 1 more",
 * );
 * ```
 */
export function irregularStep(lines: readonly JsonObject[]): string | null {
  const kinds = new Map<string, { line: number; step: number }[]>();
  for (const [index, { step, ...others }] of lines.entries()) {
    if (typeof step !== "number") continue;
    const kind = Object.keys(others).join("\n");
    // The header is line 1.
    kinds.getOrInsertComputed(kind, () => []).push({ line: index + 2, step });
  }
  for (const steps of kinds.values()) {
    const moves = steps.slice(1).map(({ line, step }, index) => {
      const { step: before } = steps[index]!;
      return { line, step, before, by: step - before };
    });
    const usual = commonest(moves.map(({ by }) => by));
    // The last steps of all may come sooner.
    const odd = moves.filter(({ by }) => by > usual || by <= 0);
    const most = Math.max(1, MOST_EXCEPTIONS * moves.length);
    const [first] = odd;
    if (!first || moves.length < FEWEST || odd.length > most) continue;
    const { line, step, before } = first;
    return `line ${line} has step ${step} after step ${before}, where each is ` +
      `${usual} more`;
  }
  return null;
}

function commonest(values: readonly number[]): number {
  const counts = new Map<number, number>();
  let [best, most] = [0, 0];
  for (const value of values) {
    const count = (counts.get(value) ?? 0) + 1;
    counts.set(value, count);
    if (count > most) [best, most] = [value, count];
  }
  return best;
}
