/**
 * `deno task reproduce`: does a run again, and compares it bit for bit.
 *
 * @module
 */

import { toggle } from "../core/config/fields.ts";
import { parseFlags } from "../core/config/flags.ts";
import {
  type GlobalConfig,
  globalConfigSchema,
} from "../core/config/global_config.ts";
import { ConfigSchema } from "../core/config/schema.ts";
import { evaluateRun, trainRun } from "../core/run/lifecycle.ts";
import {
  reproduceRun,
  type Reproduction,
  type RunningCode,
} from "../core/run/reproduce.ts";
import { checkStaysInside } from "../core/store/safe_path.ts";
import { findRun } from "../core/store/find_run.ts";
import { stringify } from "../core/utils/json.ts";
import { printable, printableJson } from "../core/utils/terminal.ts";
import { runIdFromPath } from "../core/store/run_directory.ts";
import type { SourceInfo } from "../core/store/run_info.ts";
import { resolve } from "@std/path";
import {
  checkPositionals,
  type Command,
  commonSchema,
  EXIT,
  jsonFlag,
  listenForSignals,
  main,
  orUsageError,
} from "./_command.ts";
import { beginSource, experimentFlag, loadExperiment } from "./_experiment.ts";
import { terminalProgress } from "./_progress.ts";

const reproduceSchema = new ConfigSchema({
  storedCode: toggle({
    default: false,
    description: "run the code that the run ran, not the code of now",
  }),
  keep: toggle({ default: false, description: "keep the run that is made" }),
  experiment: experimentFlag,
  json: jsonFlag,
});

const command: Command = {
  name: "reproduce",
  reads: ".",
  writes: "./runs",
  writesRuns: true,
  help: () => ({
    summary: "Do a run again, and compare what comes out bit for bit.",
    usage:
      "deno task reproduce [RUN] [flags], where RUN is the run's id, a part " +
      "of it,\n       its path, or latest [default: the latest completed]",
    groups: [
      { title: "Reproduce", schema: reproduceSchema },
      { title: "Environment", schema: globalConfigSchema },
    ],
    examples: [
      "deno task reproduce 3f9a",
      "deno task reproduce 3f9a --stored-code",
    ],
  }),
  async run(args) {
    const flags = parseFlags(args, [
      reproduceSchema,
      globalConfigSchema,
      commonSchema,
    ]);
    checkPositionals(flags.positionals, 1);
    const { storedCode, keep, json } = flags.resolve(reproduceSchema);
    const globals = flags.resolve(globalConfigSchema);
    const [name = "latest"] = flags.positionals;
    const sourceOf = beginSource(args);
    const experiment = storedCode ? null : await loadExperiment(args);
    const runPath = orUsageError(() =>
      findRun(globals.runs, name, {
        completed: true,
        ...(experiment ? { experiment: experiment.name } : {}),
      })
    );
    const scratch = makeScratch(globals.runs, runPath);
    // What an experiment prints itself is no part of the answer.
    const print = console.log;
    console.log = console.error;
    using interruption = listenForSignals();
    using progress = await terminalProgress(globals.quiet);
    try {
      const reproduction = await reproduceRun(runPath, {
        scratch,
        globals,
        signal: interruption.signal,
        onProgress: (state) => progress.show(state),
        codeOf: experiment
          ? () =>
            Promise.resolve(keeping(
              { experiment, trainRun, evaluateRun },
              sourceOf(globals),
            ))
          : storedCodeOf(globals, scratch),
      });
      progress.clear();
      const { isIdentical } = reproduction;
      print(
        json
          ? printableJson(stringify(reproduction, 2))
          : printable(format(reproduction, storedCode)),
      );
      return isIdentical ? EXIT.done : EXIT.failed;
    } catch (error) {
      if (!interruption.signal.aborted) throw error;
      progress.clear();
      console.error("interrupted");
    } finally {
      if (keep) console.error(`kept: ${scratch}`);
      else Deno.removeSync(scratch, { recursive: true });
    }
    // What is left of the work must not keep the process alive.
    Deno.exit(interruption.status());
  },
};

const SCRATCH = ".scratch";

/** A directory that is nobody else's, and no run. */
function makeScratch(runs: string, runPath: string): string {
  checkStaysInside(`${runs}/${SCRATCH}`, runs);
  Deno.mkdirSync(`${runs}/${SCRATCH}`, { recursive: true });
  const unique = crypto.randomUUID().slice(0, 8);
  const scratch = `${runs}/${SCRATCH}/${runIdFromPath(runPath)}_${unique}`;
  Deno.mkdirSync(scratch);
  return scratch;
}

/** Code that keeps its source, by which it is told apart from other code. */
function keeping(
  { experiment, trainRun, evaluateRun }: RunningCode,
  keepSource: () => Promise<SourceInfo>,
): RunningCode {
  return {
    experiment,
    trainRun: (experiment, options) =>
      trainRun(experiment, { ...options, keepSource }),
    evaluateRun: (experiment, options) =>
      evaluateRun(experiment, { ...options, keepSource }),
  };
}

/** The code that a run ran, laid out beside the run that is made. */
function storedCodeOf(
  globals: GlobalConfig,
  scratch: string,
): (info: SourceInfo | null) => Promise<RunningCode> {
  return async (info) => {
    if (!info) {
      throw new RangeError(
        "Cannot use --stored-code as the run knows of no source: runs from " +
          "before it was kept have none",
      );
    }
    const { layOutSource, readSource } = await import(
      "../core/store/source.ts"
    );
    const source = await readSource(globals.runs, info);
    const folder = `${scratch}/.source-${info.sha256}`;
    await layOutSource(source, folder);
    const load = async (path: string) => {
      const url = new URL("file:///");
      url.pathname = resolve(folder, path).replaceAll("%", "%25");
      return await import(url.href);
    };
    const [conduct, entry] = source.entries;
    if (!source.files.has(conduct ?? "") || !source.files.has(entry ?? "")) {
      throw new RangeError(
        `Cannot use --stored-code as source ${info.sha256} does not say ` +
          "where it begins",
      );
    }
    const { trainRun, evaluateRun } = await load(conduct!);
    const { default: experiment } = await load(entry!);
    const code = { experiment, trainRun, evaluateRun };
    return keeping(code, () => Promise.resolve(info));
  };
}

function format(reproduction: Reproduction, isStored: boolean): string {
  const { runId, isIdentical, difference, causes, compared, notCompared } =
    reproduction;
  const { lines, files, records } = compared;
  const left = notCompared.length === 0 ? [] : [
    `not compared, as the run does not know how it was evaluated: ` +
    notCompared.join("; "),
  ];
  if (isIdentical) {
    return [
      `identical: run ${runId}, ${lines} lines of history, ${files} files of ` +
      `the model, ${records} records`,
      ...left,
    ].join("\n");
  }
  const isOther = causes.some((cause) => cause.startsWith("the source "));
  return [
    `different: run ${runId}`,
    `first difference: ${difference}`,
    ...causes.length > 0 ? causes.map((cause) => `likely cause: ${cause}`) : [
      "likely cause: the code uses something beside its configuration and " +
      "its streams of random numbers, as nothing else is known to differ",
    ],
    ...isOther && !isStored
      ? [`the code of then: deno task reproduce ${runId} --stored-code`]
      : [],
    ...left,
  ].join("\n");
}

if (import.meta.main) main(command);
