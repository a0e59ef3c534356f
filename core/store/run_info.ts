/**
 * `run.json`: what ran, on what, and how it ended.
 *
 * @module
 */

import { isJsonObject, type JsonObject, preview } from "../utils/json.ts";
import type { WriteOptions } from "./atomic_write.ts";
import { isAlive } from "./lock.ts";
import { writeJsonFile } from "./json_file.ts";
import { type MetricDeclaration, parseMetrics } from "./metric_declaration.ts";
import { MAX_BYTES } from "./limits.ts";
import { runIdFromPath } from "./run_directory.ts";
import { readRunFile } from "./run_file.ts";

/** How a run stands, as its own file says. */
export type RunStatus = "running" | "completed" | "failed" | "interrupted";

/** All statuses that a run can bear itself. */
export const STATUSES: readonly unknown[] = [
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
export interface Environment {
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
export interface RunInfo extends Environment {
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
  readonly resumed?: readonly (Environment & { readonly at: string })[];
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
  /** What the experiment declares about its metrics; older runs lack it. */
  readonly metrics?: Readonly<Record<string, MetricDeclaration>>;
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
  const max = MAX_BYTES.runFile;
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
  const info = readRunFile(runPath, RUN_FILE, MAX_BYTES.runFile);
  const wrong = (field: string, rule: string) =>
    new TypeError(
      `Cannot read ${path} as ${field} must be ${rule}: current value is ${
        preview(info[field])
      }`,
    );
  if (!STATUSES.includes(info.status)) {
    throw wrong("status", `one of ${STATUSES.join(", ")}`);
  }
  if (!isDate(info.startedAt)) throw wrong("startedAt", "a date");
  if (typeof info.experiment !== "string") throw wrong("experiment", "a name");
  const { data: _, error: _error, ...known } = info;
  const { before, resumed, settings, contents, sizes, metrics, ...others } =
    known;
  const sessions = Array.isArray(resumed) ? resumed.filter(isJsonObject) : [];
  return {
    // What is not known stays: it may be of a later version.
    ...others,
    ...parseSession(info),
    runId: runIdFromPath(runPath),
    experiment: info.experiment,
    status: info.status as RunStatus,
    startedAt: info.startedAt,
    tags: parseStrings(info.tags),
    note: textOf(info.note),
    ...(isJsonObject(settings) ? { settings } : {}),
    ...(isJsonObject(before) ? { before } : {}),
    ...(isJsonObject(metrics) ? { metrics: parseMetrics(metrics) } : {}),
    ...(isJsonObject(contents) ? { contents: pickStrings(contents) } : {}),
    ...(isJsonObject(sizes) ? { sizes: pickNumbers(sizes) } : {}),
    ...(sessions.length === 0 ? {} : {
      resumed: sessions.map((session) => ({
        at: textOf(session.at),
        ...parseEnvironment(session),
      })),
    }),
  };
}

/** What runs and evaluations tell alike, each field of its type. */
export function parseSession(
  info: JsonObject,
):
  & Environment
  & Pick<RunInfo, "finishedAt" | "seconds" | "command" | "args" | "error"> {
  const { error } = info;
  return {
    ...parseEnvironment(info),
    finishedAt: isDate(info.finishedAt) ? info.finishedAt : null,
    seconds: typeof info.seconds === "number" ? info.seconds : null,
    command: textOf(info.command),
    args: parseStrings(info.args),
    ...(isJsonObject(error)
      ? { error: { name: textOf(error.name), message: textOf(error.message) } }
      : {}),
  };
}

/** The fields that are texts. */
function pickStrings(value: JsonObject): Record<string, string> {
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, text]) =>
      typeof text === "string" ? [[name, text]] : []
    ),
  );
}

/** The fields that are numbers. */
function pickNumbers(value: JsonObject): Record<string, number> {
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, number]) =>
      typeof number === "number" ? [[name, number]] : []
    ),
  );
}

/** What a session rests on, each field of its type. */
function parseEnvironment(info: JsonObject): Environment {
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
    permissions: isJsonObject(permissions) ? pickStrings(permissions) : null,
    ...(textOf(data) === "" ? {} : { data: textOf(data) }),
  };
}

const ISO_DATE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

/** Says whether a value is a date with a time (ISO 8601). */
export function isDate(value: unknown): value is string {
  return typeof value === "string" && ISO_DATE.test(value) &&
    !Number.isNaN(Date.parse(value));
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function parseStrings(value: unknown): string[] {
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
export function readStatus(
  runPath: string,
  info: RunInfo,
): RunStatus | "died" {
  if (info.status !== "running" || isAlive(runPath)) return info.status;
  // It may have come to its end since its file was read.
  const { status } = readRunInfo(runPath);
  return status === "running" ? "died" : status;
}
