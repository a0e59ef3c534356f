/**
 * How runs are evaluated.
 *
 * @module
 */

import type { Seeded } from "../config/fields.ts";
import { globalConfigSchema } from "../config/global_config.ts";
import type { Experiment } from "../experiment.ts";
import {
  type EvaluationInfo,
  nameEvaluation,
  writeEvaluation,
} from "../store/evaluations.ts";
import { MAX_RECORDS } from "../store/limits.ts";
import { holdRun } from "../store/lock.ts";
import {
  readEarlierRecords,
  readRecords,
  readTrainRecords,
} from "../store/records.ts";
import { readRunInfo, type SourceInfo } from "../store/run_info.ts";
import { checkNoLinkLeadsOut } from "../store/safe_path.ts";
import type { JsonObject } from "../utils/json.ts";
import { addFacts, checkCompleted, checkExperiment } from "./_run_info.ts";
import { beginSession } from "./environment.ts";
import { Recorder } from "./recorder.ts";
import { Run } from "./run.ts";
import type { RunOptions } from "./run_options.ts";
import { type RunOutcome, runSession, type Session } from "./session.ts";

/** An evaluation under way. */
export interface Evaluation extends Pick<Session, "update" | "finish"> {
  /** The run that it measures. */
  readonly run: Run;
}

/**
 * Opens a run for an evaluation by hand: {@linkcode evaluateRun} does it for
 * any experiment.
 *
 * @param runPath The run's directory.
 * @param config The run's configuration.
 * @param evalConfig The settings of the evaluation.
 * @param options How to carry the evaluation out.
 * @returns The evaluation, whose records go into a file of their own.
 * @throws {RangeError} If a link in the run leads out of it.
 */
export function openEvaluation(
  runPath: string,
  config: Seeded,
  evalConfig: object,
  options: RunOptions & { readonly source?: SourceInfo | null },
): Evaluation {
  checkNoLinkLeadsOut(runPath);
  const { source = null, print } = options;
  const { globals = globalConfigSchema.defaults } = options;
  const isDurable = globals.fsync !== "never";
  const settings = evalConfig as JsonObject;
  const earlier = readEarlierRecords(runPath, nameEvaluation(settings));
  const nOthers = readRecords(runPath).size - earlier.size;
  let records = earlier;
  let info: EvaluationInfo = {
    ...beginSession(runPath, options, source),
    evalConfig: settings,
  };
  const update: Evaluation["update"] = (facts, durability = { isDurable }) => {
    info = { ...info, ...facts };
    writeEvaluation(runPath, info, records, durability);
  };
  const recorder = new Recorder({
    print,
    earlier,
    save: (all) => {
      writeEvaluation(runPath, info, all, { isDurable });
      records = all;
    },
    max: MAX_RECORDS - nOthers,
  });
  const run = new Run({
    ...{ path: runPath, config, history: null, recorder, options },
    trained: readTrainRecords(runPath),
    describe: (facts) => update(addFacts(info, facts)),
  });
  return { run, update, finish: () => recorder.settle() };
}

/**
 * Evaluates an already trained run.
 *
 * @param experiment The experiment that the run is of.
 * @param options The run's directory, the evaluation's configuration, and how
 * to carry it out.
 * @returns How it went. An error of the experiment is in there; it is not
 * thrown.
 * @throws {RangeError} If the run is of another experiment, or not completed.
 * @throws {TypeError} If the experiment has nothing to evaluate.
 */
export async function evaluateRun(
  experiment: Experiment,
  options: RunOptions & {
    readonly runPath: string;
    readonly evalConfig: object;
  },
): Promise<RunOutcome> {
  const { runPath, evalConfig } = options;
  const { evaluate } = experiment;
  const info = readRunInfo(runPath);
  checkExperiment(experiment, info, "evaluate");
  checkCompleted(runPath, info, "evaluate");
  if (!evaluate) {
    throw new TypeError(
      `Cannot evaluate run ${info.runId}: experiment ${experiment.name} has ` +
        "no evaluate function",
    );
  }
  const config = experiment.configSchema.load(runPath);
  using _held = holdRun(runPath);
  const source = await options.keepSource?.() ?? null;
  const { run, ...session } = openEvaluation(
    ...[runPath, config, evalConfig] as const,
    { ...options, source },
  );
  const work = () => evaluate(config, evalConfig, run);
  return await runSession(run, { ...options, ...session, work });
}
