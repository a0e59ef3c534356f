/**
 * Run directories: how they are made and named, and what lies in them.
 *
 * @module
 */

import { hash64 } from "../utils/hash.ts";
import { checkStaysInside } from "./safe_path.ts";
import { HISTORY_FILE, HistoryReader, isAlive } from "./history.ts";
import { MOST_BYTES } from "./limits.ts";
import {
  encodeJsonFile,
  inBrief,
  isInherited,
  isJsonObject,
  type JsonObject,
  readJsonFile,
  syncToDisk,
  writeFileAtomic,
  writeJsonFile,
  type WriteOptions,
} from "../utils/json.ts";
import {
  ResultCollection,
  type ResultMetadata,
  type ResultRecord,
} from "../utils/results.ts";

/** How a run stands, as its own file says. */
export type RunStatus = "running" | "completed" | "failed" | "interrupted";

const STATUSES: readonly unknown[] = [
  "running",
  "completed",
  "failed",
  "interrupted",
];

/** The source that a run ran, as the store beside the runs has it. */
export interface SourceInfo {
  /** SHA-256 of the list of its files; the list's name in the store. */
  readonly sha256: string;
  /** How many files it has. */
  readonly files: number;
  /** SHA-256 of the lock file; null where there is none. */
  readonly lock: string | null;
}

/** How an engine rounds: two that differ in it differ in the last digits. */
export interface Numerics {
  /** Whether a product and a sum are rounded once (fused multiply-add). */
  readonly fma: boolean;
  /** In what sums of products are held. */
  readonly accumulation: "float32" | "float64";
}

/** What a run rests on: its result may depend on any of it. */
export interface Surroundings {
  /** The versions of what it ran on; null where it was not used. */
  readonly versions: Readonly<Record<string, string | null>>;
  /** The engine that did the arithmetic; null where none was chosen. */
  readonly engine: string | null;
  /** How that engine rounds; null where none was chosen, or in older runs. */
  readonly numerics: Numerics | null;
  /** A hash of the data, where the experiment tells one. */
  readonly data?: string;
  /** The machine. */
  readonly host: {
    /** The operating system. */
    readonly os: string;
    /** The processor's architecture. */
    readonly arch: string;
    /** How many processors there are. */
    readonly cpus: number;
  };
  /** The process that ran it. */
  readonly pid: number;
  /** What ran; null in runs that no command of Whisker's started. */
  readonly source: SourceInfo | null;
  /** What the process was allowed, by kind: all, a folder, or none. */
  readonly permissions: Readonly<Record<string, string>> | null;
}

/** What ran and how it ended: `run.json`. */
export interface RunInfo extends Surroundings {
  /** The run's id, which is its directory's name. */
  readonly runId: string;
  /** The name of the experiment. */
  readonly experiment: string;
  /** How the run stands. */
  readonly status: RunStatus;
  /** When it started: ISO 8601, UTC. */
  readonly startedAt: string;
  /** When it ended: ISO 8601, UTC; null until then. */
  readonly finishedAt: string | null;
  /** How long it took, on the monotonic clock; null until it ended. */
  readonly seconds: number | null;
  /** The command that ran it: `train`. */
  readonly command: string;
  /** The command's arguments. */
  readonly args: readonly string[];
  /** How it was carried out, as it is when it goes on; none in older runs. */
  readonly settings?: JsonObject;
  /** Each time that it was resumed: when, and on what it then rested. */
  readonly resumed?: readonly (Surroundings & { readonly at: string })[];
  /** The user's tags. */
  readonly tags: readonly string[];
  /** The user's note. */
  readonly note: string;
  /**
   * For each key of the configuration the value that was in effect before there
   * was that key: by it runs are compared with older ones that lack it. Runs
   * from before this field have none.
   */
  readonly before?: JsonObject;
  /**
   * SHA-256 of each file that the training has left, by its path in the run;
   * of a run that is completed.
   */
  readonly contents?: Readonly<Record<string, string>>;
  /** How many bytes each of these has; older runs do not say. */
  readonly sizes?: Readonly<Record<string, number>>;
  /** What made it fail. */
  readonly error?: {
    /** The error's class. */
    readonly name: string;
    /** What it said. */
    readonly message: string;
  };
}

