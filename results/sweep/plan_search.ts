/**
 * The plan that searches configurations, and runs the best again on fresh seeds.
 *
 * @module
 */

import { parsePause } from "../../core/config/checkpoint_interval.ts";
import type { Sweep } from "../../core/sweep/manifest.ts";
import { CONFIRM_FROM } from "../../core/sweep/members.ts";
import { makeTask } from "../../core/sweep/plan.ts";
import {
  type Entry,
  promote,
  rankEntries,
} from "../../core/sweep/promotions.ts";
import type { Outcome, Plan, Task } from "../../core/sweep/types.ts";
import type { JsonObject } from "../../core/utils/json.ts";
import { computeMean, type Direction } from "../statistics/estimate.ts";
import type { Value } from "./judge_values.ts";
import { makeReader } from "./read_values.ts";

/** The plan as the manifest of a sweep holds it. */
export interface Search {
  /** The name of the plan. */
  readonly type: "search";
  /** What configurations are compared by. */
  readonly objective: string;
  /** Which way is better. */
  readonly better: Direction;
  /** Where trainings pause (`500steps`), or seeds (`3seeds`), before the last rung. */
  readonly rungs: readonly string[];
  /** One of so many configurations of a rung is promoted. */
  readonly reduction: number;
  /** The configuration that others are to beat. */
  readonly default: JsonObject;
  /** How many of the best are run again. */
  readonly confirm: number;
  /** On how many fresh seeds. */
  readonly confirmSeeds: number;
}

/** What is run at a rung. */
interface Rung {
  readonly nSeeds: number;
  readonly pauseAt?: string;
}

const SEEDS = /^(\d+) ?seeds?$/;

/** Writes a rung in its usual form; undefined if it is none. */
function parseRung(text: string): string | undefined {
  const place = parsePause(text);
  if (place) return `${place.count}${place.unit}`;
  const count = Number(SEEDS.exec(text)?.[1]);
  return count > 0 ? `${count}seeds` : undefined;
}

/**
 * Checks the rungs of a search.
 *
 * @param texts Where trainings pause, or how many seeds there are.
 * @param nSeeds How many seeds there are in the end.
 * @returns The rungs in their usual form, or what is wrong with them.
 */
export function checkRungs(
  texts: readonly string[],
  nSeeds: number,
): string[] | string {
  const rungs = texts.map(parseRung);
  const wrong = rungs.indexOf(undefined);
  const rule = "such as 100steps,300steps or 1seed,3seeds";
  if (rungs.length === 0) return `Give the rungs: --rungs, ${rule}`;
  if (wrong >= 0) return `--rungs must be ${rule}, not "${texts[wrong]}"`;
  const known = rungs as string[];
  const units = new Set(known.map((rung) => rung.replace(/^\d+/, "")));
  const counts = known.map((rung) => Number.parseInt(rung));
  const isRising = counts.every((count, i) =>
    i === 0 || count > counts[i - 1]!
  );
  if (units.size > 1 || !isRising) {
    return `--rungs must rise, and have one unit: ${rule}`;
  }
  return units.has("seeds") && counts.at(-1)! >= nSeeds
    ? `The last rung is all seeds (--seeds): ${
      known.at(-1)
    } must be fewer than ` +
      `${nSeeds}`
    : known;
}

/** What is run at each rung; at the last all seeds are trained to the end. */
function listRungs({ rungs }: Search, nSeeds: number): Rung[] {
  return [
    ...rungs.map((text) => {
      const count = Number(SEEDS.exec(text)?.[1]);
      return count > 0 ? { nSeeds: count } : { nSeeds, pauseAt: text };
    }),
    { nSeeds },
  ];
}

/** A configuration that is run again on fresh seeds. */
export interface Candidate {
  /** The configuration. */
  readonly config: JsonObject;
  /** Its objective in the search; null for the default one. */
  readonly searchScore: number | null;
  /** Whether that is of a training to its end. */
  readonly isWhole: boolean;
  /** Its results on fresh seeds, as far as there are any. */
  readonly values: readonly Value[];
}

