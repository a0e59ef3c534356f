/**
 * `run.json`: what ran, on what, and how it ended.
 *
 * @module
 */

import * as v from "valibot";
import {
  environmentEntries,
  ifObject,
  ifValid,
  isDate,
  isNumber,
  isText,
  omitUndefined,
  parseFile,
  pick,
  required,
  sessionEntries,
  text,
  textOrNull,
  texts,
} from "./_schemas.ts";
import { isJsonObject, type JsonObject } from "../utils/json.ts";
import type { WriteOptions } from "./atomic_write.ts";
import { isAlive } from "./lock.ts";
import { writeJsonFile } from "./json_file.ts";
import { type MetricDeclaration, parseMetrics } from "./metric_declaration.ts";
import type { ErrorDescription } from "../utils/describe_error.ts";
import { MAX_BYTES } from "./limits.ts";
import { runIdFromPath } from "./run_directory.ts";
import { fromDisk, type RunReader } from "./run_file.ts";

/** How a run stands, as its own file says. */
export type RunStatus = "running" | "completed" | "failed" | "interrupted";

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
export interface Environment {
  /** The versions of what it ran on; null where it was not used. */
  readonly versions: Readonly<Record<string, string | null>>;
  /** The engine that did the arithmetic; null where none was chosen. */
  readonly engine: string | null;
  /** How that engine rounds; null where none was chosen, or in older runs. */
  readonly numerics: Numerics | null;
  /** A hash of the data, where the experiment gives one. */
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
  /** The Git commit of the project; null outside a repository. */
  readonly commit: string | null;
  /** What the process was allowed, by kind: all, a folder, or none. */
  readonly permissions: Readonly<Record<string, string>> | null;
}

/** What the files of a training and of an evaluation have in common. */
export interface SessionInfo extends Environment {
  /** The run's id, which is its directory's name. */
  readonly runId: string;
  /** The status. */
  readonly status: RunStatus;
  /** When it started: ISO 8601, UTC. */
  readonly startedAt: string;
  /** When it ended: ISO 8601, UTC; null until then. */
  readonly finishedAt: string | null;
  /** How long it took, on the monotonic clock; null until it ended. */
  readonly seconds: number | null;
  /** The command that ran it: `train` or `eval`. */
  readonly command: string;
  /** The command's arguments. */
  readonly args: readonly string[];
  /** Why it failed. */
  readonly error?: ErrorDescription;
}

/** What a run of a sweep is for, if it is more than one of a list. */
export type SweepRole = "until-resolved" | "search" | "confirm";

/** Which sweep a run belongs to. */
export interface SweepMark {
  /** The sweep's name. */
  readonly name: string;
  /** Identifies the run: a hash of experiment, configuration, data and source. */
  readonly identity: string;
  /** What it is for; left out where it is one of a list. */
  readonly role?: SweepRole;
}

/** What ran and how it ended: `run.json`. */
export interface RunInfo extends SessionInfo {
  /** The name of the experiment. */
  readonly experiment: string;
  /** The experiment's file within the project; null where it is Whisker's own. */
  readonly experimentFile: string | null;
  /** Its settings, which it is resumed with; older runs lack them. */
  readonly settings?: JsonObject;
  /** Each time that it was resumed: when, and in which environment. */
  readonly resumed?: readonly (Environment & { readonly at: string })[];
  /** The user's tags. */
  readonly tags: readonly string[];
  /** The user's note. */
  readonly note: string;
  /** The sweep that it belongs to, if there is one. */
  readonly sweep?: SweepMark;
  /**
   * For each key of the configuration, the value that was in effect before the
   * key existed. Older runs that lack the key are compared by it.
   */
  readonly before?: JsonObject;
  /** How long the training is, if it has said so by `run.progress`. */
  readonly planned?: {
    /** What is counted: `steps`, for example. */
    readonly unit: string;
    /** How many there are. */
    readonly total: number;
  };
  /** What the experiment declares about its metrics; older runs lack it. */
  readonly metrics?: Readonly<Record<string, MetricDeclaration>>;
  /**
   * How many bytes the history had where the training paused, by the place:
   * `500steps`.
   */
  readonly pauses?: Readonly<Record<string, number>>;
  /** SHA-256 of each file of a completed training, by its path in the run. */
  readonly contents?: Readonly<Record<string, string>>;
  /** The size of each of these files in bytes; older runs lack it. */
  readonly sizes?: Readonly<Record<string, number>>;
  /**
   * Files and folders that were left out when the run was published, by their
   * paths in the run: `metrics.jsonl`, `model`.
   */
  readonly omitted?: readonly string[];
}

