/**
 * In what two runs differ: configuration, code, surroundings.
 *
 * @module
 */

import { createTwoFilesPatch } from "diff";
import { formatValue } from "../../core/config/schema.ts";
import type { Source } from "../../core/store/source.ts";
import { changesOnTheWay, factsOf } from "../../core/run/environment.ts";
import type { JsonObject } from "../../core/utils/json.ts";
import { printable } from "../../core/utils/terminal.ts";
import { singleLine } from "../compare/labels.ts";
import type { RunInfo } from "../../core/store/run_info.ts";
import { NO_VALUE } from "../statistics/format.ts";

/** A run as it is compared here. */
export interface ComparedRun {
  /** What ran, and on what. */
  readonly info: RunInfo;
  /** Its configuration. */
  readonly config: JsonObject;
  /** Its source; null where that is not known, or not kept here. */
  readonly source: Source | null;
}

/** Something that two runs have different values of. */
export interface Difference {
  /** What it is. */
  readonly name: string;
  /** Its value in the first run, as text. */
  readonly first: string;
  /** Its value in the second run, as text. */
  readonly second: string;
}

/** In what two runs differ. */
export interface RunDifferences {
  /** The two runs. */
  readonly runs: readonly [string, string];
  /** Keys of the configuration. */
  readonly configuration: readonly Difference[];
  /** Versions, engine, machine, rights. */
  readonly surroundings: readonly Difference[];
  /** Files of the source that differ, as unified diffs by path. */
  readonly code: Readonly<Record<string, string>>;
  /** Which of the two sources is not known. */
  readonly unknownCode: readonly string[];
}

/**
 * Says in what two runs differ.
 *
 * @param a The first run.
 * @param b The second run.
 * @returns Their differences; results are no part of it.
 */
export function diffRuns(a: ComparedRun, b: ComparedRun): RunDifferences {
  const unknownCode = [a, b]
    .filter(({ source }) => source === null)
    .map(({ info }) => info.runId);
  return {
    runs: [a.info.runId, b.info.runId],
    configuration: differing(
      { experiment: a.info.experiment, ...a.config },
      { experiment: b.info.experiment, ...b.config },
    ),
    surroundings: differing(factsOfRun(a.info), factsOfRun(b.info)),
    code: a.source && b.source ? diffSources(a.source, b.source) : {},
    unknownCode,
  };
}

/** What a run rests on, and what of it changed while it was stopped. */
function factsOfRun(info: RunInfo): JsonObject {
  const changes = changesOnTheWay(info);
  return {
    ...factsOf(info),
    ...(changes.length > 0 ? { resumed: changes.join("; ") } : {}),
  };
}

function differing(a: JsonObject, b: JsonObject): Difference[] {
  const text = (of: JsonObject, key: string) =>
    Object.hasOwn(of, key) ? formatValue(of[key]) : NO_VALUE;
  return Array.from(new Set([...Object.keys(a), ...Object.keys(b)]))
    .map((name) => ({ name, first: text(a, name), second: text(b, name) }))
    .filter(({ first, second }) => first !== second);
}

function diffSources(a: Source, b: Source): Record<string, string> {
  const decoder = new TextDecoder();
  const textOf = ({ files }: Source, path: string) =>
    decoder.decode(files.get(path) ?? new Uint8Array());
  const paths = new Set([...a.files.keys(), ...b.files.keys()]);
  const packages = ({ imports }: Source) =>
    Array.from(imports, ([name, target]) => `${name} ${target}\n`)
      .sort().join("");
  const pairs = [
    ...[...paths].sort().map((path) =>
      [path, textOf(a, path), textOf(b, path)] as const
    ),
    // No file of the source, but what its names mean.
    ["packages", packages(a), packages(b)] as const,
  ];
  return Object.fromEntries(
    pairs.filter(([, first, second]) => first !== second)
      .map(([path, first, second]) => [
        path,
        createTwoFilesPatch(path, path, first, second),
      ]),
  );
}

/**
 * Writes in what two runs differ, for people to read.
 *
 * @param differences What differs.
 * @returns The text, in sections.
 */
export function formatDiff(differences: RunDifferences): string {
  const { runs, configuration, surroundings, code, unknownCode } = differences;
  const patches = Object.values(code)
    // The rule above each patch says nothing.
    .map((patch) => patch.replace(/^=+\n/, "").trimEnd());
  const codeLines = unknownCode.length > 0
    ? [`  not known of ${unknownCode.join(", ")}`]
    : patches.length > 0
    ? patches
    : ["  the same"];
  return printable([
    `--- ${runs[0]}\n+++ ${runs[1]}`,
    ["Configuration", ...listed(configuration)].join("\n"),
    ["Environment", ...listed(surroundings)].join("\n"),
    ["Code", ...codeLines].join("\n"),
  ].join("\n\n"));
}

function listed(differences: readonly Difference[]): string[] {
  if (differences.length === 0) return ["  the same"];
  const names = differences.map(({ name }) => singleLine(name));
  const width = Math.max(...names.map((name) => name.length));
  return differences.map(({ first, second }, index) =>
    `  ${names[index]!.padEnd(width)}  ${singleLine(first)} → ${
      singleLine(second)
    }`
  );
}
