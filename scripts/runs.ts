/**
 * `deno task runs`: lists the runs.
 *
 * @module
 */

import { text, texts, toggle } from "../core/config/fields.ts";
import { parseFlags } from "../core/config/flags.ts";
import { ConfigSchema } from "../core/config/schema.ts";
import { RunDatabase } from "../results/database.ts";
import { formatRuns } from "../results/listing.ts";
import { selectRuns } from "../results/select.ts";
import {
  checkPositionals,
  type Command,
  commonSchema,
  EXIT,
  main,
} from "./_command.ts";
import { reportProblems, runsFlag, strictFlag } from "./_runs.ts";

const runsSchema = new ConfigSchema({
  where: texts({
    default: [],
    placeholder: "<key=value>",
    description: "only runs with this value (also status=, tag=)",
  }),
  since: text({
    default: "",
    placeholder: "<date|age>",
    description: "only runs that started since: 2026-11-22, 12h, 7d",
  }),
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
    const options = runsSchema.resolve([flags.sourceFor(runsSchema)]);
    if (options.watch) await watch(options);
    const { text, problems } = list(options);
    console.log(text);
    reportProblems(problems);
    return options.strict && problems.length > 0 ? EXIT.failed : EXIT.done;
  },
};

function list(options: RunsFlags): Pick<RunDatabase, "problems"> & {
  text: string;
} {
  const database = new RunDatabase(...options.runs);
  const runs = selectRuns(database, options);
  const text = runs.length > 0
    ? formatRuns(runs)
    : database.size > 0
    ? `None of ${database.size} runs is what --where and --since ask.`
    : "There are no runs yet: deno task train makes one.";
  return { text, problems: database.problems };
}

/** Shows the list again whenever it is another one; never returns. */
async function watch(options: RunsFlags): Promise<never> {
  const isTerminal = Deno.stdout.isTerminal();
  let shown = "";
  while (true) {
    const { text, problems } = list(options);
    if (text !== shown) {
      console.log((isTerminal ? CLEAR_SCREEN : "") + text);
      reportProblems(problems);
      shown = text;
    }
    await new Promise((resolve) => setTimeout(resolve, REFRESH_MS));
  }
}

if (import.meta.main) await main(command);