/** One evaluation of a run: what was asked, and on what it rested. */
export interface EvaluationInfo extends Surroundings {
  /** The run's id. */
  readonly runId: string;
  /** What was to be measured. */
  readonly evalConfig: JsonObject;
  /** How it stands. */
  readonly status: RunStatus;
  /** When it started: ISO 8601, UTC. */
  readonly startedAt: string;
  /** When it ended: ISO 8601, UTC; null until then. */
  readonly finishedAt: string | null;
  /** How long it took, on the monotonic clock; null until it ended. */
  readonly seconds: number | null;
  /** The command that ran it: `eval`. */
  readonly command: string;
  /** The command's arguments. */
  readonly args: readonly string[];
  /** What made it fail. */
  readonly error?: RunInfo["error"];
}

/**
 * Makes a folder where there is none; the one that it lies in must be there, as
 * a run that was removed meanwhile must not come back.
 *
 * @param path The folder.
 * @param options Whether its name is to be on the disk.
 * @throws {Deno.errors.NotFound} If what it lies in is not there.
 */
export function makeFolder(path: string, options: WriteOptions = {}): void {
  try {
    Deno.mkdirSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return;
    throw error;
  }
  if (!options.isDurable) return;
  try {
    syncToDisk(path.replace(/[^/]*\/*$/, "") || ".");
  } catch (error) {
    // The folder above the runs may lie outside of what may be read.
    if (!(error instanceof Deno.errors.NotCapable)) throw error;
  }
}

/** The form of a run's id; it is also a plain file name on every system. */
export const RUN_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

const HEX_BYTES = 4;
const RUN_FILE = "run.json";

/**
 * Makes a new run directory, whose name no other run has: the UTC start, `_`,
 * and eight random hexadecimal digits.
 *
 * @param runs The directory that holds all runs; made if it is not there.
 * @param options When the run starts, now by default; and whether the
 * directories are to outlive a power cut.
 * @returns The new directory's path.
 * @throws {Deno.errors.NotCapable} If the process may not write there.
 */
export function createRunDirectory(
  runs: string,
  options: WriteOptions & { readonly startedAt?: Date } = {},
): string {
  const { startedAt = new Date(), isDurable } = options;
  makeFolders(runs, options);
  const start = startedAt.toISOString().slice(0, 19).replaceAll(/[-:]/g, "");
  while (true) {
    const hex = crypto.getRandomValues(new Uint8Array(HEX_BYTES)).toHex();
    const path = `${runs}/${start}_${hex}`;
    try {
      // Exclusive: of two processes that want the same name, one is refused.
      Deno.mkdirSync(path);
    } catch (error) {
      if (error instanceof Deno.errors.AlreadyExists) continue;
      throw error;
    }
    Deno.mkdirSync(`${path}/results`);
    if (isDurable) syncToDisk(runs);
    return path;
  }
}

/**
 * Makes a folder and those above it where they are missing.
 *
 * @param path The folder.
 * @param options Whether their names are to outlive a power cut.
 */
export function makeFolders(path: string, options: WriteOptions = {}): void {
  const parent = path.replace(/\/*[^/]+\/*$/, "");
  try {
    makeFolder(path, options);
  } catch (error) {
    const isParentMissing = error instanceof Deno.errors.NotFound;
    if (!isParentMissing || parent === "" || parent === path) throw error;
    makeFolders(parent, options);
    makeFolder(path, options);
  }
}

/**
 * The last part of a path: for a run directory, the run's id.
 *
 * @param runPath The run's directory.
 * @returns Its name.
 */
export function runIdOf(runPath: string): string {
  return runPath.replace(/\/+$/, "").split("/").at(-1)!;
}

/**
 * Reads a JSON file of a run, which must not be a link out of it.
 *
 * @param runPath The run's directory.
 * @param name The file's path within it.
 * @param most How many bytes it may have; what any text may, by default.
 * @returns The top level of the file, `schemaVersion` included.
 * @throws {Deno.errors.NotFound} If there is no such file.
 * @throws {SyntaxError} If it is no JSON.
 * @throws {TypeError} If it holds something other than an object.
 * @throws {RangeError} If it bears an unknown version, is a link that leads out
 * of the run, no file, or too large.
 */
export function readRunFile(
  runPath: string,
  name: string,
  most: number = MOST_BYTES.text,
): JsonObject {
  const path = `${runPath}/${name}`;
  checkStaysInside(path, runPath);
  return readJsonFile(path, { most });
}

/**
 * Writes `run.json`.
 *
 * @param runPath The run's directory.
 * @param info What to write.
 * @param options How to write it.
 */
export function writeRunInfo(
  runPath: string,
  info: RunInfo,
  options: WriteOptions = {},
): void {
  const max = MOST_BYTES.runFile;
  writeJsonFile(`${runPath}/${RUN_FILE}`, info, { ...options, max });
}

/**
 * Reads `run.json`.
 *
 * @param runPath The run's directory.
 * @returns What ran and how it stands, by its own word.
 * @throws {Deno.errors.NotFound} If there is no such file.
 * @throws {SyntaxError} If it is no JSON.
 * @throws {TypeError} If fields that every run has are missing; any other that
 * is not of its type counts as empty.
 * @throws {RangeError} If it bears an unknown version.
 */
export function readRunInfo(runPath: string): RunInfo {
  const path = `${runPath}/${RUN_FILE}`;
  const info = readRunFile(runPath, RUN_FILE, MOST_BYTES.runFile);
  const wrong = (field: string, rule: string) =>
    new TypeError(
      `Cannot read ${path} as ${field} must be ${rule}: current value is ${
        inBrief(info[field])
      }`,
    );
  if (!STATUSES.includes(info.status)) {
    throw wrong("status", `one of ${STATUSES.join(", ")}`);
  }
  if (!isDate(info.startedAt)) throw wrong("startedAt", "a date");
  if (typeof info.experiment !== "string") throw wrong("experiment", "a name");
  const { data: _, error: _error, ...known } = info;
  const { before, resumed, settings, contents, sizes, ...others } = known;
  const sessions = Array.isArray(resumed) ? resumed.filter(isJsonObject) : [];
  return {
    // What is not known stays: it may be of a later version.
    ...others,
    ...partsOf(info),
    runId: runIdOf(runPath),
    experiment: info.experiment,
    status: info.status as RunStatus,
    startedAt: info.startedAt,
    tags: textsOf(info.tags),
    note: textOf(info.note),
    ...(isJsonObject(settings) ? { settings } : {}),
    ...(isJsonObject(before) ? { before } : {}),
    ...(isJsonObject(contents) ? { contents: textsByName(contents) } : {}),
    ...(isJsonObject(sizes) ? { sizes: numbersByName(sizes) } : {}),
    ...(sessions.length === 0 ? {} : {
      resumed: sessions.map((session) => ({
        at: textOf(session.at),
        ...surroundingsOf(session),
      })),
    }),
  };
}

/** What runs and evaluations tell alike, each field of its type. */
function partsOf(info: JsonObject) {
  const { error } = info;
  return {
    ...surroundingsOf(info),
    finishedAt: isDate(info.finishedAt) ? info.finishedAt : null,
    seconds: typeof info.seconds === "number" ? info.seconds : null,
    command: textOf(info.command),
    args: textsOf(info.args),
    ...(isJsonObject(error)
      ? { error: { name: textOf(error.name), message: textOf(error.message) } }
      : {}),
  };
}

/** The fields that are texts. */
function textsByName(value: JsonObject): Record<string, string> {
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, text]) =>
      typeof text === "string" ? [[name, text]] : []
    ),
  );
}

/** The fields that are numbers. */
function numbersByName(value: JsonObject): Record<string, number> {
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, number]) =>
      typeof number === "number" ? [[name, number]] : []
    ),
  );
}

