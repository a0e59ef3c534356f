/**
 * The plan that adds seeds until verdicts are reached.
 *
 * @module
 */

import type { Sweep } from "../../core/sweep/manifest.ts";
import { makeTask } from "../../core/sweep/plan.ts";
import type { Outcome, Plan, Task } from "../../core/sweep/types.ts";
import type { Direction } from "../statistics/estimate.ts";
import type { Value } from "./judge_values.ts";
import { makeReader } from "./read_values.ts";
import { addSeeds, type SeedsState } from "./until_resolved.ts";

/** The plan in the manifest of a sweep. */
export interface UntilResolved {
  /** The type of the plan. */
  readonly type: "until-resolved";
  /** The objective by which rows are compared. */
  readonly objective: string;
  /** Which way is better; null if only differences count. */
  readonly better: Direction | null;
  /** The index of the row that the others are compared with; null for none. */
  readonly baseline: number | null;
  /** The most seeds of a row. */
  readonly maxSeeds: number;
}

/** The progress of such a sweep. */
export interface SeedsProgress extends SeedsState<number> {
  /** The tasks so far. */
  readonly tasks: readonly Task[];
  /** The results of each row. */
  readonly values: ReadonlyMap<number, readonly Value[]>;
}

/**
 * Creates the plan of a sweep that adds seeds until it is resolved.
 *
 * @param sweep The sweep.
 * @returns The plan.
 */
export function planUntilResolved(sweep: Sweep): Plan {
  const find = followSeeds(sweep);
  return { tasks: (outcomes) => find(outcomes).tasks };
}

/**
 * Follows the progress of such a sweep.
 *
 * @param sweep The sweep.
 * @returns A function that returns the progress from the outcomes of tasks.
 */
export function followSeeds(
  sweep: Sweep,
): (outcomes: ReadonlyMap<string, Outcome>) => SeedsProgress {
  const { rows, seeds, plan } = sweep.manifest;
  const { objective, better, baseline, maxSeeds } =
    plan as unknown as UntilResolved;
  const read = makeReader(sweep, objective);
  const last = Math.max(...seeds);
  const findSeed = (place: number) =>
    seeds[place] ?? last + 1 + place - seeds.length;
  // Rows on different datasets are not compared with each other.
  const groups = [
    ...Map.groupBy(rows.keys(), (row) => JSON.stringify(rows[row]!.dataset))
      .values(),
  ];
  return (outcomes) => {
    const wanted: { readonly place: number; readonly task: Task }[] = [];
    const values = new Map(rows.keys().map((row) => [row, [] as Value[]]));
    const state = addSeeds<number>(
      {
        groups,
        baseline: baseline ?? undefined,
        better: better ?? undefined,
        minSeeds: seeds.length,
        maxSeeds,
      },
      (row, place) => {
        const seed = findSeed(place);
        const task = makeTask(sweep, rows[row]!, seed, "until-resolved");
        wanted.push({ place, task });
        const value = read(task, outcomes);
        if (value !== undefined) values.get(row)!.push(value);
        return value;
      },
    );
    const tasks = wanted.sort((a, b) => a.place - b.place)
      .map(({ task }) => task);
    return { ...state, tasks, values };
  };
}
