/**
 * All that is known of one run.
 *
 * @module
 */

import { formatValue } from "../../core/config/schema.ts";
import { listFacts } from "../../core/run/environment.ts";
import { CHECKPOINT_FILE } from "../../core/store/checkpoint.ts";
import { formatSize } from "../../core/store/limits.ts";
import { HISTORY_FILE } from "../../core/store/lock.ts";
import { HistoryReader } from "../../core/store/history.ts";
import { ifExists } from "../../core/store/if_exists.ts";
import type { JsonObject } from "../../core/utils/json.ts";
import {
  formatNumber,
  type ResultCollection,
} from "../../core/utils/results.ts";
import {
  readRunInfo,
  readStatus,
  type RunInfo,
  type RunStatus,
} from "../../core/store/run_info.ts";
import {
  type EvaluationInfo,
  readEvaluations,
} from "../../core/store/evaluations.ts";
import { type Problem, readConfigFile } from "../../core/store/run_file.ts";
import { readRecords } from "../../core/store/records.ts";
import { align } from "./align.ts";
import { formatAge, formatStatus } from "./runs.ts";

/** All that is known of one run. */
export interface RunDescription {
  /** The run's directory. */
  readonly path: string;
  /** Its state; `died` if it is marked running, but its process is gone. */
  readonly status: RunStatus | "died";
  /** What ran, on what, and how it ended. */
  readonly info: RunInfo;
  /** Its configuration. */
  readonly config: JsonObject;
  /** Its records, those of the training first. */
  readonly records: ResultCollection;
  /** Its evaluations, oldest first. */
  readonly evaluations: readonly EvaluationInfo[];
  /** A summary of its history, as far as it can be read; null without one. */
  readonly history: {
    /** The number of lines after the header. */
    readonly lines: number;
    /** The last line. */
    readonly last: JsonObject | null;
  } | null;
  /** The size of its last checkpoint in bytes; null without one. */
  readonly checkpoint: number | null;
  /** What could not be read. */
  readonly problems: readonly Problem[];
}

/**
 * Reads all that is known of one run.
 *
 * @param path The run's directory.
 * @returns What its files say.
 * @throws {Deno.errors.NotFound} If it has no `run.json` or `config.json`.
 * @throws {SyntaxError} If one of these is no JSON.
 * @throws {TypeError} If one of these lacks what every run has.
 * @throws {RangeError} If one of these bears an unknown version.
 */
export function readRun(path: string): RunDescription {
  const info = readRunInfo(path);
  const config = readConfigFile(path);
  const problems: Problem[] = [];
  const read = {
    records: readRecords(path, problems),
    evaluations: readEvaluations(path, problems),
    history: readProgress(path, info, problems),
  };
  const checkpoint = `${path}/${CHECKPOINT_FILE}`;
  return {
    path,
    status: readStatus(path, info),
    info,
    config,
    ...read,
    checkpoint: ifExists(() => Deno.lstatSync(checkpoint))?.size ?? null,
    // A file of records that cannot be read is one of an evaluation as well.
    problems: [
      ...new Map(problems.map((problem) => [problem.reason, problem])).values(),
    ],
  };
}

/** Reads a history to its end or first damage. */
function readProgress(
  path: string,
  { runId }: RunInfo,
  problems: Problem[],
): RunDescription["history"] {
  let lines = 0, last: JsonObject | null = null;
  try {
    for (last of new HistoryReader(path)) lines++;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    const reason = (error as Error).message;
    problems.push({ run: runId, file: `${path}/${HISTORY_FILE}`, reason });
  }
  return { lines, last };
}

/** Names and texts, one line each. */
export type Lines = readonly (readonly [name: string, text: string])[];

/** A section of what is known of a run. */
export interface Section {
  /** Its heading. */
  readonly title: string;
  /** Its lines; none where nothing is known. */
  readonly lines: Lines;
}

/**
 * Describes what is known of a run in sections.
 *
 * @param run What is known.
 * @returns All of it except for configuration, records and problems.
 */
export function describeSections(run: RunDescription): Section[] {
  const { info, evaluations, history } = run;
  const last: Lines = history?.last ? [["last", formatLine(history.last)]] : [];
  const lines: Lines = history
    ? [["lines", String(history.lines)], ...last]
    : [];
  return [
    { title: "Run", lines: formatHead(run) },
    { title: "History", lines },
    ...evaluations.map((evaluation) => ({
      title: `Evaluation of ${evaluation.startedAt}`,
      lines: formatEvaluation(evaluation, info),
    })),
    {
      title: "Code and environment",
      lines: Object.entries(listFacts(info)).map(formatFact),
    },
    ...(info.resumed ?? []).map((session) => ({
      title: `Resumed ${session.at}`,
      lines: formatChanges(listFacts(info), listFacts(session)),
    })),
  ];
}

/**
 * Formats what is known of a run, for people to read.
 *
 * @param run What is known.
 * @returns The text, in sections.
 */
export function formatRun(run: RunDescription): string {
  const { config, records, problems } = run;
  const [head, ...others] = describeSections(run);
  const sections: Section[] = [
    head!,
    { title: "Configuration", lines: Object.entries(config).map(formatFact) },
    {
      title: "Records",
      lines: Array.from(records, (record) => [String(record), ""]),
    },
    ...others,
    { title: "Problems", lines: problems.map(({ reason }) => [reason, ""]) },
  ];
  return sections
    .filter(({ lines }) => lines.length > 0)
    .map(({ title, lines }) => [title, ...align(lines)].join("\n"))
    .join("\n\n");
}

function formatHead(run: RunDescription): Lines {
  const { info, status, checkpoint } = run;
  const { seconds, error, tags, note, command, args } = info;
  const resume = `deno task train --resume ${info.runId}`;
  const lines: Lines = [
    ["id", info.runId],
    ["directory", run.path],
    ["experiment", info.experiment],
    ["status", formatStatus(run.path, status)],
    ["started", `${info.startedAt}, ${formatAge(info.startedAt)}`],
    ["took", seconds === null ? "" : `${seconds.toFixed(1)} s`],
    ["command", command && `deno task ${command} ${args.join(" ")}`],
    ["tags", tags.join(", ")],
    ["note", note],
    ["error", error ? `${error.name}: ${error.message}` : ""],
    [
      "checkpoint",
      checkpoint === null ? "" : `${formatSize(checkpoint)}; ${resume}`,
    ],
  ];
  return lines.filter(([, text]) => text !== "");
}

function formatEvaluation(evaluation: EvaluationInfo, info: RunInfo): Lines {
  const { status, seconds, evalConfig, error } = evaluation;
  const took = seconds === null ? "" : ` in ${seconds.toFixed(1)} s`;
  return [
    ["status", error ? `${status}: ${error.message}` : status + took],
    ...Object.entries(evalConfig).map(formatFact),
    // What it shares with the training is listed there.
    ...formatChanges(listFacts(info), listFacts(evaluation)),
  ];
}

function formatChanges(
  before: Readonly<Record<string, string>>,
  now: Readonly<Record<string, string>>,
): Lines {
  const changes = Object.entries(now).filter(([name, fact]) =>
    before[name] !== fact
  );
  return changes.length > 0 ? changes : [["environment", "the same"]];
}

function formatFact([key, value]: [string, unknown]): Lines[number] {
  return [key, formatValue(value)];
}

/** Formats a line of a history, whose numbers are known to 17 digits. */
function formatLine(line: JsonObject): string {
  return Object.entries(line).map(([key, value]) =>
    `${key}=${
      typeof value === "number" ? formatNumber(value) : formatValue(value)
    }`
  ).join(", ");
}
