/**
 * `deno task diff`: prints how two runs differ.
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
import {
  defineCommand,
  findNamedRun,
  main,
  orUsageError,
  outputSchema,
} from "./_command.ts";
import { RUN_NOTE, runsFolderFlag } from "./_runs.ts";

const diffSchema = new ConfigSchema({
  full: toggle({
    description: "print all differences of the code, line by line",
  }),
  runs: runsFolderFlag,
});

const command = defineCommand({
  name: "diff",
  summary: "Print how two runs differ: configuration, environment, code.",
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
  flags: { Diff: diffSchema, Output: outputSchema },
  async run({ flags: { full, runs }, positionals }) {
    const paths = await findPair(runs, positionals);
    const [a, b] = await Promise.all(paths.map((path) => readRun(runs, path)));
    const differences = diffRuns(a!, b!);
    return { document: differences, text: formatDiff(differences, full) };
  },
});

/** Finds the two runs to compare. */
async function findPair(
  runs: string,
  [first = "latest", second]: readonly string[],
): Promise<string[]> {
  const a = await findNamedRun(runs, first);
  const b = await findNamedRun(runs, second ?? "latest");
  return second === undefined && a === b
    ? [orUsageError(() => findBefore(runs, b)), b]
    : [a, b];
}

/** Finds the newest run before the latest. */
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
