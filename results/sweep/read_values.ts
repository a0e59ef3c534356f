/**
 * The results of a sweep's tasks.
 *
 * @module
 */

import type { Sweep } from "../../core/sweep/manifest.ts";
import type { Outcome, Task } from "../../core/sweep/types.ts";
import { isOpen } from "../../core/sweep/summary.ts";
import type { Value } from "./judge_values.ts";
import { readObjective } from "./objective.ts";

/** Reads the result of a task; undefined while there is none. */
export type ReadValue = (
  task: Task,
  outcomes: ReadonlyMap<string, Outcome>,
) => Value | undefined;

/**
 * Creates a reader of the objectives of tasks, which reads each run once.
 *
 * @param sweep The sweep.
 * @param objective The objective.
 * @returns The reader.
 */
export function makeReader(
  { runs }: Sweep,
  objective: string,
): ReadValue {
  const known = new Map<string, number>();
  return ({ key, pauseAt }, outcomes) => {
    const outcome = outcomes.get(key);
    if (isOpen(outcome)) return undefined;
    const { status, runId } = outcome!;
    if (status !== "completed" || runId === null) return "failed";
    return known.getOrInsertComputed(
      `${key} ${runId}`,
      () => readObjective(`${runs}/${runId}`, objective, pauseAt),
    );
  };
}
