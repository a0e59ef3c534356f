/**
 * What the commands share that run an experiment: which one, with what source,
 * and how they report.
 *
 * @module
 */

import { parseArgs } from "@std/cli/parse-args";
import { normalize, resolve } from "@std/path";
import { type Field, text } from "../core/config/fields.ts";
import {
  type GlobalConfig,
  globalConfigSchema,
} from "../core/config/global_config.ts";
import { pickFields } from "../core/config/schema.ts";
import diffusion from "../core/diffusion/experiment.ts";
import { type Experiment, isExperiment } from "../core/experiment.ts";
import { outcomeOf, type RunOutcome } from "../core/run/session.ts";
import type { Run, RunOptions } from "../core/run/run.ts";
import { CHECKPOINT_FILE, readCheckpoint } from "../core/store/checkpoint.ts";
import { findRun, type FindRunOptions } from "../core/store/find_run.ts";
import {
  readRunInfo,
  type RunInfo,
  type SourceInfo,
} from "../core/store/run_info.ts";
import { pathWithin } from "../core/store/safe_path.ts";
import { describeError } from "../core/utils/describe_error.ts";
import { exists } from "../core/utils/exists.ts";
import { stringify } from "../core/utils/json.ts";
import { printableJson, truncate } from "../core/utils/terminal.ts";
import { readLastLine } from "../results/inspect/last_line.ts";
import { type Command, EXIT, printError, usageError } from "./_command.ts";
import { createProgressBar } from "./_progress.ts";
import { listenForFailures, listenForSignals } from "./_signals.ts";

const DIFFUSION = "../core/diffusion/experiment.ts";