/** What a session rests on, each field of its type. */
function surroundingsOf(info: JsonObject): Surroundings {
  const { host, numerics, source, permissions, data, versions } = info;
  return {
    versions: isJsonObject(versions)
      ? Object.fromEntries(
        Object.entries(versions).map(([name, text]) => [
          name,
          textOf(text) || null,
        ]),
      )
      : {},
    engine: textOf(info.engine) || null,
    numerics: isJsonObject(numerics)
      ? {
        fma: numerics.fma === true,
        accumulation: numerics.accumulation === "float64"
          ? "float64"
          : "float32",
      }
      : null,
    host: {
      os: textOf(isJsonObject(host) && host.os),
      arch: textOf(isJsonObject(host) && host.arch),
      cpus: isJsonObject(host) && typeof host.cpus === "number" ? host.cpus : 0,
    },
    pid: typeof info.pid === "number" ? info.pid : 0,
    source: isJsonObject(source)
      ? {
        sha256: textOf(source.sha256),
        files: typeof source.files === "number" ? source.files : 0,
        lock: textOf(source.lock) || null,
      }
      : null,
    permissions: isJsonObject(permissions) ? textsByName(permissions) : null,
    ...(textOf(data) === "" ? {} : { data: textOf(data) }),
  };
}

const ISO_DATE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

