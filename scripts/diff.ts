/**
 * `deno task diff`: prints in what two runs differ.
 *
 * @module
 */

import { toggle } from "../core/config/fields.ts";
import { ConfigSchema } from "../core/config/schema.ts";
import { runIdFromPath } from "../core/store/run_directory.ts";
import { readConfigFile } from "../core/store/run_file.ts";
import { readRunInfo } from "../core/store/run_info.ts";
import { readSource } from "../core/store/source.ts";
import { printable } from "../core/utils/terminal.ts";
import { RunDatabase } from "../results/database/run_database.ts";
import {
  type ComparedRun,
  diffRuns,
  formatDiff,
} from "../results/inspect/diff.ts";
import { defineCommand, findNamedRun, main, orUsageError } from "./_command.ts";
import { RUN_NOTE, runsFolderFlag } from "./_runs.ts";

const diffSchema = new ConfigSchema({
  full: toggle({
    description: "print all differences of the code, line by line",
  }),
  runs: runsFolderFlag,
});

const command = defineCommand({
  name: "diff",
  summary: "Print in what two runs differ: configuration, environment, code.",
  usage: ["[RUN [RUN]] [flags]"],
  notes: [
    `${RUN_NOTE}. A single run is compared with the latest, and the latest ` +
    "[default] with the one before.",
  ],
  examples: [
    "deno task diff",
    "deno task diff 3f9a 77c0 --full",
  ],
  maxPositionals: 2,
  flags: { Diff: diffSchema },
  hasJson: true,
  async run({ flags: { full, runs }, positionals }) {
    const paths = orUsageError(() => findPair(runs, positionals));
    const [a, b] = await Promise.all(paths.map((path) => readRun(runs, path)));
    const differences = diffRuns(a!, b!);
    return {
      document: differences,
      text: () => formatDiff(differences, full),
    };
  },
});

/** Finds the two runs that are meant. */
function findPair(
  runs: string,
  [first = "latest", second]: readonly string[],
): string[] {
  const path = findNamedRun(runs, first);
  if (second !== undefined) return [path, findNamedRun(runs, second)];
  if (first === "latest") return [findBefore(runs, path), path];
  const latest = findNamedRun(runs, "latest");
  return path === latest ? [findBefore(runs, latest), latest] : [path, latest];
}

/** Finds the newest run but for one. */
function findBefore(runs: string, latest: string): string {
  const before = [...new RunDatabase(runs)].map(({ id }) => id)
    .filter((id) => id !== runIdFromPath(latest)).at(-1);
  if (before !== undefined) return `${runs}/${before}`;
  throw new RangeError(
    `Cannot compare ${runIdFromPath(latest)} with the run before it: there ` +
      "is none",
  );
}

/** A run whose source cannot be read still has all the rest. */
async function readRun(runs: string, path: string): Promise<ComparedRun> {
  const info = readRunInfo(path), config = readConfigFile(path);
  let source: ComparedRun["source"] = null;
  try {
    source = info.source && await readSource(runs, info.source);
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    console.error(printable(`problem: ${(error as Error).message}`));
  }
  return { info, config, source };
}

if (import.meta.main) main(command);
