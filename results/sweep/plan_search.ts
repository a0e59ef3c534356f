/**
 * The plan of a search: it compares configurations, and runs the best again on fresh
 * seeds.
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

/** The plan in the manifest of a sweep. */
export interface Search {
  /** The type of the plan. */
  readonly type: "search";
  /** The objective by which configurations are compared. */
  readonly objective: string;
  /** Which way is better. */
  readonly better: Direction;
  /** Where trainings pause (`500steps`), or seeds (`3seeds`), before the last rung. */
  readonly rungs: readonly string[];
  /** A rung promotes one configuration in `reduction`. */
  readonly reduction: number;
  /** The default configuration, with which the best are compared. */
  readonly default: JsonObject;
  /** How many of the best are confirmed. */
  readonly confirm: number;
  /** The number of fresh seeds. */
  readonly confirmSeeds: number;
}

/** What is run at a rung. */
interface Rung {
  readonly nSeeds: number;
  readonly pauseAt?: string;
}

const SEEDS = /^(\d+) ?seeds?$/;

/** Normalizes a rung; undefined if the text is not a rung. */
function normalizeRung(text: string): string | undefined {
  const place = parsePause(text);
  if (place) return `${place.count}${place.unit}`;
  const count = Number(SEEDS.exec(text)?.[1]);
  return count > 0 ? `${count}seeds` : undefined;
}

/**
 * Checks the rungs of a search.
 *
 * @param texts Where trainings pause, or how many seeds there are.
 * @param nSeeds The number of seeds at the last rung.
 * @returns The rungs in normal form, or what is wrong with them.
 */
export function checkRungs(
  texts: readonly string[],
  nSeeds: number,
): string[] | string {
  const rungs = texts.map(normalizeRung);
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
    return `--rungs must increase, in the same unit: ${rule}`;
  }
  return units.has("seeds") && counts.at(-1)! >= nSeeds
    ? `The last rung is all seeds (--seeds): ${
      known.at(-1)
    } must be fewer than ` +
      `${nSeeds}`
    : known;
}

/** Lists the rungs; at the last one, all seeds are trained to the end. */
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
  /** Whether it was trained to the end in the search. */
  readonly isWhole: boolean;
  /** Its results on fresh seeds so far. */
  readonly values: readonly Value[];
}

/** The progress of a search. */
export interface SearchProgress {
  /** The tasks so far. */
  readonly tasks: readonly Task[];
  /** The configurations at each rung. */
  readonly rungs: readonly (readonly number[])[];
  /** Whether the search is over. */
  readonly isSearched: boolean;
  /** The default configuration, then the best of the search, the best first. */
  readonly candidates: readonly Candidate[];
}

/**
 * Creates the plan of a search.
 *
 * @param sweep The sweep.
 * @returns The plan.
 */
export function planSearch(sweep: Sweep): Plan {
  const find = followSearch(sweep);
  return { tasks: (outcomes) => find(outcomes).tasks };
}

/**
 * Follows the progress of a search.
 *
 * @param sweep The sweep.
 * @returns A function that returns the progress from the outcomes of tasks.
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
    // Higher rungs come first.
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

/** Names the task of a run at a rung. */
function nameTask({ identity }: Task, pauseAt: string | undefined): string {
  return pauseAt ? `${identity}-${pauseAt}` : identity;
}

function isSame(a: JsonObject, b: JsonObject): boolean {
  const write = ({ seed: _, ...config }: JsonObject) => JSON.stringify(config);
  return write(a) === write(b);
}