/** How far a search is. */
export interface SearchProgress {
  /** The tasks wanted so far. */
  readonly tasks: readonly Task[];
  /** The configurations at each rung. */
  readonly rungs: readonly (readonly number[])[];
  /** Whether the search is over. */
  readonly isSearched: boolean;
  /** The default configuration, then the best of the search, the best first. */
  readonly candidates: readonly Candidate[];
}

/**
 * Makes the plan of a search.
 *
 * @param sweep The sweep.
 * @returns The plan.
 */
export function planSearch(sweep: Sweep): Plan {
  const find = followSearch(sweep);
  return { tasks: (outcomes) => find(outcomes).tasks };
}

/**
 * Makes what says how far a search is.
 *
 * @param sweep The sweep.
 * @returns A function of how its tasks stand.
 */
export function followSearch(
  sweep: Sweep,
): (outcomes: ReadonlyMap<string, Outcome>) => SearchProgress {
  const { rows, seeds } = sweep.manifest;
  const plan = sweep.manifest.plan as unknown as Search;
  const read = makeReader(sweep, plan.objective);
  const rungs = listRungs(plan, seeds.length);
  return (outcomes) => {
    const wanted: { readonly rung: number; readonly task: Task }[] = [];
    const readMean = ({ config, rung }: Entry) => {
      const { nSeeds, pauseAt } = rungs[rung]!;
      const values = seeds.slice(0, nSeeds).map((seed) => {
        const made = makeTask(sweep, rows[config]!, seed, "search");
        const before = rungs[rung - 1]?.pauseAt;
        const runId = outcomes.get(nameTask(made, before))?.runId;
        const task: Task = {
          ...made,
          key: nameTask(made, pauseAt),
          ...(pauseAt ? { pauseAt, evaluations: [] } : {}),
          ...(before && runId ? { runId } : {}),
        };
        wanted.push({ rung, task });
        return read(task, outcomes);
      });
      if (values.includes(undefined)) return undefined;
      return values.includes("failed")
        ? NaN
        : computeMean(values as number[]).mean;
    };
    const sign = plan.better === "lower" ? 1 : -1;
    const means = new Map<string, number | undefined>();
    const readLoss = (entry: Entry) => {
      const key = JSON.stringify(entry);
      if (!means.has(key)) means.set(key, readMean(entry));
      const mean = means.get(key);
      return mean === undefined ? undefined : sign * mean;
    };
    const found = promote({
      nConfigs: rows.length,
      nRungs: rungs.length,
      reduction: plan.reduction,
      minPromoted: plan.confirm,
    }, readLoss);
    // What has come furthest goes first.
    const tasks = wanted.sort((a, b) => b.rung - a.rung)
      .map(({ task }) => task);
    const isSearched = found.missing.length === 0;
    const candidates: Candidate[] = [];
    if (isSearched) {
      const best = rankEntries(found.rungs, readLoss)
        .filter(({ config }) => !isSame(rows[config]!, plan.default))
        .slice(0, plan.confirm);
      const chosen = [
        { config: plan.default, searchScore: null, isWhole: false },
        ...best.map((entry) => ({
          config: rows[entry.config]!,
          searchScore: sign * readLoss(entry)!,
          isWhole: entry.rung === rungs.length - 1,
        })),
      ];
      for (const candidate of chosen) {
        const fresh = Array.from(
          { length: plan.confirmSeeds },
          (_, i) =>
            makeTask(sweep, candidate.config, CONFIRM_FROM + i, "confirm"),
        );
        if (best.length > 0) tasks.push(...fresh);
        const values = fresh.flatMap((task) => read(task, outcomes) ?? []);
        candidates.push({ ...candidate, values });
      }
    }
    return { tasks, rungs: found.rungs, isSearched, candidates };
  };
}

/** The same run has a task at each rung. */
function nameTask({ identity }: Task, pauseAt: string | undefined): string {
  return pauseAt ? `${identity}-${pauseAt}` : identity;
}

function isSame(a: JsonObject, b: JsonObject): boolean {
  const write = ({ seed: _, ...config }: JsonObject) => JSON.stringify(config);
  return write(a) === write(b);
}
