/**
 * `deno task rm`: moves runs to the trash.
 *
 * @module
 */

import { ConfigSchema } from "../core/config/schema.ts";
import { findEntry, findRun } from "../core/store/find_run.ts";
import { isInUse } from "../core/store/lock.ts";
import { quote } from "../core/utils/quote.ts";
import { printable } from "../core/utils/terminal.ts";
import { isStarting, runIdFromPath } from "../core/store/run_directory.ts";
import { moveToTrash } from "../core/store/trash.ts";
import { RunDatabase } from "../results/database/run_database.ts";
import { selectRuns } from "../results/database/select.ts";
import {
  defineCommand,
  EXIT,
  main,
  orUsageError,
  usageError,
} from "./_command.ts";
import { RUN_NOTE, runsFolderFlag, selectionFields } from "./_runs.ts";

const rmSchema = new ConfigSchema({
  where: selectionFields.where,
  runs: runsFolderFlag,
});

const command = defineCommand({
  name: "rm",
  summary: "Move runs to runs/.trash, from where they can be restored.",
  usage: ["RUN… [flags]", "--where KEY=VALUE [flags]"],
  notes: [`${RUN_NOTE}. All are moved, or none.`],
  examples: [
    "deno task rm 3f9a 77c0",
    "deno task rm --where status=failed",
    "rm -r runs/.trash  # deletes them for good",
  ],
  maxPositionals: Infinity,
  flags: { Remove: rmSchema },
  writesRuns: true,
  run({ flags: { where, runs }, positionals: names }) {
    if ((names.length > 0) === (where.length > 0)) {
      throw usageError(
        "Choose runs either by name, deno task rm RUN…, or by --where",
      );
    }
    const paths = where.length > 0
      ? selectRuns(new RunDatabase(runs), { where })
        .map(({ id }) => `${runs}/${id}`)
      : names.map((name) => orUsageError(() => findEntry(runs, name)));
    if (paths.length === 0) return { text: "No run matches --where." };
    // All of them first: if one cannot be moved, none is.
    const ids = paths.map((path) =>
      orUsageError(() => checkRemovable(runs, path))
    );
    for (const id of new Set(ids)) {
      const place = moveToTrash(runs, id);
      const restore = `mv ${quote(place)} ${quote(`${runs}/${id}`)}`;
      console.log(
        printable(`${id} is now ${place}; to restore it: ${restore}`),
      );
    }
    return EXIT.done;
  },
});

/** Refuses what is not a run that has ended; returns the run's id. */
function checkRemovable(runs: string, path: string): string {
  const id = runIdFromPath(findRun(runs, path));
  // It would remove another run.
  if (Deno.lstatSync(path).isSymlink) {
    throw new RangeError(`Cannot remove ${path}: it is a link, not a run`);
  }
  if (isInUse(path) || isStarting(path)) {
    throw new RangeError(
      `Cannot remove run ${id}: it is running or being evaluated; stop that ` +
        "with Ctrl-C first",
    );
  }
  return id;
}

if (import.meta.main) main(command);
