import { type Field, text } from "../core/config/fields.ts";
import { parseFlags } from "../core/config/flags.ts";
import type { GlobalConfig } from "../core/config/global_config.ts";
import { ConfigSchema } from "../core/config/schema.ts";
import diffusion from "../core/diffusion/experiment.ts";
import { type Experiment, isExperiment } from "../core/experiment.ts";
import { outcomeOf, type RunOutcome } from "../core/run/session.ts";
import type { Run, RunOptions } from "../core/run/run.ts";
import { CHECKPOINT_FILE } from "../core/store/checkpoint.ts";
import { describeError } from "../core/utils/describe_error.ts";
import { stringify } from "../core/utils/json.ts";
import { printableJson, truncate } from "../core/utils/terminal.ts";
import type { SourceInfo } from "../core/store/run_info.ts";
import { resolve } from "@std/path";
import {
  type Command,
  EXIT,
  listenForFailures,
  listenForSignals,
  printError,
  usageError,
} from "./_command.ts";
import { terminalProgress } from "./_progress.ts";

const DIFFUSION = "../core/diffusion/experiment.ts";

/** The flag that chooses the experiment. */
export const experimentFlag: Field<string> = text({
  default: "",
  placeholder: "<file>",
  description: "a file that exports an experiment of your own",
});

/**
 * Loads the experiment that a command line names: diffusion, if it names none.
 *
 * @param args The command line.
 * @returns The experiment.
 * @throws {ConfigError} If the file is not there or exports something else.
 */
export async function loadExperiment(
  args: readonly string[],
): Promise<Experiment> {
  const file = experimentFileOf(args);
  if (file === "") return diffusion;
  // Looked at first: a failed import does not say whether the file is there.
  try {
    if (!Deno.statSync(file).isFile) {
      throw usageError(`Cannot use --experiment ${file}: it must be a file`);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw usageError(`Cannot use --experiment ${file}: there is no such file`);
  }
  const module = await import(experimentUrl(file));
  if (isExperiment(module.default)) return module.default;
  throw usageError(
    `Cannot use --experiment ${file} as its default export must be what ` +
      `experiment({ … }) returns: current value is ${typeof module.default}`,
  );
}

/** Where an experiment's module lies. */
function experimentUrl(file: string): string {
  if (file === "") return import.meta.resolve(DIFFUSION);
  const url = new URL("file:///");
  url.pathname = resolve(file).replaceAll("%", "%25");
  return url.href;
}

/**
 * Begins to read the source of the experiment that a command line names. To be
 * called before it is imported: what is kept is then what runs.
 *
 * @param args The command line.
 * @returns What makes what keeps it beside the runs and gives its hashes.
 */
export function beginSource(
  args: readonly string[],
): (globals: GlobalConfig) => () => Promise<SourceInfo> {
  const module = import("../core/store/source.ts");
  const collected = module.then(({ collectSource }) =>
    collectSource([
      import.meta.resolve("../core/run/lifecycle.ts"),
      experimentUrl(experimentFileOf(args)),
    ], (warning) => console.error(truncate(`warning: ${warning}`)))
  );
  // Told where it is asked for: something else may be wrong first.
  collected.catch(() => {});
  return ({ runs, fsync }) => async () => {
    const { keepSource } = await module;
    const isDurable = fsync !== "never";
    return await keepSource(runs, await collected, { isDurable });
  };
}

/** The schemas are known only once the experiment is, so this comes first. */
function experimentFileOf(args: readonly string[]): string {
  const flag = "--experiment";
  const inline = args.findLast((arg) => arg.startsWith(`${flag}=`));
  if (inline !== undefined) return inline.slice(flag.length + 1);
  const place = args.lastIndexOf(flag);
  if (place < 0) return "";
  const schema = new ConfigSchema({ experiment: experimentFlag });
  return parseFlags(args.slice(place, place + 2), [schema])
    .resolve(schema).experiment;
}

/** How a training goes on that has been stopped. */
function describeResume({ runId, runPath }: RunOutcome): string {
  let from = "from its checkpoint";
  try {
    Deno.lstatSync(`${runPath}/${CHECKPOINT_FILE}`);
  } catch {
    from = "from its beginning, as it has no checkpoint";
  }
  return `deno task train --resume ${runId} goes on ${from}`;
}

/** How {@linkcode runAndReport} reports. */
export interface ReportOptions {
  /** The experiment's name. */
  readonly name: string;
  /** In what its configuration differs from the defaults. */
  readonly changes?: string;
  /** Whether to print one JSON document and nothing else. */
  readonly json: boolean;
  /** Whether to print nothing but the results. */
  readonly quiet: boolean;
}

/**
 * Carries out a training or evaluation: shows progress, prints the records or
 * the JSON document, and listens for signals and failures of the process.
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
  // What an experiment prints itself must not stand beside the document.
  if (options.json) console.log = console.error;
  const { name: experiment, changes, json, quiet } = options;
  using interruption = listenForSignals();
  using failures = listenForFailures();
  using progress = await terminalProgress(quiet);
  const { signal, forceSignal } = interruption;
  const { signal: failure } = failures;
  let run: Run | undefined;
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
      return interruption.status();
    }
    if (outcome.status === "failed") {
      printError(command, error);
      console.error(`failed: ${outcome.runPath} (--debug shows where)`);
      return EXIT.failed;
    }
    if (!quiet) {
      const seconds = outcome.seconds.toFixed(1);
      console.error(`${outcome.status} in ${seconds} s: ${outcome.runPath}`);
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
          truncate(`${experiment}: ${path}${changes ? ` (${changes})` : ""}`),
        );
      },
      print: (record) => {
        progress.clear();
        if (!json) print(truncate(String(record)));
      },
      warn: (warning) => console.error(truncate(`warning: ${warning}`)),
      onProgress: (state) => progress.show(state),
    });
    return report(await Promise.race([outcome, failedEarly.promise]));
  } catch (error) {
    if (!signal.aborted || failure.aborted) throw error;
    console.error("interrupted before there was a run");
    return interruption.status();
  }
}
