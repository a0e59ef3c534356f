/**
 * `deno task runs`: lists the runs.
 *
 * @module
 */

import { toggle } from "../core/config/fields.ts";
import { ConfigSchema } from "../core/config/schema.ts";
import { printable } from "../core/utils/terminal.ts";
import {
  RunDatabase,
  type StoredRun,
} from "../results/database/run_database.ts";
import { selectRuns } from "../results/database/select.ts";
import { describeRuns, formatRuns } from "../results/inspect/runs.ts";
import { defineCommand, main, outputSchema, usageError } from "./_command.ts";
import {
  allField,
  MAX_ROWS,
  reportProblems,
  selectionFields,
} from "./_runs.ts";

const runsSchema = new ConfigSchema({
  ...selectionFields,
  all: allField,
  watch: toggle({ description: "follow until interrupted" }),
});

type RunsFlags = typeof runsSchema.defaults;

const REFRESH_MS = 1000;
const CLEAR_SCREEN = "\x1b[H\x1b[2J";

const command = defineCommand({
  name: "runs",
  summary: "List the runs: status, age, progress, tags, and what differs.",
  usage: ["[flags]"],
  examples: [
    "deno task runs --where status=failed --since 1d",
    "deno task runs --watch",
  ],
  flags: { List: runsSchema, Output: outputSchema },
  async run({ flags }) {
    const { watch, strict, json } = flags;
    if (watch && json) throw usageError("Cannot use --json with --watch");
    if (watch) return await watchRuns(flags);
    const { runs, text, problems } = readList(flags);
    const document = { runs: describeRuns(runs), problems };
    return { document, text, problems, strict };
  },
});

function readList(flags: RunsFlags) {
  const database = RunDatabase.withIndex(...flags.runs);
  const { size, problems, directories } = database;
  const runs = selectRuns(database, flags);
  const text = runs.length > 0
    ? formatLatest(runs, flags.all)
    : size > 0
    ? `No run matches --where and --since (${size} searched).`
    : problems.length > 0
    ? "None of the runs could be read."
    : `There are no runs in ${directories.join(", ")} yet: deno task train ` +
      "makes one.";
  return { runs, text, problems };
}

/** Formats the latest runs, or all if that is asked for. */
function formatLatest(runs: readonly StoredRun[], all: boolean): string {
  if (all || runs.length <= MAX_ROWS) return formatRuns(runs);
  return `${formatRuns(runs.slice(-MAX_ROWS))}\n\n` +
    `Only the latest ${MAX_ROWS} of ${runs.length} runs are shown: --all shows ` +
    "all, --json has all.";
}

/** Prints the list again whenever it has changed; never returns. */
async function watchRuns(flags: RunsFlags): Promise<never> {
  const isTerminal = Deno.stdout.isTerminal();
  let shown = "";
  while (true) {
    const { runs, text, problems } = readList(flags);
    // Age and progress change all the time; a log shows only what is new.
    const state = isTerminal
      ? text
      : JSON.stringify(runs.map(({ id, status }) => [id, status]));
    if (state !== shown) {
      console.log((isTerminal ? CLEAR_SCREEN : "") + printable(text));
      reportProblems(problems);
      shown = state;
    }
    await new Promise((resolve) => setTimeout(resolve, REFRESH_MS));
  }
}

if (import.meta.main) main(command);
