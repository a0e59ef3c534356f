/**
 * Run directories: how they are made, named, found and described.
 *
 * @module
 */

import { HISTORY_FILE, isAlive } from "./history.ts";
import { type JsonObject, readJsonFile, writeJsonFile } from "./json.ts";
import {
  ResultCollection,
  type ResultMetadata,
  type ResultRecord,
} from "./results.ts";

/** How a run stands, as its own file says. */
export type RunStatus = "running" | "completed" | "failed" | "interrupted";

const STATUSES: readonly unknown[] = [
  "running",
  "completed",
  "failed",
  "interrupted",
];

/** What ran and how it ended: `run.json`. */
export interface RunInfo {
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
  /** The versions of what it ran on; null where it was not used. */
  readonly versions: Readonly<Record<string, string | null>>;
  /** The engine that did the arithmetic; null where none was chosen. */
  readonly engine: string | null;
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
  /** The user's tags. */
  readonly tags: readonly string[];
  /** The user's note. */
  readonly note: string;
  /** What made it fail. */
  readonly error?: {
    /** The error's class. */
    readonly name: string;
    /** What it said. */
    readonly message: string;
  };
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
 * @param startedAt When the run starts.
 * @returns The new directory's path.
 * @throws {Deno.errors.NotCapable} If the process may not write there.
 */
export function createRunDirectory(
  runs: string,
  startedAt: Date = new Date(),
): string {
  Deno.mkdirSync(runs, { recursive: true });
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
    return path;
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
 * Writes `run.json`.
 *
 * @param runPath The run's directory.
 * @param info What to write.
 */
export function writeRunInfo(runPath: string, info: RunInfo): void {
  writeJsonFile(`${runPath}/${RUN_FILE}`, info);
}

/**
 * Reads `run.json`.
 *
 * @param runPath The run's directory.
 * @returns What ran and how it stands, by its own word.
 * @throws {Deno.errors.NotFound} If there is no such file.
 * @throws {SyntaxError} If it is no JSON.
 * @throws {TypeError} If fields that every run has are missing.
 * @throws {RangeError} If it bears an unknown version.
 */
export function readRunInfo(runPath: string): RunInfo {
  const path = `${runPath}/${RUN_FILE}`;
  checkStaysInside(path, runPath);
  const info = readJsonFile(path);
  const wrong = (field: string, rule: string) =>
    new TypeError(
      `Cannot read ${path} as ${field} must be ${rule}: current value is ${
        JSON.stringify(info[field])
      }`,
    );
  if (!STATUSES.includes(info.status)) {
    throw wrong("status", `one of ${STATUSES.join(", ")}`);
  }
  if (Number.isNaN(Date.parse(String(info.startedAt)))) {
    throw wrong("startedAt", "a date");
  }
  if (typeof info.experiment !== "string") throw wrong("experiment", "a name");
  const list = Array.isArray(info.tags) ? info.tags : [];
  return {
    ...info as unknown as RunInfo,
    runId: runIdOf(runPath),
    tags: list.map(String),
    note: String(info.note ?? ""),
  };
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

/** A run writes its first files within a moment of making its directory. */
const START_MS = 10_000;

/**
 * Says whether a run directory is just being made: young, without `run.json`,
 * and with nothing in it that a run leaves behind. An older one, or one with
 * results, is damaged.
 *
 * @param runPath The run's directory.
 * @returns Whether it is as good as not there yet.
 */
export function isStarting(runPath: string): boolean {
  const names = (path: string) =>
    Array.from(Deno.readDirSync(path), ({ name }) => name);
  try {
    const madeAt = Deno.statSync(runPath).mtime?.getTime() ?? 0;
    const isYoung = Math.abs(Date.now() - madeAt) < START_MS;
    const within = names(runPath);
    return isYoung && !within.includes(RUN_FILE) &&
      names(`${runPath}/results`).length === 0 &&
      (!within.includes(HISTORY_FILE) || isAlive(runPath));
  } catch {
    return false; // It is gone, or no run at all: its reader will say.
  }
}

/**
 * Refuses a link that leads out of a run: a run directory may be somebody
 * else's, and must not make this process read or write elsewhere.
 *
 * @param path A file or folder of the run, which need not be there.
 * @param runPath The run's directory.
 * @throws {RangeError} If it is a link out of the run.
 */
export function checkStaysInside(path: string, runPath: string): void {
  let isLink: boolean;
  try {
    isLink = Deno.lstatSync(path).isSymlink;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    throw error;
  }
  if (isLink && !liesInside(path, runPath)) {
    throw new RangeError(
      `Cannot use ${path} as it is a link that leads out of the run`,
    );
  }
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

/**
 * Writes the records of one stage or evaluation setting.
 *
 * @param runPath The run's directory.
 * @param name The file's name without `.json`.
 * @param records All records that the file is to hold.
 */
export function writeRecords(
  runPath: string,
  name: string,
  records: ResultCollection,
): void {
  Deno.mkdirSync(`${runPath}/results`, { recursive: true });
  const content = { runId: runIdOf(runPath), records };
  writeJsonFile(`${runPath}/results/${name}.json`, content);
}

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
  names.sort((a, b) => stageFirst(a) - stageFirst(b) || (a < b ? -1 : 1));
  const records = new Map<ResultMetadata, ResultRecord>();
  for (const name of names) {
    const file = `${folder}/${name}`;
    try {
      checkStaysInside(file, runPath);
      for (
        const record of ResultCollection.fromJSON(readJsonFile(file).records)
      ) {
        const { metadata } = record;
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
    const { records } = readJsonFile(`${runPath}/results/train.json`);
    return ResultCollection.fromJSON(records);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return new ResultCollection();
    throw error;
  }
}

/** A name under the runs directory: a run, or what only looks like one. */
export interface RunEntry {
  /** The name, which is the run's id. */
  readonly id: string;
  /** The directory's path. */
  readonly path: string;
  /** Why it is no run that may be read. */
  readonly refused?: string;
}

/**
 * Lists the runs of a directory, oldest name first. Names that begin with a
 * dot are Whisker's own, and files are no runs.
 *
 * @param runs The directory that holds all runs.
 * @returns The runs, and what had to be refused; none if there is no such
 * directory.
 */
export function listRuns(runs: string): RunEntry[] {
  let entries: Deno.DirEntry[];
  try {
    entries = [...Deno.readDirSync(runs)];
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    if (!(error instanceof Deno.errors.NotADirectory)) throw error;
    throw new RangeError(`Cannot read runs from ${runs} as it is a file`);
  }
  return entries
    .filter(({ name, isFile }) => !name.startsWith(".") && !isFile)
    .sort((a, b) => a.name < b.name ? -1 : 1)
    .map(({ name: id, isSymlink }) => {
      const path = `${runs}/${id}`;
      if (!RUN_ID.test(id)) {
        return { id, path, refused: "its name is no run id" };
      }
      if (isSymlink && !liesInside(path, runs)) {
        return { id, path, refused: "it is a link that leads out of the runs" };
      }
      return { id, path };
    });
}

/**
 * Deno's permission check follows a link that lies in an allowed folder, so
 * where it leads is checked here.
 */
function liesInside(path: string, folder: string): boolean {
  try {
    const root = Deno.realPathSync(folder).replace(/\/$/, "");
    return Deno.realPathSync(path).startsWith(`${root}/`);
  } catch {
    return false;
  }
}

/** Which run {@linkcode findRun} may take for `latest`. */
export interface FindRunOptions {
  /** Whether `latest` means the latest completed one. */
  readonly completed?: boolean;
  /** Of which experiment `latest` is, if there is a run of it. */
  readonly experiment?: string;
}

/**
 * Finds a run by what a person calls it: its id, the beginning of the id or of
 * its hexadecimal part, its path, or `latest`.
 *
 * @param runs The directory that holds all runs.
 * @param name What the run is called.
 * @param options Which runs `latest` may mean.
 * @returns The run's directory.
 * @throws {RangeError} If there is no such run, more than one, or it lies
 * outside the runs directory.
 */
export function findRun(
  runs: string,
  name: string,
  options: FindRunOptions = {},
): string {
  if (name.includes("/")) return findByPath(runs, name);
  const entries = listRuns(runs);
  const usable = entries.filter(({ refused }) => !refused);
  if (name === "latest") return findLatest(runs, usable, options);
  const exact = entries.find(({ id }) => id === name);
  if (exact?.refused) {
    throw new RangeError(`Cannot use run ${name} as ${exact.refused}`);
  }
  if (exact) return exact.path;
  const matches = usable.filter(({ id }) =>
    id.startsWith(name) || id.split("_")[1]?.startsWith(name)
  );
  if (matches.length === 1 && name !== "") return matches[0]!.path;
  if (matches.length === 0) {
    const hint = usable.length > 0
      ? `the last of its ${usable.length} runs is ${usable.at(-1)!.id}`
      : "it has no runs yet, and deno task train makes one";
    throw new RangeError(`Cannot find run "${name}" in ${runs}: ${hint}`);
  }
  const ids = matches.map(({ id }) => id);
  throw new RangeError(
    `Cannot tell which run "${name}" is: ${summarize(ids)} begin so`,
  );
}

const MOST_NAMED = 4;

function summarize(names: readonly string[]): string {
  const named = names.slice(0, MOST_NAMED).join(", ");
  const left = names.length - MOST_NAMED;
  return left > 0 ? `${named} and ${left} more` : named;
}

function findByPath(runs: string, path: string): string {
  const trimmed = path.replace(/\/+$/, "");
  const outside = new RangeError(
    `Cannot use run ${path} as it lies outside ${runs}: ` +
      "--runs DIR names another runs directory",
  );
  try {
    if (!Deno.statSync(trimmed).isDirectory) {
      throw new RangeError(`Cannot use ${path} as a run: it is a file`);
    }
  } catch (error) {
    // What the process may not even look at is not among its runs.
    if (error instanceof Deno.errors.NotCapable) throw outside;
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new RangeError(`Cannot find run ${path}: there is no such directory`);
  }
  if (!liesInside(trimmed, runs)) throw outside;
  const root = Deno.realPathSync(runs).replace(/\/$/, "");
  const id = Deno.realPathSync(trimmed).slice(root.length + 1);
  if (!RUN_ID.test(id)) {
    throw new RangeError(
      `Cannot use ${path} as a run: runs lie right in ${runs}, under names ` +
        "of letters and digits",
    );
  }
  return `${runs}/${id}`;
}

function findLatest(
  runs: string,
  entries: readonly RunEntry[],
  { completed = false, experiment }: FindRunOptions,
): string {
  let latest:
    | { path: string; startedAt: number; isWanted: boolean }
    | undefined;
  for (const { path } of entries) {
    let info: RunInfo;
    try {
      info = readRunInfo(path);
    } catch {
      continue; // A damaged run is not the latest of anything.
    }
    if (completed && info.status !== "completed") continue;
    const startedAt = Date.parse(info.startedAt);
    const isWanted = experiment === undefined || info.experiment === experiment;
    if (latest?.isWanted && !isWanted) continue;
    const isBetter = !latest || isWanted && !latest.isWanted ||
      startedAt >= latest.startedAt;
    if (isBetter) latest = { path, startedAt, isWanted };
  }
  if (latest) return latest.path;
  const what = completed ? "completed run" : "run";
  throw new RangeError(
    `Cannot find a ${what} in ${runs}: deno task train makes one`,
  );
}

/**
 * Reads the configuration of a run as plain data, whatever its experiment.
 *
 * @param runPath The run's directory.
 * @returns The keys and values, `schemaVersion` left out.
 * @throws {Deno.errors.NotFound} If there is no such file.
 * @throws {SyntaxError} If it is no JSON.
 * @throws {RangeError} If it bears an unknown version.
 */
export function readConfigFile(runPath: string): JsonObject {
  checkStaysInside(`${runPath}/config.json`, runPath);
  const { schemaVersion: _, ...config } = readJsonFile(
    `${runPath}/config.json`,
  );
  return config;
}

/**
 * Writes the configuration of a run.
 *
 * @param runPath The run's directory.
 * @param config The whole configuration as resolved.
 */
export function writeConfigFile(runPath: string, config: object): void {
  writeJsonFile(`${runPath}/config.json`, config);
}
