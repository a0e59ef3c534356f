/**
 * The runs that belong to a sweep, and their roles. Runs that existed before the
 * sweep belong to it as well, although their own files do not record it.
 *
 * @module
 */

import type { SweepRole } from "../store/run_info.ts";
import { readRunId } from "./claims.ts";
import { openSweep } from "./manifest.ts";

/**
 * The first of the fresh seeds. Those of searches are below, so that no confirming
 * run was used in the search.
 */
export const CONFIRM_FROM = 1_000_000;

/** The runs of a sweep. */
export interface SweepMembers {
  /** Their ids. */
  readonly ids: ReadonlySet<string>;
  /**
   * Finds the role of a run by its seed.
   *
   * @param seed The seed.
   * @returns The role; undefined if the sweep is a plain list of runs.
   */
  readonly findRole: (seed: number) => SweepRole | undefined;
}

/**
 * Reads which runs belong to a sweep, including runs that existed before it.
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

/** Lists the runs of claims, without opening locks, which needs permission to write. */
function listRunIds(folder: string): string[] {
  return Array.from(
    Deno.readDirSync(folder),
    ({ name }) => readRunId(`${folder}/${name}`),
  ).filter((runId) => typeof runId === "string");
}
