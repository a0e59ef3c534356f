/**
 * What the commands that run an experiment share: how they load it, and how
 * they report.
 *
 * @module
 */

import { parseArgs } from "@std/cli/parse-args";
import { type Field, text } from "../core/config/fields.ts";
import {
  type GlobalConfig,
  globalConfigSchema,
} from "../core/config/global_config.ts";
import { pickFields } from "../core/config/schema.ts";
import diffusion from "../core/diffusion/experiment.ts";
import { type Experiment, isExperiment } from "../core/experiment.ts";
import { Pause } from "../core/run/pause.ts";
import type { RunOutcome } from "../core/run/session.ts";
import type { Run } from "../core/run/run.ts";
import type { RunOptions } from "../core/run/run_options.ts";
import { CHECKPOINT_FILE, readCheckpoint } from "../core/store/checkpoint.ts";
import { findRun, type FindRunOptions } from "../core/store/find_run.ts";
import {
  readRunInfo,
  type RunInfo,
  type SourceInfo,
} from "../core/store/run_info.ts";
import { pathWithin } from "../core/store/safe_path.ts";
import type { Source } from "../core/store/source.ts";
import { describeError } from "../core/utils/describe_error.ts";
import { exists } from "../core/utils/exists.ts";
import { stringify } from "../core/utils/json.ts";
import { printableJson, truncate } from "../core/utils/terminal.ts";
import { readLastLine } from "../results/inspect/last_line.ts";
import { type Command, EXIT, findNamedRun, usageError } from "./_command.ts";
import { toFileUrl } from "./_file_url.ts";
import { createProgressDisplay } from "./_progress.ts";
import { listenForFailures, listenForSignals } from "./_signals.ts";

/** The flags on how a trained run is run again. */
export const environmentSchema = pickFields(globalConfigSchema, [
  "runs",
  "engine",
  "threads",
  "fsync",
  "logEvery",
  "quiet",
]);

/** The flag that chooses the experiment. */
export const experimentFlag: Field<string> = text({
  placeholder: "<file>",
  description: "a file that exports an experiment of your own",
});

/** An experiment that a command runs. */
export interface LoadedExperiment {
  /** The experiment. */
  readonly experiment: Experiment;
  /** Its file; null if it is Whisker's own. */
  readonly file: string | null;
  /** Its name, with its file if a run named it. */
  readonly title: string;
  /** Which run chose it, and so its flags; empty if no run did. */
  readonly flagsNote: string;
  /** Whether the command line names it. */
  readonly isGiven: boolean;
  /** Its source, as it was when it was loaded. */
  readonly readSource: () => Promise<Source>;
  /** Keeps its source beside the runs and returns the hashes. */
  readonly keepSource: (globals: GlobalConfig) => Promise<SourceInfo>;
}

/** From which run {@linkcode loadExperiment} takes the experiment. */
export interface LoadOptions extends FindRunOptions {
  /** The run's name, where it is known. */
  readonly run?: string;
  /** The flag that names it; by default it is the first argument. */
  readonly flag?: string;
  /** The experiment's file, where no run has one. */
  readonly file?: string;
}

/** Flags without a value: the argument after them is not theirs. */
const SWITCHES = ["--quiet", "--json", "--debug", "--keep"];

/**
 * Loads the experiment that the command line names, else that of the run on
 * which the command works, else diffusion.
 *
 * @param isHelp Whether only its flags are wanted, for the help.
 * @param options Which run that is.
 * @returns The experiment.
 * @throws {ConfigError} If its file does not exist or exports something else.
 */