function isDate(value: unknown): value is string {
  return typeof value === "string" && ISO_DATE.test(value) &&
    !Number.isNaN(Date.parse(value));
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value)
    ? value.filter((item) => typeof item === "string")
    : [];
}

/**
 * How a run stands: what its file says, and `died` where it says `running`
 * while no process lives behind it.
 *
 * @param runPath The run's directory.
 * @param info What `run.json` says.
 * @returns The status to show.
 */
export function actualStatus(
  runPath: string,
  info: RunInfo,
): RunStatus | "died" {
  if (info.status !== "running" || isAlive(runPath)) return info.status;
  // It may have come to its end since its file was read.
  const { status } = readRunInfo(runPath);
  return status === "running" ? "died" : status;
}

/** What there may be in a directory before its run has begun. */
const BEFORE_BEGIN = /^(results|config\.json|metrics\.jsonl|\..*)$/;

/**
 * Says whether there is a run in a directory. Before it has a `run.json` it has
 * measured nothing, and a process that dies before then leaves no run. Without
 * one, but with results, lines of history or other files, it is a damaged run.
 *
 * @param runPath The directory.
 * @returns Whether there is a run, even a damaged one.
 */
export function hasBegun(runPath: string): boolean {
  const names = (path: string) =>
    Array.from(Deno.readDirSync(path), ({ name }) => name);
  try {
    const within = names(runPath);
    return within.some((name) => !BEFORE_BEGIN.test(name)) ||
      (within.includes("results") && names(`${runPath}/results`).length > 0) ||
      (within.includes(HISTORY_FILE) &&
        new HistoryReader(runPath)[Symbol.iterator]().some(() => true));
  } catch {
    return true; // Its reader says why it cannot be read.
  }
}

/** A run writes its first files within a moment of making its directory. */
const START_MS = 10_000;

/**
 * Says whether a run directory is just being made: young, and nothing begun.
 *
 * @param runPath The run's directory.
 * @returns Whether a run may be about to begin in it.
 */
export function isStarting(runPath: string): boolean {
  try {
    const madeAt = Deno.statSync(runPath).mtime?.getTime() ?? 0;
    const isYoung = Math.abs(Date.now() - madeAt) < START_MS;
    return isYoung && !hasBegun(runPath);
  } catch {
    return false;
  }
}

const EVALUATIONS = "evaluations";

/**
 * Writes what is known of an evaluation, in the place of an earlier one of the
 * same configuration.
 *
 * @param runPath The run's directory.
 * @param info What to write.
 * @param options How to write it.
 */
export function writeEvaluationInfo(
  runPath: string,
  info: EvaluationInfo,
  options: WriteOptions = {},
): void {
  const folder = `${runPath}/${EVALUATIONS}`;
  checkStaysInside(folder, runPath);
  makeFolder(folder, options);
  const entries = Object.entries(info.evalConfig).sort();
  const hash = hash64(JSON.stringify(entries))
    .map((word) => word.toString(16).padStart(8, "0")).join("");
  writeJsonFile(`${folder}/${hash}.json`, info, options);
}

