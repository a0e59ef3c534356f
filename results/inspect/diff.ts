/**
 * In what two runs differ: configuration, environment, code.
 *
 * @module
 */

import { createTwoFilesPatch } from "diff";
import { formatValue } from "../../core/config/schema.ts";
import type { Source } from "../../core/store/source.ts";
import { changesOnTheWay, listFacts } from "../../core/run/environment.ts";
import type { JsonObject } from "../../core/utils/json.ts";
import type { RunInfo } from "../../core/store/run_info.ts";
import { singleLine } from "../compare/labels.ts";
import { NO_VALUE } from "../statistics/format.ts";

/** A run to compare. */
export interface ComparedRun {
  /** What ran, and on what. */
  readonly info: RunInfo;
  /** Its configuration. */
  readonly config: JsonObject;
  /** Its source; null if it is unknown, or not stored here. */
  readonly source: Source | null;
}

/** A value that differs between two runs. */
export interface Difference {
  /** Its name. */
  readonly name: string;
  /** The value in the first run, as text. */
  readonly first: string;
  /** The value in the second run, as text. */
  readonly second: string;
}

/** In what two runs differ. */
export interface RunDifferences {
  /** The two runs. */
  readonly runs: readonly [string, string];
  /** Keys of the configuration. */
  readonly configuration: readonly Difference[];
  /** Versions, engine, machine, rights. */
  readonly environment: readonly Difference[];
  /** Files of the source that differ, as unified diffs by path. */
  readonly code: Readonly<Record<string, string>>;
  /** The runs whose source is unknown. */
  readonly unknownCode: readonly string[];
}

/**
 * Compares two runs.
 *
 * @param a The first run.
 * @param b The second run.
 * @returns Their differences, except for those of their results.
 */
export function diffRuns(a: ComparedRun, b: ComparedRun): RunDifferences {
  const unknownCode = [a, b]
    .filter(({ source }) => source === null)
    .map(({ info }) => info.runId);
  return {
    runs: [a.info.runId, b.info.runId],
    configuration: findDifferences(
      { experiment: a.info.experiment, ...a.config },
      { experiment: b.info.experiment, ...b.config },
    ),
    environment: findDifferences(readFacts(a.info), readFacts(b.info)),
    code: a.source && b.source ? diffSources(a.source, b.source) : {},
    unknownCode,
  };
}

/** What a run depends on, and what of it changed while it was stopped. */
function readFacts(info: RunInfo): JsonObject {
  const changes = changesOnTheWay(info);
  return {
    ...listFacts(info),
    ...(changes.length > 0 ? { resumed: changes.join("; ") } : {}),
  };
}

function findDifferences(a: JsonObject, b: JsonObject): Difference[] {
  const text = (of: JsonObject, key: string) =>
    Object.hasOwn(of, key) ? formatValue(of[key]) : NO_VALUE;
  return Array.from(new Set([...Object.keys(a), ...Object.keys(b)]))
    .map((name) => ({ name, first: text(a, name), second: text(b, name) }))
    .filter(({ first, second }) => first !== second);
}

function diffSources(a: Source, b: Source): Record<string, string> {
  const decoder = new TextDecoder();
  const decode = ({ files }: Source, path: string) =>
    decoder.decode(files.get(path) ?? new Uint8Array());
  const paths = new Set([...a.files.keys(), ...b.files.keys()]);
  const listPackages = ({ imports }: Source) =>
    Array.from(imports, ([name, target]) => `${name} ${target}\n`)
      .sort().join("");
  const pairs = [
    ...[...paths].sort().map((path) =>
      [path, decode(a, path), decode(b, path)] as const
    ),
    // Not a file, but the packages that the source's imports mean.
    ["packages", listPackages(a), listPackages(b)] as const,
  ];
  return Object.fromEntries(
    pairs.filter(([, first, second]) => first !== second)
      .map(([path, first, second]) => [
        path,
        createTwoFilesPatch(path, path, first, second),
      ]),
  );
}

/** How {@linkcode formatDiff} formats. */
export interface DiffFormat {
  /** Whether to print all of the code that differs, line by line. */
  readonly full?: boolean;
}

/**
 * Formats the differences of two runs, for people to read.
 *
 * @param differences What differs.
 * @param format How much to print.
 * @returns The text, in sections.
 */
export function formatDiff(
  { runs, configuration, environment, code, unknownCode }: RunDifferences,
  { full = false }: DiffFormat = {},
): string {
  const codeLines = unknownCode.length > 0
    ? [`  unknown: the source of ${unknownCode.join(", ")}`]
    : Object.keys(code).length === 0
    ? ["  the same"]
    : full
    // The rule above each patch has no meaning.
    ? Object.values(code).map((patch) => patch.replace(/^=+\n/, "").trimEnd())
    : summarizeCode(code);
  return [
    `--- ${runs[0]}\n+++ ${runs[1]}`,
    ["Configuration", ...formatDifferences(configuration)].join("\n"),
    ["Environment", ...formatDifferences(environment)].join("\n"),
    ["Code", ...codeLines].join("\n"),
  ].join("\n\n");
}

/** So many files are listed in a summary. */
const MAX_FILES = 20;

function summarizeCode(code: RunDifferences["code"]): string[] {
  const paths = Object.keys(code);
  const listed = paths.slice(0, MAX_FILES);
  const width = Math.max(...listed.map((path) => path.length));
  const rows = listed.map((path) => {
    const lines = code[path]!.split("\n");
    // Two of them are the names of the files.
    const count = (sign: string) =>
      lines.filter((line) => line.startsWith(sign)).length - 1;
    return `  ${singleLine(path).padEnd(width)}  +${count("+")} -${
      count("-")
    } lines`;
  });
  const omitted = paths.length - listed.length;
  return [
    ...rows,
    ...(omitted > 0 ? [`  and ${omitted} more`] : []),
    "  --full prints them line by line",
  ];
}

function formatDifferences(differences: readonly Difference[]): string[] {
  if (differences.length === 0) return ["  the same"];
  const width = Math.max(
    ...differences.map(({ name }) => singleLine(name).length),
  );
  return differences.map(({ name, first, second }) =>
    `  ${singleLine(name).padEnd(width)}  ${singleLine(first)} → ${
      singleLine(second)
    }`
  );
}