export async function loadExperiment(
  isHelp: boolean,
  { flag, run, file: usual, ...latest }: LoadOptions,
): Promise<LoadedExperiment> {
  // Its own flags are known only once the experiment is.
  const { _: [first], experiment: given = "", runs, ...others } = parseArgs(
    Deno.args.filter((arg) => !SWITCHES.includes(arg)),
    { string: ["experiment", "runs", flag ?? "_", "_"] },
  );
  const name = run ??
    (flag ? others[flag] : first ?? (isHelp ? "" : "latest"));
  const named = name && !given
    ? await findFile(runs || "runs", String(name), latest)
    : null;
  const file: string = given || named?.file || usual || "";
  // Read before the file is imported, so that what is kept is what runs.
  const source = isHelp ? undefined : collectSourceOf(file);
  // Reported where it is awaited: something else may be wrong first.
  source?.catch(() => {});
  const where = given
    ? `--experiment ${file}`
    : `${file}, which the ${usual ? "sweep file" : "run"} names`;
  const experiment = file ? await importExperiment(file, where) : diffusion;
  const title = named ? `${experiment.name} (${file})` : experiment.name;
  return {
    experiment,
    file: file || null,
    title,
    flagsNote: named
      ? `The flags are those of ${title}, the experiment of ${named.runPath}`
      : "",
    isGiven: given !== "",
    readSource: () => source!,
    async keepSource({ runs, fsync }) {
      const { keepSource } = await import("../core/store/source.ts");
      const isDurable = fsync !== "never";
      return await keepSource(runs, (await source)!, { isDurable });
    },
  };
}

/**
 * Finds the completed run that the command line names; `latest` is one of the
 * experiment that it names, if there is one.
 *
 * @param runs The directory that holds the runs.
 * @param name The name of the run.
 * @param loaded The experiment.
 * @returns The run's directory.
 * @throws {ConfigError} If there is no such run.
 */
export async function findCompletedRun(
  runs: string,
  name: string,
  loaded?: LoadedExperiment,
): Promise<string> {
  const experiment = loaded?.isGiven
    ? { experiment: loaded.experiment.name }
    : {};
  return await findNamedRun(runs, name, { completed: true, ...experiment });
}

/** Finds the file of a run's experiment; errors are reported when it is used. */
async function findFile(
  runs: string,
  name: string,
  options: FindRunOptions,
): Promise<{ readonly file: string; readonly runPath: string } | null> {
  let info: RunInfo, runPath: string;
  try {
    runPath = findRun(runs, name, options);
    info = readRunInfo(runPath);
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    return null;
  }
  if (info.experiment === diffusion.name) return null;
  const { findExperimentFile } = await import("../core/run/experiment_file.ts");
  const file = findExperimentFile(info);
  // A run may come from anyone: it may name code of the project, not its own.
  const isAllowed = file && pathWithin(file, ".") !== null &&
    [runs, "runs"].every((folder) => pathWithin(file, folder) === null);
  return isAllowed ? { file, runPath } : null;
}

/** Imports an experiment. */
async function importExperiment(
  file: string,
  name: string,
): Promise<Experiment> {
  const refuse = (reason: string) =>
    usageError(`Cannot use ${name}: ${reason}`);
  // Looked at first: a failed import does not say whether the file exists.
  try {
    if (!Deno.statSync(file).isFile) throw refuse("it must be a file");
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw refuse("no such file");
  }
  const module = await import(await toFileUrl(file));
  if (isExperiment(module.default)) return module.default;
  throw refuse(
    "its default export must be what experiment({ … }) returns, not " +
      typeof module.default,
  );
}

/** Begins to read the source of an experiment. */
async function collectSourceOf(file: string): Promise<Source> {
  const { collectSource } = await import("../core/store/source.ts");
  const entries = [
    import.meta.resolve("../core/run/lifecycle.ts"),
    file
      ? await toFileUrl(file)
      : import.meta.resolve("../core/diffusion/experiment.ts"),
  ];
  return await collectSource(entries, printWarning);
}

function printWarning(warning: string): void {
  console.error(truncate(`warning: ${warning}`));
}

/** Describes how to resume an interrupted training. */
function describeResume({ runId, runPath }: RunOutcome): string {
  const from = exists(`${runPath}/${CHECKPOINT_FILE}`)
    ? "continues from its checkpoint"
    : "starts over, as there is no checkpoint";
  return `deno task train --resume ${runId} ${from}`;
}

/**
 * Describes where a resumed training continues.
 *
 * @param runPath The run's directory.
 * @returns `resuming after step 200`, for example.
 */
export async function describePosition(runPath: string): Promise<string> {
  const checkpoint = await readCheckpoint(runPath);
  if (!checkpoint) return "starting over, as there is no checkpoint";
  const length = Number(checkpoint.historyLength);
  const { step, epoch } = readLastLine(runPath, length) ?? {};
  return step !== undefined
    ? `resuming after step ${step}`
    : epoch !== undefined
    ? `resuming after epoch ${epoch}`
    : "resuming from its checkpoint";
}