/**
 * Reads what is known of a run's evaluations. What cannot be read is reported
 * and hides no other.
 *
 * @param runPath The run's directory.
 * @param problems Where to report what could not be read.
 * @returns The evaluations, oldest first; none in runs from before they were
 * kept.
 */
export function readEvaluations(
  runPath: string,
  problems: Problem[] = [],
): EvaluationInfo[] {
  const found = readFolder(runPath, EVALUATIONS, problems, (name) => {
    const file = `${EVALUATIONS}/${name}`;
    const info = readRunFile(runPath, file);
    const { evalConfig, startedAt, status } = info;
    if (
      !isJsonObject(evalConfig) || !isDate(startedAt) ||
      !STATUSES.includes(status)
    ) {
      throw new TypeError(
        `Cannot read ${runPath}/${file} as it must have an evalConfig, a ` +
          "status and a startedAt",
      );
    }
    const runId = runIdOf(runPath);
    return {
      ...partsOf(info),
      ...{ runId, evalConfig, startedAt, status: status as RunStatus },
    };
  });
  return found.sort((a, b) => a.startedAt < b.startedAt ? -1 : 1);
}

/** Reads the JSON files of one of a run's folders, which need not be there. */
function readFolder<T>(
  runPath: string,
  folder: string,
  problems: Problem[],
  read: (name: string) => T,
): T[] {
  const run = runIdOf(runPath);
  let names: string[] = [];
  try {
    checkStaysInside(`${runPath}/${folder}`, runPath);
    // A name that begins with a dot is a temporary one.
    names = Array.from(Deno.readDirSync(`${runPath}/${folder}`), (e) => e.name)
      .filter((name) => name.endsWith(".json") && !name.startsWith("."))
      .sort();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    const reason = (error as Error).message;
    problems.push({ run, file: `${runPath}/${folder}`, reason });
  }
  return names.flatMap((name) => {
    try {
      return [read(name)];
    } catch (error) {
      const file = `${runPath}/${folder}/${name}`;
      problems.push({ run, file, reason: (error as Error).message });
      return [];
    }
  });
}

/** Something that could not be read: which file of which run, and why. */
export interface Problem {
  /** The run's id, or the name that is no run. */
  readonly run: string;
  /** The file, as a path. */
  readonly file: string;
  /** What is wrong, in one line. */
  readonly reason: string;
}

/** A file of records. */
export interface RecordsFile {
  /** Its name without `.json`. */
  readonly name: string;
  /** All that it holds. */
  readonly records: ResultCollection;
}

/**
 * Writes a file of records: those of the training, or one of an evaluation.
 *
 * @param runPath The run's directory.
 * @param file The file's name without `.json`, and all records that it is to
 * hold.
 * @param options How to write it.
 */
export function writeRecords(
  runPath: string,
  file: RecordsFile,
  options: WriteOptions = {},
): void {
  const { name, records } = file;
  checkStaysInside(`${runPath}/results`, runPath);
  makeFolder(`${runPath}/results`, options);
  const content = { runId: runIdOf(runPath), records };
  const max = MOST_BYTES.runFile;
  writeJsonFile(`${runPath}/results/${name}.json`, content, {
    ...options,
    max,
  });
}

/**
 * So many records may a run have, and so many files of them: an evaluation of
 * each setting of a large sweep has fewer.
 */
export const MOST_RECORDS = 10_000;

/**
 * Reads all records of a run. A file that cannot be read is reported and hides
 * no other.
 *
 * @param runPath The run's directory.
 * @param problems Where to report what could not be read.
 * @returns The records, those of training first.
 */
