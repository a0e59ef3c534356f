/**
 * Missing and repeated lines of a history.
 *
 * @module
 */

import type { JsonObject } from "../../../core/utils/json.ts";

/** With fewer moves, the usual distance of steps cannot be told. */
const MIN_MOVES = 8;
/** If a larger share of moves is irregular, there is no rule. */
const MAX_EXCEPTIONS = 0.1;
/** With more different moves, or more kinds of lines, there is no rule. */
const MAX_MOVES = 1000, MAX_KINDS = 32;

/**
 * Finds lines that are missing or repeated: if nearly all values of `step` are
 * equally far apart, one that is further from the one before it, or not greater,
 * is irregular. Lines with different keys, of steps and of epochs for example,
 * are treated separately. It takes little memory however many lines there are.
 *
 * @param lines The lines of a history after its header.
 * @returns The first irregularity, in words; null if there is none, or no rule.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { findIrregularStep } from "./steps.ts";
 *
 * const lines = Array.from({ length: 20 }, (_, i) => ({ step: i + 1 }));
 * assertEquals(findIrregularStep(lines), null);
 * assertEquals(
 *   findIrregularStep(lines.filter(({ step }) => step !== 9)),
 *   "line 10 has step 10 after step 8, where others are 1 apart",
 * );
 * ```
 */
export function findIrregularStep(lines: Iterable<JsonObject>): string | null {
  const kinds = new Map<string, Kind>();
  let nLines = 1; // The header is line 1.
  for (const { step, ...others } of lines) {
    nLines++;
    if (typeof step !== "number") continue;
    const name = Object.keys(others).join("\n");
    const kind = kinds.get(name);
    if (kind) addStep(kind, step, nLines);
    else if (kinds.size < MAX_KINDS) {
      kinds.set(name, { last: step, nMoves: 0, moves: new Map() });
    }
  }
  for (const { nMoves, moves } of kinds.values()) {
    if (nMoves < MIN_MOVES || moves.size > MAX_MOVES) continue;
    const all = [...moves.values()];
    const usual = all.reduce((a, b) => b.count > a.count ? b : a).by;
    // The last step of all may be closer.
    const odd = all.filter(({ by }) => by > usual || by <= 0);
    const nOdd = odd.reduce((sum, { count }) => sum + count, 0);
    if (nOdd === 0 || nOdd > Math.max(1, MAX_EXCEPTIONS * nMoves)) continue;
    const first = odd.reduce((a, b) => b.line < a.line ? b : a);
    return `line ${first.line} has step ${first.step} after step ` +
      `${first.before}, where others are ${usual} apart`;
  }
  return null;
}

/** Lines with the same keys. */
interface Kind {
  last: number;
  nMoves: number;
  /** The moves from one step to the next, by their distance. */
  readonly moves: Map<number, Move>;
}

/** Moves over the same distance: their number, and where the first is. */
interface Move {
  readonly by: number;
  readonly line: number;
  readonly step: number;
  readonly before: number;
  count: number;
}

function addStep(kind: Kind, step: number, line: number): void {
  const { last: before, moves } = kind;
  const by = step - before;
  kind.last = step;
  kind.nMoves++;
  const move = moves.get(by);
  if (move) move.count++;
  else if (moves.size <= MAX_MOVES) {
    moves.set(by, { by, line, step, before, count: 1 });
  }
}