/** How {@linkcode runAndReport} reports. */
export interface ReportOptions {
  /** What is run. */
  readonly loaded: LoadedExperiment;
  /** Where things lie and how they run. */
  readonly globals: GlobalConfig;
  /** What to say of the run at its start: how its configuration differs. */
  readonly details?: string;
  /** Whether to print one JSON document and nothing else. */
  readonly json: boolean;
  /** Whether checkpoints are asked for, which not every experiment keeps. */
  readonly wantsCheckpoints?: boolean;
  /** The commands to try next, once it is completed. */
  readonly next?: string;
}

/**
 * Runs a training or evaluation: shows progress, prints the records or the JSON
 * document, and listens for signals and failures of the process.
 *
 * @param command The command.
 * @param options What is run, and how to report.
 * @param work The training or evaluation.
 * @returns The exit status.
 */
export async function runAndReport(
  command: Command,
  options: ReportOptions,
  work: (options: RunOptions) => Promise<RunOutcome>,
): Promise<number> {
  // Loaded now: after a Deno.exit() nothing can be awaited.
  const { printError } = await import("./_print_error.ts");
  const { describeOutcome } = await import("../core/run/session.ts");
  const print = console.log;
  const { loaded, globals, details, json, wantsCheckpoints, next } = options;
  const { quiet } = globals;
  // What an experiment itself prints must not get into the document.
  if (json) console.log = console.error;
  const interruption = listenForSignals();
  using failures = listenForFailures();
  using progress = await createProgressDisplay(globals);
  const { signal, forceSignal } = interruption;
  const { signal: failure } = failures;
  let run: Run | undefined;
  const report = (outcome: RunOutcome): number => {
    progress.clear();
    const { error, ...document } = outcome;
    const { status, runPath } = document;
    if (json) {
      const failed = status === "failed" ? { error: describeError(error) } : {};
      print(printableJson(stringify({ ...document, ...failed }, 2)));
    }
    if (status === "interrupted") {
      const isPaused = Pause.is(error);
      console.error(`${isPaused ? error.message : status}: ${runPath}`);
      if (command.name === "train") console.error(describeResume(outcome));
      return isPaused ? EXIT.done : interruption.status;
    }
    if (status === "failed") {
      printError(command, error);
      console.error(`failed: ${runPath} (--debug shows where)`);
      return EXIT.failed;
    }
    if (wantsCheckpoints && !run?.hasCheckpoints) {
      printWarning(
        "--checkpoint-every and --pause-at have no effect: the experiment " +
          "never called run.resumable()",
      );
    }
    if (!quiet) {
      const seconds = outcome.seconds.toFixed(1);
      console.error(`${status} in ${seconds} s: ${runPath}`);
      if (next) console.error(`next: ${next}`);
    }
    return EXIT.done;
  };
  const failedEarly = Promise.withResolvers<never>();
  failure.addEventListener("abort", () => {
    const { reason } = failure;
    if (!run) failedEarly.reject(reason);
    if (!failures.isExiting) return;
    // No promise will be settled any more.
    Deno.exitCode = EXIT.failed;
    if (run) report(describeOutcome(run, "failed", reason));
    else printError(command, reason);
  });
  try {
    const outcome = work({
      globals,
      command: command.name,
      args: Deno.args,
      keepSource: () => loaded.keepSource(globals),
      signal,
      forceSignal,
      failure,
      onStart(started) {
        run = started;
        progress.follow(started.path);
        const more = details ? ` (${details})` : "";
        const text = `${loaded.title}: ${started.path}${more}`;
        if (!quiet) console.error(truncate(text));
      },
      print(record) {
        progress.clear();
        if (!json) print(truncate(String(record)));
      },
      warn: printWarning,
      onProgress: (state) => progress.show(state),
    });
    return report(await Promise.race([outcome, failedEarly.promise]));
  } catch (error) {
    if (!signal.aborted || failure.aborted) throw error;
    console.error("interrupted before there was a run");
    return interruption.status;
  }
}
