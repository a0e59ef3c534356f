/**
 * Running a run again, and comparing the result bit for bit.
 *
 * @module
 */

import { checkCompleted, checkExperiment } from "./_run_info.ts";
import type { evaluateRun } from "./evaluation.ts";
import type { trainRun } from "./lifecycle.ts";
import {
  type GlobalConfig,
  globalConfigSchema,
} from "../config/global_config.ts";
import type { Experiment } from "../experiment.ts";
import type { RunOptions } from "./run_options.ts";
import { changesOnTheWay, changesThatMatter } from "./environment.ts";
import { checkStaysInside } from "../store/safe_path.ts";
import { ifExists } from "../store/if_exists.ts";
import { findDifference } from "../store/file_hashes.ts";
import { HistoryReader } from "../store/history.ts";
import { HISTORY_FILE, holdRun } from "../store/lock.ts";
import { stringify } from "../utils/json.ts";
import {
  ResultCollection,
  type ResultMetadata,
  type ResultRecord,
  type ScalarResult,
} from "../utils/results.ts";
import { type EvaluationInfo, readEvaluations } from "../store/evaluations.ts";
import { readRecords, readTrainRecords } from "../store/records.ts";
import {
  type Environment,
  isOmitted,
  readRunInfo,
  type RunInfo,
  type SourceInfo,
} from "../store/run_info.ts";

/**
 * Code that can train and evaluate: the present one, or a run's own. What it keeps
 * as its source tells it from other code.
 */
export interface RunningCode extends Pick<RunOptions, "keepSource"> {
  /** The experiment. */
  readonly experiment: Experiment;
  /** Trains it. */
  readonly trainRun: typeof trainRun;
  /** Evaluates it. */
  readonly evaluateRun: typeof evaluateRun;
}

/** How {@linkcode reproduceRun} runs it again. */
export interface ReproduceOptions
  extends Pick<RunOptions, "signal" | "onProgress"> {
  /** An empty directory for the run that is made. */
  readonly scratch: string;
  /** Where things lie and how they run; the engine is that of the run. */
  readonly globals: GlobalConfig;
  /** Loads the code to run, for a source as `run.json` names it. */
  readonly loadCode: (source: SourceInfo | null) => Promise<RunningCode>;
}

/** The result of reproducing a run. */
export interface Reproduction {
  /** The run. */
  readonly runId: string;
  /** Whether all that was compared is the same, bit for bit. */
  readonly isIdentical: boolean;
  /** The first difference, in words; null where there is none. */
  readonly difference: string | null;
  /** Possible causes, the most likely first. */
  readonly causes: readonly string[];
  /** How much was compared. */
  readonly compared: {
    /** Lines of the history. */
    readonly lines: number;
    /** Files of the model. */
    readonly files: number;
    /** Records. */
    readonly records: number;
  };
  /** Records that the run does not say how to make. */
  readonly notCompared: readonly string[];
  /** Files that were left out when the run was published. */
  readonly omitted: readonly string[];
}

/** What is measured in seconds is never the same twice. */
const TIME = /^time\//;

/**
 * Trains a run again from its configuration, evaluates it as it was evaluated,
 * and compares history, model and records with those of the run, bit for bit but
 * for times.
 *
 * @param runPath The run's directory, which is left as it is.
 * @param options Where to make the run, and with which code.
 * @returns Whether it is identical, and where not.
 * @throws {RangeError} If the run is not completed, or of another experiment.
 * @throws What the training or an evaluation throws.
 */
export async function reproduceRun(
  runPath: string,
  options: ReproduceOptions,
): Promise<Reproduction> {
  using _held = holdRun(runPath);
  const info = readRunInfo(runPath);
  checkCompleted(runPath, info, "reproduce");
  // Fail before the training if something cannot be read.
  const trained = readTrainRecords(runPath);
  const hasHistory = !isOmitted(info, HISTORY_FILE);
  if (hasHistory) { for (const _line of new HistoryReader(runPath)); }
  const again = await trainAgain(runPath, info, options);
  const comparison = new RunComparison(runPath, again);
  let difference = (hasHistory ? comparison.compareHistories() : null) ??
    (isOmitted(info, "model") ? null : await comparison.compareModels()) ??
    comparison.compareRecords(trained, readTrainRecords(again));
  let causes = difference === null
    ? []
    : [...findCauses(info, readRunInfo(again)), ...changesOnTheWay(info)];
  const before = readRecords(runPath);
  for (const evaluation of readEvaluations(runPath)) {
    if (difference !== null) break;
    if (evaluation.status === "failed") continue;
    const all = await evaluateAgain(again, evaluation, options);
    const stored = pickCommon(before, all);
    // An interrupted evaluation has made only some.
    const isWhole = evaluation.status === "completed";
    const made = isWhole ? all : pickCommon(all, stored);
    difference = comparison.compareRecords(stored, made);
    const now = readEvaluations(again).find(({ evalConfig }) =>
      stringify(evalConfig) === stringify(evaluation.evalConfig)
    );
    if (difference !== null && now) causes = findCauses(evaluation, now);
  }
  const made = readRecords(again);
  const isTime = ({ name }: ResultMetadata) => TIME.test(name);
  return {
    runId: info.runId,
    isIdentical: difference === null,
    ...{ difference, causes, compared: comparison.counts },
    notCompared: difference === null
      ? Array.from(before, ({ metadata }) => metadata)
        .filter((metadata) => !made.get(metadata) && !isTime(metadata))
        .map(String)
      : [],
    omitted: info.omitted ?? [],
  };
}

/** What may be the cause of a difference. */
function findCauses(then: Environment, now: Environment): string[] {
  return [
    ...(then.source
      ? []
      : ["the code may have changed: the run does not know what it ran"]),
    ...changesThatMatter(then, now),
  ];
}

