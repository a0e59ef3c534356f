/**
 * `deno task rm`: moves runs to the trash.
 *
 * @module
 */

import { parseFlags } from "../core/config/flags.ts";
import { ConfigSchema } from "../core/config/schema.ts";
import { findEntry, findRun } from "../core/store/find_run.ts";
import { isInUse } from "../core/store/lock.ts";
import { printable } from "../core/utils/terminal.ts";
import { isStarting, runIdFromPath } from "../core/store/run_directory.ts";
import { moveToTrash } from "../core/store/trash.ts";
import { RunDatabase } from "../results/database/run_database.ts";
import { selectRuns } from "../results/database/select.ts";
import {
  type Command,
  commonSchema,
  EXIT,
  main,
  orUsageError,
  usageError,
} from "./_command.ts";
import { quote } from "./_refusal.ts";
import { runsFolderFlag, whereFlag } from "./_runs.ts";

const rmSchema = new ConfigSchema({ where: whereFlag, runs: runsFolderFlag });

const command: Command = {
  name: "rm",
  reads: "./runs",
  writes: "./runs",
  writesRuns: true,
  help: () => ({
    summary: "Move runs to runs/.trash, from where they can be had back.",
    usage:
      "deno task rm RUN… [flags], where RUN is a run's id, a part of it, " +
      "its path,\n       or latest; all are moved, or none",
    groups: [{ title: "Remove", schema: rmSchema }],
    examples: [
      "deno task rm 3f9a 77c0",
      "deno task rm --where status=failed",
      "rm -r runs/.trash  # now they are gone",
    ],
  }),
  run(args) {
    const flags = parseFlags(args, [rmSchema, commonSchema]);
    const { where, runs } = flags.resolve(rmSchema);
    const { positionals: names } = flags;
    if ((names.length > 0) === (where.length > 0)) {
      throw usageError(
        "Cannot remove as runs must be named, or else be told by --where: " +
          "deno task rm RUN…",
      );
    }
    // All of them first: where one cannot be moved, none is.
    const ids = where.length > 0
      ? selectRuns(new RunDatabase(runs), { where }).map(({ id }) => id)
      : names.map((name) => orUsageError(() => idOf(runs, name)));
    const distinct = [...new Set(ids)];
    for (const id of distinct) orUsageError(() => checkMayGo(runs, id));
    if (distinct.length === 0) console.log("No run is what --where asks.");
    for (const id of distinct) {
      const place = moveToTrash(runs, id);
      const back = `mv ${quote(place)} ${quote(`${runs}/${id}`)}`;
      console.log(printable(`${id} is in ${place}, and comes back by ${back}`));
    }
    return EXIT.done;
  },
};

/** The run of a name; a link is none, as it would be another run that goes. */
function idOf(runs: string, name: string): string {
  const runPath = findRun(runs, name);
  checkNoLink(findEntry(runs, name));
  return runIdFromPath(runPath);
}

/** Refuses what is no run that has come to its end. */
function checkMayGo(runs: string, id: string): void {
  const path = `${runs}/${id}`;
  checkNoLink(path);
  if (isInUse(path) || isStarting(path)) {
    throw new RangeError(
      `Cannot remove run ${id} as it is running or being evaluated: stop that ` +
        "with Ctrl-C first",
    );
  }
}

function checkNoLink(path: string): void {
  const { isDirectory, isSymlink } = Deno.lstatSync(path);
  if (isDirectory) return;
  throw new RangeError(
    `Cannot remove ${path} as a run: it is ${isSymlink ? "a link" : "a file"}`,
  );
}

if (import.meta.main) main(command);
