/**
 * Whether a history lacks lines, or has some twice.
 *
 * @module
 */

import type { JsonObject } from "../../../core/utils/json.ts";

/** With fewer moves, nothing can be told of how far apart steps should be. */
const MIN_MOVES = 8;
/** Where a larger share of the steps stands apart otherwise, it is no rule. */
const MAX_EXCEPTIONS = 0.1;
/** With more different moves, or more kinds of lines, there is no rule. */
const MAX_MOVES = 1000, MAX_KINDS = 32;

/**
 * Looks for lines that are missing or repeated: where nearly each `step` is as
 * far from the one before it, one that is further on, or not further at all, is
 * told. Lines of different keys, of steps and of epochs for example, count
 * apart. It takes little memory however many lines there are.
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
export function irregularStep(lines: Iterable<JsonObject>): string | null {
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
    // The last steps of all may come sooner.
    const odd = all.filter(({ by }) => by > usual || by <= 0);
    const nOdd = odd.reduce((sum, { count }) => sum + count, 0);
    if (nOdd === 0 || nOdd > Math.max(1, MAX_EXCEPTIONS * nMoves)) continue;
    const first = odd.reduce((a, b) => b.line < a.line ? b : a);
    return `line ${first.line} has step ${first.step} after step ` +
      `${first.before}, where each is ${usual} more`;
  }
  return null;
}

/** Lines of the same keys. */
interface Kind {
  last: number;
  nMoves: number;
  /** The moves from one step to the next, by how far they go. */
  readonly moves: Map<number, Move>;
}

/** Moves that go equally far: how many there are, and where the first is. */
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