/** Loads the code of a session, and says how it is to run. */
async function prepare(
  { source, engine }: Environment,
  { loadCode, globals, scratch, signal, onProgress }: ReproduceOptions,
) {
  const own = globalConfigSchema.fields.engine.check(engine);
  const { keepSource, ...code } = await loadCode(source);
  return {
    ...code,
    options: {
      globals: {
        ...globals,
        runs: scratch,
        // The run was completed, so it never stopped for this.
        ...{ onNonfinite: "continue", checkpointEvery: "never" } as const,
        fsync: "never" as const,
        ...(own && globals.engine === "auto" ? { engine: own } : {}),
      },
      ...{ print: () => {}, warn: () => {}, signal, onProgress },
      ...(keepSource ? { keepSource } : {}),
    },
  };
}

/** Makes the run again; returns its directory. */
async function trainAgain(
  runPath: string,
  info: RunInfo,
  how: ReproduceOptions,
): Promise<string> {
  const { experiment, trainRun, options } = await prepare(info, how);
  checkExperiment(experiment, info, "reproduce");
  const config = experiment.configSchema.load(runPath);
  const outcome = await trainRun(experiment, { ...options, config });
  if (outcome.status !== "completed") throw outcome.error;
  return outcome.runPath;
}

/** Evaluates the run that was made again; returns the records. */
async function evaluateAgain(
  runPath: string,
  evaluation: EvaluationInfo,
  how: ReproduceOptions,
): Promise<ResultCollection> {
  const { experiment, evaluateRun, options } = await prepare(evaluation, how);
  const evalConfig = experiment.evalConfigSchema.resolve([{
    values: evaluation.evalConfig,
    nameKey: (key) => `"${key}" of an evaluation`,
    isWhole: true,
  }]);
  const of = { ...options, runPath, evalConfig };
  const { status, error, records } = await evaluateRun(experiment, of);
  if (status !== "completed") throw error;
  // Stored code has classes of its own.
  return ResultCollection.fromJSON(records.toJSON());
}

/** Records of a collection that another one has as well. */
function pickCommon(
  records: ResultCollection,
  others: ResultCollection,
): ResultCollection {
  return new ResultCollection(
    [...records].filter(({ metadata }) => others.get(metadata)),
  );
}

/** Compares two runs, and counts what it has compared. */
class RunComparison {
  readonly counts = { lines: 0, files: 0, records: 0 };
  readonly #before: string;
  readonly #now: string;

  constructor(before: string, now: string) {
    this.#before = before;
    this.#now = now;
  }

  /** The first difference of the histories, line by line. */
  compareHistories(): string | null {
    using now = new HistoryReader(this.#now)[Symbol.iterator]();
    let nBefore = 0, nNow = 0;
    for (const line of new HistoryReader(this.#before)) {
      nBefore++;
      const { value: other, done } = now.next();
      if (done) continue;
      nNow++;
      // The step first: if it differs, everything else does too.
      const keys = ["step", ...Object.keys(line), ...Object.keys(other)];
      for (const key of keys) {
        const was = stringify(line[key]), is = stringify(other[key]);
        if (TIME.test(key) || was === is) continue;
        const place = "step" in line && key !== "step"
          ? `, step ${stringify(line.step)}`
          : "";
        return `line ${nBefore + 1} of the history${place}: ${key} is ${is} ` +
          `and was ${was}`;
      }
      this.counts.lines++;
    }
    for (const _line of now) nNow++;
    return nBefore === nNow
      ? null
      : `the history has ${nNow} lines and had ${nBefore}`;
  }

  /** The first difference of the models, file by file. */
  async compareModels(): Promise<string | null> {
    const before = listModelFiles(this.#before);
    const now = listModelFiles(this.#now);
    for (const file of new Set([...before.keys(), ...now.keys()])) {
      this.counts.files++;
      const was = before.get(file), is = now.get(file);
      if (is === undefined) return `${file} is not made any more`;
      if (was === undefined) return `${file} was not made then`;
      if (is !== was) return `${file} has ${is} bytes and had ${was}`;
      const paths = [this.#before, this.#now].map((run) => `${run}/${file}`);
      const place = await findDifference(paths[0]!, paths[1]!);
      if (place !== null) return `${file} differs from byte ${place} on`;
    }
    return null;
  }

  /** The first difference of records of the same measurements. */
  compareRecords(
    before: ResultCollection,
    now: ResultCollection,
  ): string | null {
    for (const { metadata, result: was } of before) {
      if (TIME.test(metadata.name)) continue;
      this.counts.records++;
      const is = now.get(metadata);
      if (!is) return `${metadata} is not recorded any more`;
      // Compared as JSON: all digits, and NaN equals NaN.
      if (stringify(is) === stringify(was)) continue;
      const format = ({ mean, error, n }: ScalarResult) =>
        `${mean} ± ${error} (n = ${n})`;
      return `${metadata} is ${format(is)} and was ${format(was)}`;
    }
    const isNew = ({ metadata }: ResultRecord) => !before.get(metadata);
    const added = [...now].find(isNew);
    return added ? `${added.metadata} was not recorded then` : null;
  }
}

/** The files of a model by their paths, with the size of each in bytes. */
function listModelFiles(runPath: string): Map<string, number> {
  const folder = `${runPath}/model`;
  checkStaysInside(folder, runPath);
  const entries = ifExists(() => [...Deno.readDirSync(folder)]) ?? [];
  return new Map(
    entries.filter(({ name, isFile }) => isFile && !name.startsWith("."))
      .map(({ name }) => `model/${name}`)
      .sort()
      .map((file) => [file, Deno.lstatSync(`${runPath}/${file}`).size]),
  );
}
