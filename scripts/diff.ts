/**
 * `deno task diff`: prints in what two runs differ.
 *
 * @module
 */

import { parseFlags } from "../core/config/flags.ts";
import { ConfigSchema } from "../core/config/schema.ts";
import { readSource } from "../core/store/source.ts";
import { findRun } from "../core/store/find_run.ts";
import { stringify } from "../core/utils/json.ts";
import { printable, printableJson } from "../core/utils/terminal.ts";
import { readConfigFile } from "../core/store/run_file.ts";
import { readRunInfo } from "../core/store/run_info.ts";
import {
  type ComparedRun,
  diffRuns,
  formatDiff,
} from "../results/inspect/diff.ts";
import {
  checkPositionals,
  type Command,
  commonSchema,
  EXIT,
  jsonFlag,
  main,
  orUsageError,
  usageError,
} from "./_command.ts";
import { runsFolderFlag } from "./_runs.ts";

const diffSchema = new ConfigSchema({ json: jsonFlag, runs: runsFolderFlag });

const command: Command = {
  name: "diff",
  reads: "./runs,./studies",
  help: () => ({
    summary:
      "Print in what two runs differ: configuration, surroundings, code.",
    usage:
      "deno task diff RUN [RUN] [flags], where RUN is a run's id, a part " +
      "of it,\n       its path, or latest [default of the second: latest]",
    groups: [{ title: "Diff", schema: diffSchema }],
    examples: ["deno task diff 3f9a 77c0", "deno task diff 3f9a"],
  }),
  async run(args) {
    const flags = parseFlags(args, [diffSchema, commonSchema]);
    checkPositionals(flags.positionals, 2);
    const { json, runs } = flags.resolve(diffSchema);
    const [first, second = "latest"] = flags.positionals;
    if (first === undefined) {
      throw usageError("Cannot diff without a run: deno task diff RUN [RUN]");
    }
    const paths = [first, second].map((name) =>
      orUsageError(() => findRun(runs, name))
    );
    const [a, b] = await Promise.all(paths.map((path) => read(runs, path)));
    const differences = diffRuns(a!, b!);
    console.log(
      json ? printableJson(stringify(differences, 2)) : formatDiff(differences),
    );
    return EXIT.done;
  },
};

/** A run whose source cannot be read still has all the rest. */
async function read(runs: string, path: string): Promise<ComparedRun> {
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