/** The flags on how a trained run is run again. */
export const environmentSchema = pickFields(globalConfigSchema, [
  "runs",
  "engine",
  "fsync",
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
  /** Its name, with its file if a run named it. */
  readonly title: string;
  /** Whether the command line names it. */
  readonly isGiven: boolean;
  /**
   * Makes a function that keeps the source beside the runs and returns its
   * hashes.
   */
  readonly sourceKeeper: (globals: GlobalConfig) => () => Promise<SourceInfo>;
}

/** Which experiment {@linkcode loadExperiment} takes. */
export interface LoadOptions {
  /** Whether only its flags are wanted, for the help. */
  readonly isHelp?: boolean;
  /** On which run the command works, whose experiment is the default. */
  readonly run?: FindRunOptions & {
    /** The flag that names the run; by default it is the first argument. */
    readonly flag?: string;
  };
}

/**
 * Loads the experiment that a command line names, else that of the run on which
 * the command works, else diffusion.
 *
 * @param args The command line.
 * @param options Which run that is.
 * @returns The experiment.
 * @throws {ConfigError} If its file does not exist or exports something else.
 */
export async function loadExperiment(
  args: readonly string[],
  { isHelp = false, run }: LoadOptions = {},
): Promise<LoadedExperiment> {
  // Its own flags are known only once the experiment is.
  const { _: [first], experiment: given = "", runs, ...others } = parseArgs(
    args,
    { string: ["experiment", "runs", run?.flag ?? "_", "_"] },
  );
  const name = run?.flag ? others[run.flag] : first ?? (isHelp ? "" : "latest");
  const named = run && name && !given
    ? findExperimentFile(runs || "runs", String(name), run)
    : undefined;
  const file: string = given || named || "";
  // Read before the file is imported: what is kept is then what runs.
  const sourceKeeper = isHelp ? refuseSource : collectSourceOf(file);
  const experiment = file ? await importExperiment(file, !given) : diffusion;
  const title = named ? `${experiment.name} (${file})` : experiment.name;
  return { experiment, title, isGiven: given !== "", sourceKeeper };
}

function refuseSource(): never {
  throw new TypeError("Help keeps no source");
}

/** A path that means the same in a shell, and leads nowhere above. */
const PLAIN_PATH = /^\w(?!.*\.\.)[\w./-]{0,200}$/;

/** Finds the file of a run's experiment; errors are reported when it is used. */
function findExperimentFile(
  runs: string,
  name: string,
  options: FindRunOptions,
): string | undefined {
  let info: RunInfo;
  try {
    info = readRunInfo(findRun(runs, name, options));
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    return undefined;
  }
  if (info.experiment === diffusion.name) return undefined;
  // Older runs have it among their arguments alone.
  const file = normalize(
    info.experimentFile ??
      parseArgs(info.args, { string: ["experiment"] }).experiment ?? "",
  );
  // A run may come from anyone: it may name code of the project, not its own.
  const isAllowed = PLAIN_PATH.test(file) && pathWithin(file, ".") !== null &&
    [runs, "runs"].every((folder) => pathWithin(file, folder) === null);
  return isAllowed ? file : undefined;
}

/** Imports an experiment. */
async function importExperiment(
  file: string,
  isOfRun: boolean,
): Promise<Experiment> {
  const what = isOfRun
    ? `${file}, which the run names`
    : `--experiment ${file}`;
  // Looked at first: a failed import does not say whether the file exists.
  try {
    if (!Deno.statSync(file).isFile) {
      throw usageError(`Cannot use ${what}: it must be a file`);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw usageError(`Cannot use ${what}: no such file`);
  }
  const module = await import(resolveExperiment(file));
  if (isExperiment(module.default)) return module.default;
  throw usageError(
    `Cannot use ${what}: its default export must be what ` +
      `experiment({ … }) returns, not ${typeof module.default}`,
  );
}

/** The URL of an experiment's module. */
function resolveExperiment(file: string): string {
  if (file === "") return import.meta.resolve(DIFFUSION);
  const url = new URL("file:///");
  url.pathname = resolve(file).replaceAll("%", "%25");
  return url.href;
}

/** Begins to read the source of an experiment. */
function collectSourceOf(file: string): LoadedExperiment["sourceKeeper"] {
  const module = import("../core/store/source.ts");
  const collected = module.then(({ collectSource }) =>
    collectSource([
      import.meta.resolve("../core/run/lifecycle.ts"),
      resolveExperiment(file),
    ], (warning) => console.error(truncate(`warning: ${warning}`)))
  );
  // Reported where it is asked for: something else may be wrong first.
  collected.catch(() => {});
  return ({ runs, fsync }) => async () => {
    const { keepSource } = await module;
    const isDurable = fsync !== "never";
    return await keepSource(runs, await collected, { isDurable });
  };
}

/** Says how an interrupted training is resumed. */
function describeResume({ runId, runPath }: RunOutcome): string {
  const from = exists(`${runPath}/${CHECKPOINT_FILE}`)
    ? "continues from its checkpoint"
    : "starts over, as there is no checkpoint";
  return `deno task train --resume ${runId} ${from}`;
}

/**
 * Says where a training that is resumed continues.
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
  /** The experiment's title. */
  readonly title: string;
  /** What to say of the run at its start: how its configuration differs. */
  readonly details?: string;
  /** Whether to print one JSON document and nothing else. */
  readonly json: boolean;
  /** Whether to print nothing but the results. */
  readonly quiet: boolean;
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
 * @param options How to report.
 * @param work The training or evaluation.
 * @returns The exit status.
 */
export async function runAndReport(
  command: Command,
  options: ReportOptions,
  work: (options: RunOptions) => Promise<RunOutcome>,
): Promise<number> {
  const print = console.log;
  // What an experiment itself prints must not get into the document.
  if (options.json) console.log = console.error;
  const { title, details, json, quiet, wantsCheckpoints, next } = options;
  using interruption = listenForSignals();
  using failures = listenForFailures();
  using progress = await createProgressBar(quiet);
  const { signal, forceSignal } = interruption;
  const { signal: failure } = failures;
  let run: Run | undefined;
  const warn = (warning: string) =>
    console.error(truncate(`warning: ${warning}`));
  const report = (outcome: RunOutcome): number => {
    progress.clear();
    const { error, ...document } = outcome;
    if (json) {
      const failed = outcome.status === "failed"
        ? { error: describeError(error) }
        : {};
      print(printableJson(stringify({ ...document, ...failed }, 2)));
    }
    if (outcome.status === "interrupted") {
      console.error(`interrupted: ${outcome.runPath}`);
      if (command.name === "train") console.error(describeResume(outcome));
      return interruption.status;
    }
    if (outcome.status === "failed") {
      printError(command, error);
      console.error(`failed: ${outcome.runPath} (--debug shows where)`);
      return EXIT.failed;
    }
    if (wantsCheckpoints && !run?.hasCheckpoints) {
      warn(
        "--checkpoint-every had no effect: the experiment never called " +
          "run.resumable()",
      );
    }
    if (!quiet) {
      const seconds = outcome.seconds.toFixed(1);
      console.error(`${outcome.status} in ${seconds} s: ${outcome.runPath}`);
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
    if (run) Deno.exitCode = report(outcomeOf(run, "failed", reason));
    else {
      printError(command, reason);
      Deno.exitCode = EXIT.failed;
    }
  });
  try {
    const outcome = work({
      signal,
      forceSignal,
      failure,
      onStart: (started) => {
        run = started;
        if (quiet) return;
        const { path } = started;
        console.error(
          truncate(`${title}: ${path}${details ? ` (${details})` : ""}`),
        );
      },
      print: (record) => {
        progress.clear();
        if (!json) print(truncate(String(record)));
      },
      warn,
      onProgress: (state) => progress.show(state),
    });
    return report(await Promise.race([outcome, failedEarly.promise]));
  } catch (error) {
    if (!signal.aborted || failure.aborted) throw error;
    console.error("interrupted before there was a run");
    return interruption.status;
  }
}
