/**
 * All that is known of one run, readably.
 *
 * @module
 */

import { formatValue } from "../../core/config/schema.ts";
import { factsOf } from "../../core/run/environment.ts";
import { CHECKPOINT_FILE } from "../../core/store/checkpoint.ts";
import { HISTORY_FILE } from "../../core/store/lock.ts";
import { HistoryReader } from "../../core/store/history.ts";
import type { JsonObject } from "../../core/utils/json.ts";
import { printable } from "../../core/utils/terminal.ts";
import { singleLine } from "../compare/labels.ts";
import type { ResultCollection } from "../../core/utils/results.ts";
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
import { formatAge } from "./runs.ts";

/** All that is known of one run. */
export interface RunDescription {
  /** The run's directory. */
  readonly path: string;
  /** How it stands; `died` where it says `running` and nobody lives. */
  readonly status: RunStatus | "died";
  /** What ran, on what, and how it ended. */
  readonly info: RunInfo;
  /** Its configuration. */
  readonly config: JsonObject;
  /** Its records, those of the training first. */
  readonly records: ResultCollection;
  /** Its evaluations, oldest first. */
  readonly evaluations: readonly EvaluationInfo[];
  /** Its history in short, up to what cannot be read; null if there is none. */
  readonly history: {
    /** How many lines there are after the header. */
    readonly lines: number;
    /** The last of them. */
    readonly last: JsonObject | null;
  } | null;
  /** The bytes of its last checkpoint; null where it has none. */
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
export function describeRun(path: string): RunDescription {
  const info = readRunInfo(path);
  const config = readConfigFile(path);
  const problems: Problem[] = [];
  const file = `${path}/${HISTORY_FILE}`;
  let history: RunDescription["history"] = { lines: 0, last: null };
  try {
    for (const last of new HistoryReader(path)) {
      history = { lines: history.lines + 1, last };
    }
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) history = null;
    else {
      const reason = (error as Error).message;
      problems.push({ run: info.runId, file, reason });
    }
  }
  return {
    path,
    status: readStatus(path, info),
    info,
    config,
    records: readRecords(path, problems),
    evaluations: readEvaluations(path, problems),
    history,
    checkpoint: sizeOf(`${path}/${CHECKPOINT_FILE}`),
    problems,
  };
}

function sizeOf(path: string): number | null {
  try {
    return Deno.lstatSync(path).size;
  } catch {
    return null;
  }
}

type Lines = readonly (readonly [name: string, text: string])[];

/**
 * Writes what is known of a run, for people to read.
 *
 * @param run What is known.
 * @param now The present, in milliseconds of the epoch.
 * @returns The text, in sections.
 */
export function formatRun(run: RunDescription, now = Date.now()): string {
  const { info, config, records, evaluations, history } = run;
  const sections: [title: string, lines: Lines][] = [
    ["Run", headLines(run, now)],
    ["Configuration", Object.entries(config).map(formatFact)],
    ["Records", Array.from(records, (record) => [String(record), ""])],
    [
      "History",
      history
        ? [
          ["lines", String(history.lines)],
          ...history.last ? [["the last", inLine(history.last)] as const] : [],
        ]
        : [],
    ],
    ...evaluations.map((evaluation): [string, Lines] => [
      `Evaluation of ${evaluation.startedAt}`,
      evaluationLines(evaluation, info),
    ]),
    ["Code and surroundings", Object.entries(factsOf(info)).map(formatFact)],
    ...(info.resumed ?? []).map((session): [string, Lines] => [
      `Resumed ${session.at}`,
      changed(factsOf(info), factsOf(session)),
    ]),
  ];
  const text = sections
    .filter(([, lines]) => lines.length > 0)
    .map(([title, lines]) => [title, ...aligned(lines)].join("\n"))
    .join("\n\n");
  return printable(text);
}

function headLines(run: RunDescription, now: number): Lines {
  const { info, status, checkpoint } = run;
  const { seconds, error, tags, note, command, args } = info;
  const optional: [name: string, text: string | null][] = [
    ["took", seconds === null ? null : `${seconds.toFixed(1)} s`],
    ["command", command ? `deno task ${command} ${args.join(" ")}` : null],
    ["tags", tags.join(", ")],
    ["note", note],
    ["error", error ? `${error.name}: ${error.message}` : null],
    [
      "checkpoint",
      checkpoint === null
        ? null
        : `${checkpoint} bytes; deno task train --resume ${info.runId}`,
    ],
  ];
  return [
    ["id", info.runId],
    ["directory", run.path],
    ["experiment", info.experiment],
    ["status", status],
    ["started", `${info.startedAt}, ${formatAge(info.startedAt, now)}`],
    ...optional.flatMap(([name, text]) => text ? [[name, text] as const] : []),
  ];
}

function evaluationLines(evaluation: EvaluationInfo, info: RunInfo): Lines {
  const { status, seconds, evalConfig, error } = evaluation;
  const took = seconds === null ? "" : ` in ${seconds.toFixed(1)} s`;
  return [
    ["status", error ? `${status}: ${error.message}` : status + took],
    ...Object.entries(evalConfig).map(formatFact),
    // What it shares with the training is said there.
    ...changed(factsOf(info), factsOf(evaluation)),
  ];
}

function changed(
  before: Readonly<Record<string, string>>,
  now: Readonly<Record<string, string>>,
): Lines {
  const others = Object.entries(now).filter(([name, fact]) =>
    before[name] !== fact
  );
  return others.length > 0 ? others : [["surroundings", "the same"]];
}

function formatFact(
  [key, value]: [string, unknown],
): readonly [string, string] {
  return [key, formatValue(value)];
}

function inLine(line: JsonObject): string {
  return Object.entries(line).map(([key, value]) =>
    `${key}=${formatValue(value)}`
  ).join(", ");
}

/** Two columns; a text that goes on in another line stays in its own. */
function aligned(lines: Lines): string[] {
  const cleaned = lines.map((texts) =>
    texts.map(singleLine) as [string, string]
  );
  const width = Math.max(...cleaned.map(([name]) => name.length));
  return cleaned.map(([name, text]) =>
    `  ${name.padEnd(width)}  ${text}`.trimEnd()
  );
}