/** What is not known stays: it may be of a later version. */
const runInfoSchema = v.looseObject({
  ...sessionEntries,
  experiment: required(v.string("a name")),
  experimentFile: textOrNull,
  tags: texts,
  note: text,
  settings: ifObject,
  sweep: ifValid(v.pipe(
    v.object({
      name: v.string(),
      identity: v.string(),
      role: ifValid(v.picklist(["until-resolved", "search", "confirm"])),
    }),
    v.transform(omitUndefined),
  )),
  omitted: v.optional(texts),
  before: ifObject,
  planned: ifValid(v.object({ unit: v.string(), total: v.number() })),
  metrics: v.optional(v.pipe(v.unknown(), v.transform(parseMetrics))),
  contents: ifValid(pick(isText)),
  sizes: ifValid(pick(isNumber)),
  pauses: ifValid(pick(isNumber)),
  resumed: ifValid(v.pipe(
    v.array(v.unknown()),
    v.transform((sessions) => sessions.filter(isJsonObject)),
    v.array(v.pipe(
      v.object({ at: text, ...environmentEntries }),
      v.transform(omitUndefined),
    )),
    v.transform((sessions) => sessions.length > 0 ? sessions : undefined),
  )),
});

/** The fields of {@linkcode RunSummary}. */
const SUMMARY_KEYS = [
  "status",
  "experiment",
  "startedAt",
  "finishedAt",
  "seconds",
  "tags",
  "note",
  "error",
  "versions",
  "engine",
  "source",
  "resumed",
  "before",
  "metrics",
  "omitted",
  "sweep",
] as const;

/** What lists and comparisons of many runs know of each. */
export type RunSummary = Pick<RunInfo, typeof SUMMARY_KEYS[number]>;

/**
 * Reads what lists and comparisons need to know of a run.
 *
 * @param runPath The run's directory.
 * @param reader Reads the run.
 * @returns The summary, with those fields that `run.json` has. Runs whose fields
 * are equal may share them.
 * @throws What {@linkcode readRunInfo} throws.
 */
export function readSummary(
  runPath: string,
  reader: RunReader = fromDisk,
): RunSummary {
  const content = reader.read(runPath, RUN_FILE, MAX_BYTES.runFile);
  // A schema of the whole file takes ten times as long.
  return summarize((key) => readField(key, content[key])) ??
    summarize((key) => parseInfo(runPath, content)[key])!;
}

function summarize(
  read: (key: typeof SUMMARY_KEYS[number]) => unknown,
): RunSummary | undefined {
  const summary: Record<string, unknown> = {};
  for (const key of SUMMARY_KEYS) {
    const value = read(key);
    if (value === UNCLEAR) return undefined;
    if (value !== undefined) summary[key] = value;
  }
  return summary as unknown as RunSummary;
}

/** Is of a field of which the schema of the whole file decides. */
const UNCLEAR = Symbol();

/** What was read of fields that runs have in common, by field and JSON. */
const common = new Map<string, unknown>();

const MAX_COMMON = 10_000;

