/**
 * Evaluating existing runs: a sweep whose tasks are evaluations.
 *
 * @module
 */

import { formatFlag, type ParsedFlags } from "../core/config/flags.ts";
import type { ConfigSchema } from "../core/config/schema.ts";
import { formatCount } from "../core/utils/format_number.ts";
import type { JsonObject } from "../core/utils/json.ts";
import {
  RunDatabase,
  type StoredRun,
} from "../results/database/run_database.ts";
import { selectRuns } from "../results/database/select.ts";
import { nameFlags, usageError } from "./_command.ts";
import type { SweepParts } from "./_sweep.ts";

/**
 * Selects the completed runs that the command line asks for by `--where`.
 *
 * @param runs The directory that holds the runs.
 * @param where The conditions.
 * @returns The runs; all of one experiment.
 * @throws {ConfigError} If there are none, or they are of several experiments.
 */
export function selectCompletedRuns(
  runs: string,
  where: readonly string[],
): StoredRun[] {
  const database = new RunDatabase(runs);
  let selected: StoredRun[];
  try {
    selected = selectRuns(database, { where });
  } catch (error) {
    throw usageError(nameFlags(error as Error), { cause: error });
  }
  const completed = selected.filter(({ status }) => status === "completed");
  const names = [
    ...new Set(completed.map(({ info }) => info.experiment)),
  ];
  if (names.length > 1) {
    throw usageError(
      `Cannot evaluate runs of several experiments at once: add --where ` +
        `experiment=${names[0]}, or ${names.slice(1).join(", ")}`,
    );
  }
  if (completed.length > 0) return completed;
  throw usageError(
    `No completed run matches --where (${
      formatCount(database.size, "run")
    } searched)`,
  );
}

/** What a sweep runs, as a part of {@linkcode SweepParts}. */
export type TaskParts = Pick<
  SweepParts,
  "rows" | "seeds" | "evaluations" | "specification" | "plan"
>;

/**
 * Plans evaluations of completed runs.
 *
 * @param selected The runs.
 * @param evaluations The settings of each evaluation.
 * @returns What the sweep runs.
 */
export function planEvaluationsOf(
  selected: readonly StoredRun[],
  evaluations: readonly JsonObject[],
): TaskParts {
  const runIds = selected.map(({ id }) => id);
  return {
    // Their data files may be read.
    rows: selected.map(({ config }) => config),
    ...{ seeds: [], evaluations },
    specification: { evaluate: runIds, eval: evaluations },
    plan: { type: "evaluate", runIds },
  };
}

/**
 * Rejects flags that decide what is trained.
 *
 * @param parsed The command line.
 * @param schemas The schemas of these flags.
 * @throws {ConfigError} If one is given.
 */
export function checkTrainsNothing(
  parsed: ParsedFlags,
  schemas: readonly ConfigSchema<object>[],
): void {
  const [key] = schemas
    .flatMap((schema) => Object.keys(parsed.readSource(schema).values))
    .filter((key) => key !== "eval");
  if (key === undefined) return;
  throw usageError(
    `Cannot use ${
      formatFlag(key)
    } with --where, which evaluates existing runs ` +
      "and trains none: give the settings of evaluations by --eval",
  );
}
