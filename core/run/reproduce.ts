/**
 * Running a run again, and comparing the result bit for bit.
 *
 * @module
 */

import { checkCompleted, checkExperiment } from "./_run_info.ts";
import type { evaluateRun, trainRun } from "./lifecycle.ts";
import {
  type GlobalConfig,
  globalConfigSchema,
} from "../config/global_config.ts";
import type { Experiment } from "../experiment.ts";
import type { RunOptions } from "./run.ts";
import { changesOnTheWay, changesThatMatter } from "./environment.ts";
import { checkStaysInside } from "../store/safe_path.ts";
import { findDifference } from "../store/file_hashes.ts";
import { HistoryReader } from "../store/history.ts";
import { HISTORY_FILE, holdRun } from "../store/lock.ts";
import { stringify } from "../utils/json.ts";
import { ResultCollection, type ScalarResult } from "../utils/results.ts";
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
 * Code that can train and evaluate: that of now, or that of then. What it keeps
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

/** How {@linkcode reproduceRun} goes about it. */
export interface ReproduceOptions
  extends Pick<RunOptions, "signal" | "onProgress"> {
  /** An empty directory for the run that is made. */
  readonly scratch: string;
  /** Where things lie and how they run; the engine is that of the run. */
  readonly globals: GlobalConfig;
  /** Gives the code to run, for a source as `run.json` names it. */
  readonly codeOf: (source: SourceInfo | null) => Promise<RunningCode>;
}

/** What came of doing a run again. */
export interface Reproduction {
  /** The run. */
  readonly runId: string;
  /** Whether all that was compared is the same, bit for bit. */
  readonly isIdentical: boolean;
  /** The first difference, in words; null where there is none. */
  readonly difference: string | null;
  /** What may be the cause, the likeliest first. */
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
  /** Records of which the run does not know how they were made. */
  readonly notCompared: readonly string[];
  /** Files that were left out when the run was published. */
  readonly omitted: readonly string[];
}

/** What is measured in seconds is never the same twice. */
const TIME = /^time\//;

/**
 * Trains a run again from its configuration, evaluates it as it was evaluated,
 * and compares history, model and records with what is there, bit for bit but
 * for times.
 *
 * @param runPath The run's directory, which is left as it is.
 * @param options Where to make the run, and with which code.
 * @returns What came of it.
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
  const compared = { lines: 0, files: 0, records: 0 };
  const notCompared: string[] = [];
  const result = (difference: string | null, causes: readonly string[]) => ({
    runId: info.runId,
    isIdentical: difference === null,
    difference,
    causes,
    compared,
    notCompared,
    omitted: info.omitted ?? [],
  });
  const again = await trainAgain(runPath, info, options);
  const [difference] = [
    ...hasHistory ? compareHistories(runPath, again, compared).take(1) : [],
    ...isOmitted(info, "model")
      ? []
      : await compareModels(runPath, again, compared),
    ...compareRecords(trained, readTrainRecords(again), compared),
  ];
  if (difference !== undefined) {
    const causes = [
      ...findCauses(info, readRunInfo(again)),
      ...changesOnTheWay(info),
    ];
    return result(difference, causes);
  }
  for (const evaluation of readEvaluations(runPath)) {
    if (evaluation.status === "failed") continue;
    const all = await evaluateAgain(again, evaluation, options);
    const stored = withOnly(readRecords(runPath), all);
    // An interrupted evaluation has made only some.
    const isWhole = evaluation.status === "completed";
    const made = isWhole ? all : withOnly(all, stored);
    const [difference] = compareRecords(stored, made, compared);
    if (difference === undefined) continue;
    const { evalConfig } = evaluation;
    const now = readEvaluations(again).find((other) =>
      stringify(other.evalConfig) === stringify(evalConfig)
    );
    return result(
      difference,
      now ? findCauses(evaluation, now) : [],
    );
  }
  const made = readRecords(again);
  for (const { metadata } of readRecords(runPath)) {
    if (made.get(metadata) || TIME.test(metadata.name)) continue;
    notCompared.push(String(metadata));
  }
  return result(null, []);
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

/** The code of a source, with how it is to run. */
async function prepared(
  { source, engine }: Environment,
  { codeOf, globals, scratch, signal, onProgress }: ReproduceOptions,
) {
  const own = globalConfigSchema.fields.engine.check(engine);
  const { keepSource, ...code } = await codeOf(source);
  return {
    code,
    options: {
      globals: {
        ...globals,
        runs: scratch,
        // The run was completed, so it never stopped for this.
        ...{ onNonfinite: "continue", checkpointEvery: "never" } as const,
        fsync: "never" as const,
        ...(own && globals.engine === "auto" ? { engine: own } : {}),
      },
      print: () => {},
      warn: () => {},
      ...(keepSource ? { keepSource } : {}),
      ...(signal ? { signal } : {}),
      ...(onProgress ? { onProgress } : {}),
    },
  };
}

