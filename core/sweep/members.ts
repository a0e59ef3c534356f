/**
 * Which runs belong to a sweep, and what they are for in it. Runs that were there
 * before belong to it as well, and their own files say nothing of that.
 *
 * @module
 */

import type { SweepRole } from "../store/run_info.ts";
import { readRunId } from "./claims.ts";
import { openSweep } from "./manifest.ts";

/**
 * The first of the seeds that confirm. Those of searches are below, so that no run
 * that confirms can have been chosen by.
 */
export const CONFIRM_FROM = 1_000_000;

/** The runs of a sweep. */
export interface SweepMembers {
  /** Their ids. */
  readonly ids: ReadonlySet<string>;
  /**
   * Says what a run of this seed is for.
   *
   * @param seed The seed.
   * @returns What it is for; undefined where it is one of a list.
   */
  readonly findRole: (seed: number) => SweepRole | undefined;
}

/**
 * Reads which runs belong to a sweep, also of those that were there before it.
 *
 * @param runs The directory that holds the runs.
 * @param name The sweep's name.
 * @returns The runs; none if there is no such sweep.
 */
export function readSweepMembers(runs: string, name: string): SweepMembers {
  const sweep = openSweep(runs, name);
  const type = sweep?.manifest.plan.type;
  return {
    ids: new Set(sweep ? listRunIds(`${sweep.path}/claims`) : []),
    findRole: (seed) =>
      type === "search"
        ? seed < CONFIRM_FROM ? "search" : "confirm"
        : type === "until-resolved"
        ? type
        : undefined,
  };
}

/** Leaves locks alone: who only reads runs may not open them. */
function listRunIds(folder: string): string[] {
  return Array.from(
    Deno.readDirSync(folder),
    ({ name }) => readRunId(`${folder}/${name}`),
  ).filter((runId) => typeof runId === "string");
}
