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
import { evaluateRun, trainRun } from "../core/run/lifecycle.ts";
import {
  reproduceRun,
  type Reproduction,
  type RunningCode,
} from "../core/run/reproduce.ts";
import { checkStaysInside } from "../core/store/safe_path.ts";
import { runIdFromPath } from "../core/store/run_directory.ts";
import { readRunInfo, type SourceInfo } from "../core/store/run_info.ts";
import { formatCount } from "../core/utils/format_number.ts";
import { defineCommand, EXIT, main, outputSchema } from "./_command.ts";
import {
  environmentSchema,
  experimentFlag,
  findCompletedRun,
  loadExperiment,
} from "./_experiment.ts";
import { toFileUrl } from "./_file_url.ts";
import { createProgressDisplay } from "./_progress.ts";
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
    Output: outputSchema,
  },
  writesRuns: true,
  async run({ flags, positionals: [name = "latest"] }) {
    const { storedCode, keep, experiment: _, json: _json, ...others } = flags;
    const globals = { ...globalConfigSchema.defaults, ...others };
    const loaded = storedCode
      ? undefined
      : await loadExperiment(false, { completed: true });
    const runPath = await findCompletedRun(globals.runs, name, loaded);
    // Published runs lie among files that are not this command's to write.
    const isPublished = readRunInfo(runPath).omitted !== undefined;
    const runs = isPublished ? "runs" : globals.runs;
    const scratch = makeScratch(runs, runPath);
    // What an experiment itself prints is no part of the result.
    const print = console.log;
    console.log = console.error;
    const interruption = listenForSignals();
    using progress = await createProgressDisplay(globals);
    try {
      const reproduction = await reproduceRun(runPath, {
        scratch,
        globals,
        signal: interruption.signal,
        onProgress: (state) => progress.show(state),
        loadCode: async (source) =>
          loaded
            ? {
              experiment: loaded.experiment,
              trainRun,
              evaluateRun,
              keepSource: () => loaded.keepSource({ ...globals, runs }),
            }
            : await loadStoredCode(globals, scratch, source),
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
  const folder = `${runs}/${SCRATCH}`;
  checkStaysInside(folder, runs);
  Deno.mkdirSync(folder, { recursive: true });
  const prefix = `${runIdFromPath(runPath)}_`;
  return Deno.makeTempDirSync({ dir: folder, prefix });
}

/** Loads the code that a run ran, laid out beside the run that is made. */
async function loadStoredCode(
  { runs }: GlobalConfig,
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
  const source = await readSource(runs, info);
  const [lifecycle = "", entry = ""] = source.entries;
  if (!source.files.has(lifecycle) || !source.files.has(entry)) {
    throw new RangeError(
      `Cannot use --stored-code: source ${info.sha256} does not name its ` +
        "entry points",
    );
  }
  const folder = `${scratch}/.source-${info.sha256}`;
  await layOutSource(source, folder);
  const load = async (path: string) =>
    await import(await toFileUrl(`${folder}/${path}`));
  const { trainRun, evaluateRun } = await load(lifecycle);
  const { default: experiment } = await load(entry);
  const keepSource = () => Promise.resolve(info);
  return { experiment, trainRun, evaluateRun, keepSource };
}

function formatReproduction(
  { runId, difference, causes, compared, ...rest }: Reproduction,
  isStored: boolean,
): string {
  const { lines, files, records } = compared;
  const { isIdentical, notCompared, omitted } = rest;
  const counts = [
    lines && formatCount(lines, "line of history", "lines of history"),
    files && formatCount(files, "file of the model", "files of the model"),
    formatCount(records, "record"),
  ].filter(Boolean).join(", ");
  const likely = causes.length > 0 ? causes : [
    "the code depends on something besides its configuration and its random " +
    "streams, as nothing else is known to differ",
  ];
  const isOther = causes.some((cause) => cause.startsWith("the source "));
  return [
    ...(isIdentical ? [`identical: run ${runId}, ${counts}`] : [
      `different: run ${runId}`,
      `first difference: ${difference}`,
      ...likely.map((cause) => `likely cause: ${cause}`),
    ]),
    isOther && !isStored &&
    `to run the code of that time: deno task reproduce ${runId} --stored-code`,
    notCompared.length > 0 &&
    "not compared, because the run does not say how they were evaluated: " +
      notCompared.join("; "),
    omitted.length > 0 &&
    "not compared, because they were left out when the run was published: " +
      omitted.join(", "),
  ].filter(Boolean).join("\n");
}

if (import.meta.main) main(command);
