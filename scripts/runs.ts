/**
 * `deno task runs`: lists the runs.
 *
 * @module
 */

import { toggle } from "../core/config/fields.ts";
import { parseFlags } from "../core/config/flags.ts";
import { ConfigSchema } from "../core/config/schema.ts";
import type { Problem } from "../core/store/run_file.ts";
import { RunDatabase } from "../results/database/run_database.ts";
import { formatRuns } from "../results/inspect/runs.ts";
import { selectRuns } from "../results/database/select.ts";
import {
  checkPositionals,
  type Command,
  commonSchema,
  main,
} from "./_command.ts";
import {
  reportProblems,
  runsFlag,
  sinceFlag,
  statusOf,
  strictFlag,
  whereFlag,
} from "./_runs.ts";

const runsSchema = new ConfigSchema({
  where: whereFlag,
  since: sinceFlag,
  watch: toggle({ default: false, description: "follow until interrupted" }),
  runs: runsFlag,
  strict: strictFlag,
});

type RunsFlags = typeof runsSchema.defaults;

const REFRESH_MS = 1000;
const CLEAR_SCREEN = "\x1b[H\x1b[2J";

const command: Command = {
  name: "runs",
  reads: "./runs,./studies",
  help: () => ({
    summary: "List the runs: status, age, tags, and in what they differ.",
    usage: "deno task runs [flags]",
    groups: [{ title: "List", schema: runsSchema }],
    examples: [
      "deno task runs --where status=failed --since 1d",
      "deno task runs --watch",
    ],
  }),
  async run(args) {
    const flags = parseFlags(args, [runsSchema, commonSchema]);
    checkPositionals(flags.positionals, 0);
    const options = flags.resolve(runsSchema);
    if (options.watch) await watch(options);
    const { text, problems } = list(options);
    console.log(text);
    reportProblems(problems);
    return statusOf(problems, options.strict);
  },
};

function list(options: RunsFlags): {
  readonly text: string;
  readonly state: string;
  readonly problems: readonly Problem[];
} {
  const database = new RunDatabase(...options.runs);
  const runs = selectRuns(database, options);
  const text = runs.length > 0
    ? formatRuns(runs)
    : database.size > 0
    ? `None of ${database.size} runs is what --where and --since ask.`
    : database.problems.length > 0
    ? "None of the runs could be read."
    : "There are no runs yet: deno task train makes one.";
  // What has changed, other than that all have grown older.
  const state = JSON.stringify(runs.map(({ id, status }) => [id, status]));
  return { text, state, problems: database.problems };
}

/** Shows the list again whenever it is another one; never returns. */
async function watch(options: RunsFlags): Promise<never> {
  const isTerminal = Deno.stdout.isTerminal();
  let shown = "";
  while (true) {
    const { text, state, problems } = list(options);
    const current = isTerminal ? text : state;
    if (current !== shown) {
      console.log((isTerminal ? CLEAR_SCREEN : "") + text);
      reportProblems(problems);
      shown = current;
    }
    await new Promise((resolve) => setTimeout(resolve, REFRESH_MS));
  }
}

if (import.meta.main) main(command);
