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
import { align } from "./align.ts";

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
  const changes = changesOnTheWay(info).join("; ");
  return { ...listFacts(info), ...(changes ? { resumed: changes } : {}) };
}

function findDifferences(a: JsonObject, b: JsonObject): Difference[] {
  const text = (of: JsonObject, key: string) =>
    Object.hasOwn(of, key) ? formatValue(of[key]) : NO_VALUE;
  return Object.keys({ ...a, ...b })
    .map((name) => ({ name, first: text(a, name), second: text(b, name) }))
    .filter(({ first, second }) => first !== second);
}

/** Not a file, but the packages that the source's imports mean. */
const PACKAGES = "packages";

function readTexts({ files, imports }: Source): Map<string, string> {
  const decoder = new TextDecoder();
  const packages = Array.from(imports, ([name, to]) => `${name} ${to}\n`);
  return new Map([
    ...files.entries().map(([path, content]): [string, string] => [
      path,
      decoder.decode(content),
    ]),
    [PACKAGES, packages.sort().join("")],
  ]);
}

function diffSources(a: Source, b: Source): Record<string, string> {
  const before = readTexts(a), after = readTexts(b);
  const paths = new Set([...before.keys(), ...after.keys()]);
  const changed = [...paths].sort()
    .filter((path) => before.get(path) !== after.get(path));
  return Object.fromEntries(changed.map((path) => {
    const texts = [before.get(path) ?? "", after.get(path) ?? ""] as const;
    return [path, createTwoFilesPatch(path, path, ...texts)];
  }));
}

/**
 * Formats the differences of two runs, for people to read.
 *
 * @param differences What differs.
 * @param isFull Whether to print all of the code that differs, line by line.
 * @returns The text, in sections.
 */
export function formatDiff(
  { runs, configuration, environment, code, unknownCode }: RunDifferences,
  isFull = false,
): string {
  const codeLines = unknownCode.length > 0
    ? [`  unknown: the source of ${unknownCode.join(", ")}`]
    : Object.keys(code).length === 0
    ? ["  the same"]
    : isFull
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

/**
 * Counts the lines in which files of the source differ.
 *
 * @param code What differs.
 * @returns By path, how many lines were added and removed.
 */
export function countLines(
  code: RunDifferences["code"],
): (readonly [path: string, text: string])[] {
  return Object.entries(code).map(([path, patch]) => {
    const lines = patch.split("\n");
    // Two of them name the files.
    const count = (sign: string) =>
      lines.filter((line) => line.startsWith(sign)).length - 1;
    return [path, `+${count("+")} -${count("-")} lines`] as const;
  });
}

function summarizeCode(code: RunDifferences["code"]): string[] {
  const counts = countLines(code);
  const omitted = counts.length - MAX_FILES;
  return [
    ...align(counts.slice(0, MAX_FILES)),
    ...(omitted > 0 ? [`  and ${omitted} more`] : []),
    "  --full prints them line by line",
  ];
}

function formatDifferences(differences: readonly Difference[]): string[] {
  if (differences.length === 0) return ["  the same"];
  return align(
    differences.map((
      { name, first, second },
    ) => [name, `${singleLine(first)} → ${singleLine(second)}`]),
  );
}
