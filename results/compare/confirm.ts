/**
 * Runs that confirm what others were searched for.
 *
 * @module
 */

import { formatValue } from "../../core/config/schema.ts";
import type { RunDatabase, StoredRun } from "../database/run_database.ts";

/**
 * Checks that confirming runs repeat none of those by which rows were chosen.
 *
 * @param confirming The confirming runs.
 * @param searched The runs by which rows were chosen.
 * @throws {RangeError} If a confirming run has the configuration and seed of one.
 */
export function checkFresh(
  confirming: RunDatabase,
  searched: RunDatabase,
): void {
  const identify = ({ info, config }: StoredRun) =>
    JSON.stringify([info.experiment, formatValue(config)]);
  const known = new Map([...searched].map((run) => [identify(run), run.id]));
  for (const run of confirming) {
    const repeated = known.get(identify(run));
    if (repeated === undefined) continue;
    throw new RangeError(
      `Cannot confirm with ${run.id}: it repeats ${repeated}, by which rows were ` +
        "chosen: use fresh seeds",
    );
  }
}