function readField(key: typeof SUMMARY_KEYS[number], value: unknown): unknown {
  const check = FILE_FIELDS[key] ?? PLAIN_FIELDS[key];
  if (check) return check(value) ? value : UNCLEAR;
  const schema = runInfoSchema.entries[key];
  if (value === undefined) return schema.type === "optional" ? value : UNCLEAR;
  if (common.size > MAX_COMMON) common.clear();
  return common.getOrInsertComputed(`${key} ${JSON.stringify(value)}`, () => {
    const { success, output } = v.safeParse(schema as v.GenericSchema, value);
    return success ? output : UNCLEAR;
  });
}

const isTextOrNull = (value: unknown) => value === null || isText(value);

/** Checks of fields that differ from run to run: a schema takes ten times as long. */
const PLAIN_FIELDS: Readonly<Record<string, (value: unknown) => boolean>> = {
  experiment: isText,
  startedAt: isText,
  finishedAt: isTextOrNull,
  seconds: (value) => value === null || isNumber(value),
  note: isText,
};

/** Checks of those that are stricter for `run.json`. */
const FILE_FIELDS: typeof PLAIN_FIELDS = {
  startedAt: isDate,
  finishedAt: (value) => value === null || isDate(value),
};

/**
 * Checks a value of a field of summaries that were kept outside `run.json`.
 *
 * @param key The field.
 * @param value The value.
 * @returns The value as {@linkcode readRunInfo} gives it.
 * @throws {TypeError} If there is no such field, or it has no such value.
 */
export function checkSummaryField(key: string, value: unknown): unknown {
  const isPlain = PLAIN_FIELDS[key];
  if (isPlain?.(value)) return value;
  const isField = SUMMARY_KEYS.some((one) => one === key);
  if (isPlain || !isField) throw new TypeError(`Cannot use ${key} of a run`);
  const schema =
    runInfoSchema.entries[key as keyof typeof runInfoSchema.entries];
  return v.parse(schema as v.GenericSchema, value);
}

const RUN_FILE = "run.json";

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
  const maxBytes = MAX_BYTES.runFile;
  writeJsonFile(`${runPath}/${RUN_FILE}`, info, { ...options, maxBytes });
}

/**
 * Reads `run.json`.
 *
 * @param runPath The run's directory.
 * @param reader Reads the run.
 * @returns What ran, and its status as the file says it.
 * @throws {Deno.errors.NotFound} If there is no such file.
 * @throws {SyntaxError} If it is no JSON.
 * @throws {TypeError} If status, start or experiment is missing; any other field
 * that is not of its type counts as empty.
 * @throws {RangeError} If it has an unknown version.
 */
export function readRunInfo(
  runPath: string,
  reader: RunReader = fromDisk,
): RunInfo {
  const info = reader.read(runPath, RUN_FILE, MAX_BYTES.runFile);
  return parseInfo(runPath, info);
}

function parseInfo(runPath: string, content: JsonObject): RunInfo {
  const parsed = parseFile(runInfoSchema, content, `${runPath}/${RUN_FILE}`);
  return { ...parsed, runId: runIdFromPath(runPath) };
}

/**
 * Says whether a file was left out when a run was published.
 *
 * @param info What `run.json` says.
 * @param path The file's path in the run.
 * @returns Whether it need not be there.
 */
export function isOmitted(
  { omitted = [] }: Pick<RunInfo, "omitted">,
  path: string,
): boolean {
  return omitted.some((one) => path === one || path.startsWith(`${one}/`));
}

/**
 * Reads a run's status: what its file says, or `died` if it is marked running, but
 * its process is gone.
 *
 * @param runPath The run's directory.
 * @param info What `run.json` says.
 * @returns The status to show.
 */
export function readStatus(
  runPath: string,
  info: Pick<RunInfo, "status">,
): RunStatus | "died" {
  if (info.status !== "running" || isAlive(runPath)) return info.status;
  // It may have come to its end since its file was read.
  const { status } = readRunInfo(runPath);
  return status === "running" ? "died" : status;
}