export function readRecords(
  runPath: string,
  problems: Problem[] = [],
): ResultCollection {
  const run = runIdOf(runPath);
  const folder = `${runPath}/results`;
  let names: string[] = [];
  try {
    checkStaysInside(folder, runPath);
    // A name that begins with a dot is a temporary one.
    names = Array.from(Deno.readDirSync(folder), ({ name }) => name)
      .filter((name) => name.endsWith(".json") && !name.startsWith("."));
  } catch (error) {
    problems.push({ run, file: folder, reason: (error as Error).message });
  }
  const stageFirst = (name: string) => (name.startsWith("train") ? 0 : 1);
  const reason = (what: string) =>
    `Cannot read all of ${folder} as a run must have at most ${MOST_RECORDS} ` +
    `${what}: the rest is passed over`;
  names.sort((a, b) => stageFirst(a) - stageFirst(b) || (a < b ? -1 : 1));
  if (names.length > MOST_RECORDS) {
    problems.push({ run, file: folder, reason: reason("files of records") });
  }
  const records = new Map<ResultMetadata, ResultRecord>();
  for (const name of names.slice(0, MOST_RECORDS)) {
    const file = `${folder}/${name}`;
    try {
      for (const record of readRecordsFile(runPath, name)) {
        const { metadata } = record;
        if (records.size === MOST_RECORDS) {
          problems.push({ run, file, reason: reason("records") });
          return new ResultCollection(records.values());
        }
        if (!records.has(metadata)) records.set(metadata, record);
        else {
          const reason =
            `Cannot use ${metadata} as another file has it already`;
          problems.push({ run, file, reason });
        }
      }
    } catch (error) {
      problems.push({ run, file, reason: (error as Error).message });
    }
  }
  return new ResultCollection(records.values());
}

function readRecordsFile(runPath: string, name: string): ResultCollection {
  const file = `results/${name}`;
  const { records } = readRunFile(runPath, file, MOST_BYTES.runFile);
  return ResultCollection.fromJSON(records);
}

/**
 * Reads the records that the training of a run has made.
 *
 * @param runPath The run's directory.
 * @returns The records; none if there is no such file.
 * @throws {SyntaxError} If the file is no JSON.
 * @throws {TypeError} If it holds no records.
 */
export function readTrainRecords(runPath: string): ResultCollection {
  try {
    return readRecordsFile(runPath, "train.json");
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return new ResultCollection();
    throw error;
  }
}

/** So many keys may a configuration have, each a column of a comparison. */
export const MOST_KEYS = 1000;

/**
 * Reads the configuration of a run as plain data, whatever its experiment.
 *
 * @param runPath The run's directory.
 * @returns The keys and values, `schemaVersion` left out.
 * @throws {Deno.errors.NotFound} If there is no such file.
 * @throws {SyntaxError} If it is no JSON.
 * @throws {RangeError} If it bears an unknown version, has more keys than any
 * configuration, or one that every object has, `constructor` for example.
 */
export function readConfigFile(runPath: string): JsonObject {
  const file = "config.json";
  const { schemaVersion: _, ...config } = readRunFile(
    runPath,
    file,
    MOST_BYTES.runFile,
  );
  const keys = Object.keys(config);
  const refuse = (rule: string, current: string) => {
    throw new RangeError(
      `Cannot read ${runPath}/${file} as ${rule}: current ${current}`,
    );
  };
  if (keys.length > MOST_KEYS) {
    refuse(`it must have at most ${MOST_KEYS} keys`, `count is ${keys.length}`);
  }
  const inherited = keys.find(isInherited);
  if (inherited !== undefined) {
    refuse("no key may be one that every object has", `key is ${inherited}`);
  }
  return config;
}

/**
 * Writes the configuration of a run.
 *
 * @param runPath The run's directory.
 * @param config The whole configuration as resolved.
 * @param options How to write it.
 */
export function writeConfigFile(
  runPath: string,
  config: object,
  options: WriteOptions = {},
): void {
  const path = `${runPath}/config.json`;
  writeFileAtomic(path, encodeConfig(config, path), options);
}

/**
 * Writes a configuration into memory.
 *
 * @param config The whole configuration as resolved.
 * @param path The path of its file, for the error message.
 * @returns The content of its file.
 * @throws {RangeError} If it is larger than what is read of a run.
 */
export function encodeConfig(
  config: object,
  path = "config.json",
): Uint8Array {
  return encodeJsonFile(path, config, MOST_BYTES.runFile);
}
