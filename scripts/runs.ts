/**
 * `deno task runs`: lists the runs.
 *
 * @module
 */

import { toggle } from "../core/config/fields.ts";
import { ConfigSchema } from "../core/config/schema.ts";
import {
  RunDatabase,
  type StoredRun,
} from "../results/database/run_database.ts";
import { selectRuns } from "../results/database/select.ts";
import { singleLine } from "../results/compare/labels.ts";
import type { Notice } from "../results/inspect/notices.ts";
import { ProgressReader } from "../results/inspect/run_progress.ts";
import { describeRuns, formatRuns } from "../results/inspect/runs.ts";
import { defineCommand, main, outputSchema, usageError } from "./_command.ts";
import {
  allField,
  describeProblems,
  MAX_ROWS,
  selectionFields,
} from "./_runs.ts";
import { watch } from "./_watch.ts";

const runsSchema = new ConfigSchema({
  ...selectionFields,
  all: allField,
  watch: toggle({ description: "follow until interrupted" }),
  notify: toggle({
    description:
      "with --watch: tell, with a bell, if a run dies, fails, meets NaN, or " +
      "leaves the band of its siblings",
  }),
});

type RunsFlags = typeof runsSchema.defaults;

const command = defineCommand({
  name: "runs",
  summary: "List the runs: status, age, progress, tags, and what differs.",
  usage: ["[flags]"],
  examples: [
    "deno task runs --where status=failed --since 1d",
    "deno task runs --watch --notify",
  ],
  flags: { List: runsSchema, Output: outputSchema },
  async run({ flags }) {
    const { watch: isWatched, notify, strict, json } = flags;
    if (isWatched && json) throw usageError("Cannot use --json with --watch");
    if (notify && !isWatched) throw usageError("--notify is for --watch");
    if (isWatched) return await watchRuns(flags);
    const { runs, problems, format } = readList(flags);
    const document = { runs: describeRuns(runs), problems };
    return { document, text: format(), problems, strict };
  },
});

function readList(flags: RunsFlags, reader?: ProgressReader) {
  const database = RunDatabase.withIndex(...flags.runs);
  const { size, problems, directories } = database;
  const runs = selectRuns(database, flags);
  const none = size > 0
    ? `No run matches --where and --since (${size} searched).`
    : problems.length > 0
    ? "None of the runs could be read."
    : `There are no runs in ${directories.join(", ")} yet: deno task train ` +
      "makes one.";
  const format = (maxRows?: number) => {
    if (runs.length === 0) return none;
    const all = (runs: readonly StoredRun[]) =>
      formatRuns(runs, Date.now(), reader);
    const max = maxRows ?? (flags.all ? Infinity : MAX_ROWS);
    if (runs.length <= max) return all(runs);
    if (maxRows !== undefined) return all(chooseRuns(runs, maxRows));
    return `${
      all(runs.slice(-max))
    }\n\nOnly the latest ${max} of ${runs.length} ` +
      "runs are shown: --all shows all, --json has all.";
  };
  return { runs, problems, format };
}

/** Chooses the runs for which a screen has room: running ones, then the latest. */
function chooseRuns(runs: readonly StoredRun[], max: number): StoredRun[] {
  const isRunning = ({ status }: StoredRun) => status === "running";
  const running = runs.filter(isRunning).slice(-max);
  const room = max - running.length;
  const others = room > 0
    ? runs.filter((run) => !isRunning(run)).slice(-room)
    : [];
  const chosen = new Set([...running, ...others]);
  return runs.filter((run) => chosen.has(run));
}

/** Loads the statistics of bands, which other lists do not need. */
async function createFinder(): Promise<(runs: StoredRun[]) => Notice[]> {
  const { NoticeFinder, RunWatcher } = await import(
    "../results/inspect/notices.ts"
  );
  const watcher = new RunWatcher(), finder = new NoticeFinder();
  return (runs) => finder.look(watcher.see(runs), Date.now());
}

function formatNotice({ at, text }: Notice): string {
  return singleLine(`${new Date(at).toTimeString().slice(0, 8)} ${text}`);
}

/** Prints the list again whenever it has changed, until interrupted. */
async function watchRuns(flags: RunsFlags): Promise<number> {
  const reader = new ProgressReader();
  const findNotices = flags.notify ? await createFinder() : () => [];
  return await watch(() => {
    const { runs, problems, format } = readList(flags, reader);
    const problem = describeProblems(problems);
    const notices = findNotices(runs).map(formatNotice);
    return { runs, format, notes: problem ? [problem] : [], notices };
  });
}

if (import.meta.main) main(command);
