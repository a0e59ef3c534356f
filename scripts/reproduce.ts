/**
 * `deno task reproduce`: repeats a run, and compares it bit for bit.
 *
 * @module
 */

import { toggle } from "../core/config/fields.ts";
import {
  type GlobalConfig,
  globalConfigSchema,
} from "../core/config/global_config.ts";
import { ConfigSchema } from "../core/config/schema.ts";
import { evaluateRun } from "../core/run/evaluation.ts";
import { trainRun } from "../core/run/lifecycle.ts";
import {
  reproduceRun,
  type Reproduction,
  type RunningCode,
} from "../core/run/reproduce.ts";
import { checkStaysInside } from "../core/store/safe_path.ts";
import { runIdFromPath } from "../core/store/run_directory.ts";
import { readRunInfo, type SourceInfo } from "../core/store/run_info.ts";
import { formatCount } from "../core/utils/format_number.ts";
import { resolve } from "@std/path";
import { defineCommand, EXIT, findNamedRun, main } from "./_command.ts";
import {
  environmentSchema,
  experimentFlag,
  loadExperiment,
} from "./_experiment.ts";
import { createProgressBar } from "./_progress.ts";
import { RUN_NOTE } from "./_runs.ts";
import { listenForSignals } from "./_signals.ts";

const reproduceSchema = new ConfigSchema({
  storedCode: toggle({
    description: "run the code that the run ran instead of the present code",
  }),
  keep: toggle({ description: "keep the run that is made" }),
  experiment: experimentFlag,
});

const command = defineCommand({
  name: "reproduce",
  summary: "Repeat a run, and compare what comes out bit for bit.",
  usage: ["[RUN] [flags]"],
  notes: [`${RUN_NOTE} [default: the latest completed run].`],
  examples: [
    "deno task reproduce 3f9a",
    "deno task reproduce 3f9a --stored-code",
  ],
  maxPositionals: 1,
  flags: {
    Reproduce: reproduceSchema,
    Environment: environmentSchema,
  },
  hasJson: true,
  writesRuns: true,
  async run({ flags, positionals: [name = "latest"], args }) {
    const { storedCode, keep, experiment: _, ...others } = flags;
    const globals = { ...globalConfigSchema.defaults, ...others };
    const loaded = storedCode
      ? null
      : await loadExperiment(args, { run: { completed: true } });
    const runPath = findNamedRun(globals.runs, name, {
      completed: true,
      ...(loaded?.isGiven ? { experiment: loaded.experiment.name } : {}),
    });
    // Published runs lie among files that are not this command's to write.
    const isPublished = readRunInfo(runPath).omitted !== undefined;
    const workspace = isPublished ? "runs" : globals.runs;
    const scratch = makeScratch(workspace, runPath);
    // What an experiment itself prints is no part of the result.
    const print = console.log;
    console.log = console.error;
    using interruption = listenForSignals();
    using progress = await createProgressBar(globals.quiet);
    try {
      const reproduction = await reproduceRun(runPath, {
        scratch,
        globals,
        signal: interruption.signal,
        onProgress: (state) => progress.show(state),
        loadCode: loaded
          ? () =>
            Promise.resolve(keepSourceOf(
              { experiment: loaded.experiment, trainRun, evaluateRun },
              loaded.sourceKeeper({ ...globals, runs: workspace }),
            ))
          : (info) => loadStoredCode(globals, scratch, info),
      });
      progress.clear();
      return {
        document: reproduction,
        text: formatReproduction(reproduction, storedCode),
        status: reproduction.isIdentical ? EXIT.done : EXIT.failed,
      };
    } catch (error) {
      if (!interruption.signal.aborted) throw error;
      progress.clear();
      console.error("interrupted");
      return interruption.status;
    } finally {
      console.log = print;
      if (keep) console.error(`kept: ${scratch}`);
      else Deno.removeSync(scratch, { recursive: true });
    }
  },
});

const SCRATCH = ".scratch";

/** Makes a directory of its own, which is not listed as a run. */
function makeScratch(runs: string, runPath: string): string {
  checkStaysInside(`${runs}/${SCRATCH}`, runs);
  Deno.mkdirSync(`${runs}/${SCRATCH}`, { recursive: true });
  const unique = crypto.randomUUID().slice(0, 8);
  const scratch = `${runs}/${SCRATCH}/${runIdFromPath(runPath)}_${unique}`;
  Deno.mkdirSync(scratch);
  return scratch;
}

/** Makes code keep its source, by which it is told apart from other code. */
function keepSourceOf(
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

/** Loads the code that a run ran, laid out beside the run that is made. */
async function loadStoredCode(
  globals: GlobalConfig,
  scratch: string,
  info: SourceInfo | null,
): Promise<RunningCode> {
  if (!info) {
    throw new RangeError(
      "Cannot use --stored-code: the run has no stored source, like all runs " +
        "of early versions",
    );
  }
  const { layOutSource, readSource } = await import("../core/store/source.ts");
  const source = await readSource(globals.runs, info);
  const folder = `${scratch}/.source-${info.sha256}`;
  await layOutSource(source, folder);
  const load = async (path: string) => {
    const url = new URL("file:///");
    url.pathname = resolve(folder, path).replaceAll("%", "%25");
    return await import(url.href);
  };
  const [lifecycle = "", entry = ""] = source.entries;
  if (!source.files.has(lifecycle) || !source.files.has(entry)) {
    throw new RangeError(
      `Cannot use --stored-code: source ${info.sha256} does not name its ` +
        "entry points",
    );
  }
  const { trainRun, evaluateRun } = await load(lifecycle);
  const { default: experiment } = await load(entry);
  const code = { experiment, trainRun, evaluateRun };
  return keepSourceOf(code, () => Promise.resolve(info));
}

function formatReproduction(
  reproduction: Reproduction,
  isStored: boolean,
): string {
  const { runId, isIdentical, difference, causes } = reproduction;
  const { notCompared, omitted } = reproduction;
  const { lines, files, records } = reproduction.compared;
  const left = [
    ...notCompared.length === 0 ? [] : [
      `not compared, because the run does not say how they were evaluated: ` +
      notCompared.join("; "),
    ],
    ...omitted.length === 0 ? [] : [
      `not compared, because they were left out when the run was published: ` +
      omitted.join(", "),
    ],
  ];
  if (isIdentical) {
    const counts = [
      ...lines > 0
        ? [formatCount(lines, "line of history", "lines of history")]
        : [],
      ...files > 0
        ? [formatCount(files, "file of the model", "files of the model")]
        : [],
      formatCount(records, "record"),
    ];
    return [
      `identical: run ${runId}, ${counts.join(", ")}`,
      ...left,
    ].join("\n");
  }
  const isOther = causes.some((cause) => cause.startsWith("the source "));
  return [
    `different: run ${runId}`,
    `first difference: ${difference}`,
    ...causes.length > 0 ? causes.map((cause) => `likely cause: ${cause}`) : [
      "likely cause: the code depends on something besides its " +
      "configuration and its random streams, as nothing else is known to differ",
    ],
    ...isOther && !isStored
      ? [
        `to run the code of that time: deno task reproduce ${runId} --stored-code`,
      ]
      : [],
    ...left,
  ].join("\n");
}

if (import.meta.main) main(command);