/** Makes the run again; returns its directory. */
async function trainAgain(
  runPath: string,
  info: RunInfo,
  how: ReproduceOptions,
): Promise<string> {
  const { code, options } = await prepared(info, how);
  const { experiment, trainRun } = code;
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
  const { code, options } = await prepared(evaluation, how);
  const { experiment, evaluateRun } = code;
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
function withOnly(
  records: ResultCollection,
  others: ResultCollection,
): ResultCollection {
  return new ResultCollection(
    [...records].filter(({ metadata }) => others.get(metadata)),
  );
}

type Compared = { lines: number; files: number; records: number };

/** In what two histories differ, line by line. */
function* compareHistories(
  a: string,
  b: string,
  compared: Compared,
): Generator<string> {
  using now = new HistoryReader(b)[Symbol.iterator]();
  let nBefore = 0, nNow = 0;
  for (const line of new HistoryReader(a)) {
    nBefore++;
    const { value: other, done } = now.next();
    if (done) continue;
    nNow++;
    // The step first: if it differs, everything else does too.
    const keys = new Set(["step", ...Object.keys(line), ...Object.keys(other)]);
    for (const key of keys) {
      const was = stringify(line[key]), is = stringify(other[key]);
      if (TIME.test(key) || was === is) continue;
      const place = "step" in line && key !== "step"
        ? `, step ${stringify(line.step)}`
        : "";
      yield `line ${nBefore + 1} of the history${place}: ${key} is ${is} and ` +
        `was ${was}`;
    }
    compared.lines++;
  }
  for (const _line of now) nNow++;
  if (nBefore !== nNow) {
    yield `the history has ${nNow} lines and had ${nBefore}`;
  }
}

/** In what two models differ, file by file. */
async function compareModels(
  a: string,
  b: string,
  compared: Compared,
): Promise<string[]> {
  const before = modelFiles(a), now = modelFiles(b);
  const differences: string[] = [];
  for (const name of new Set([...before.keys(), ...now.keys()])) {
    const file = `model/${name}`;
    const was = before.get(name), is = now.get(name);
    if (is === undefined) differences.push(`${file} is not made any more`);
    else if (was === undefined) differences.push(`${file} was not made then`);
    else if (is !== was) {
      differences.push(`${file} has ${is} bytes and had ${was}`);
    } else {
      const place = await findDifference(`${a}/${file}`, `${b}/${file}`);
      if (place !== null) {
        differences.push(`${file} differs from byte ${place} on`);
      }
    }
    compared.files++;
  }
  return differences;
}

/** The files of a model by their names, with the size of each in bytes. */
function modelFiles(runPath: string): Map<string, number> {
  const folder = `${runPath}/model`;
  checkStaysInside(folder, runPath);
  try {
    return new Map(
      Array.from(Deno.readDirSync(folder))
        .filter(({ name, isFile }) => isFile && !name.startsWith("."))
        .map(({ name }) => name)
        .sort()
        .map((name) => [name, Deno.lstatSync(`${folder}/${name}`).size]),
    );
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return new Map();
    throw error;
  }
}

/** In what records differ that are of the same measurements. */
function* compareRecords(
  before: ResultCollection,
  now: ResultCollection,
  compared: Compared,
): Generator<string> {
  for (const { metadata, result: was } of before) {
    if (TIME.test(metadata.name)) continue;
    const is = now.get(metadata);
    if (!is) yield `${metadata} is not recorded any more`;
    // Compared as JSON: all digits, and NaN equals NaN.
    else if (stringify(is) !== stringify(was)) {
      const digits = ({ mean, error, n }: ScalarResult) =>
        `${mean} ± ${error} (n = ${n})`;
      yield `${metadata} is ${digits(is)} and was ${digits(was)}`;
    }
    compared.records++;
  }
  for (const { metadata } of now) {
    if (!before.get(metadata)) yield `${metadata} was not recorded then`;
  }
}
