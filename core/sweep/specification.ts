/**
 * The specification of a sweep: values and ranges from flags and sweep files, and
 * the configurations that follow.
 *
 * @module
 */

import type { Seeded } from "../config/fields.ts";
import {
  ConfigError,
  type ConfigSchema,
  formatValue,
  unknownKey,
} from "../config/schema.ts";
import { type JsonObject, preview } from "../utils/json.ts";
import { RandomStream } from "../utils/random.ts";
import { type Range, valueAt } from "./ranges.ts";
import { MAX_SOBOL_DIMENSIONS, sobolPoints } from "./sobol.ts";

/** Values of keys: `{ learningRate: [0.001, 0.01] }`. */
export type ValueLists = Readonly<Record<string, readonly unknown[]>>;

/** Which configurations a sweep runs. */
export interface Specification {
  /** Values that all configurations have. */
  readonly config: JsonObject;
  /** Every combination of these values is run. */
  readonly grid: ValueLists;
  /** The first values of these keys together, the second ones, and so on. */
  readonly zip: ValueLists;
  /** Each is a separate grid of changes to the other configurations. */
  readonly vary?: readonly ValueLists[];
  /** The ranges of drawn values. */
  readonly range: Readonly<Record<string, Range>>;
  /** The number of configurations drawn at random. */
  readonly random: number;
  /** The number of configurations from a Sobol sequence. */
  readonly sobol: number;
  /** The seed of the draws. */
  readonly sampleSeed: number;
}

/** More configurations than this are most likely a mistake. */
const MAX_ROWS = 100_000;

/**
 * Lists the configurations of a sweep.
 *
 * @param specification Values and ranges.
 * @param schema The experiment's configuration.
 * @returns The resolved configurations, each once; their seeds have no meaning.
 * @throws {ConfigError} If a key is unknown or given twice, or a value breaks its
 * rule.
 */
export function expandRows(
  specification: Specification,
  schema: ConfigSchema<Seeded>,
): Seeded[] {
  checkKeys(specification, schema);
  const { config, grid, zip } = specification;
  let rows: JsonObject[] = [config];
  const multiply = (values: readonly JsonObject[]) => {
    if (rows.length * values.length > MAX_ROWS) {
      throw new ConfigError([
        `A sweep may have at most ${MAX_ROWS} configurations: leave out some ` +
        "values",
      ]);
    }
    rows = rows.flatMap((row) => values.map((more) => ({ ...row, ...more })));
  };
  multiply(combine(grid));
  const [[, first] = []] = Object.entries(zip);
  if (first) {
    multiply(first.map((_, index) =>
      Object.fromEntries(
        Object.entries(zip).map(([key, values]) => [key, values[index]]),
      )
    ));
  }
  const samples = drawSamples(specification, schema);
  if (samples.length > 0) multiply(samples);
  const variants = (specification.vary ?? []).flatMap(combine);
  multiply([{}, ...variants]);
  const nameKey = (key: string) => `"${key}" of the sweep`;
  const resolved = rows.map((values) => schema.resolve([{ values, nameKey }]));
  // A varied key may also have its usual value, and draws may coincide.
  return [
    ...new Map(resolved.map((row) => [JSON.stringify(row), row])).values(),
  ];
}

/** Lists every combination of values. */
function combine(lists: ValueLists): JsonObject[] {
  return Object.entries(lists).reduce<JsonObject[]>(
    (rows, [key, values]) =>
      rows.flatMap((row) => values.map((value) => ({ ...row, [key]: value }))),
    [{}],
  );
}

function checkKeys(
  { config, grid, zip, vary = [], range, random, sobol }: Specification,
  schema: ConfigSchema<Seeded>,
): void {
  const problems: string[] = [];
  const parts: [string, Readonly<Record<string, unknown>>][] = [
    ...Object.entries({ config, grid, zip, range }),
    ...vary.map((lists): [string, ValueLists] => ["vary", lists]),
  ];
  const places = new Map<string, string>();
  for (const [part, values] of parts) {
    // A varied key may have its usual value in the configuration.
    const allowed = part === "vary" ? ["config", "vary"] : [];
    for (const [key, value] of Object.entries(values)) {
      const before = places.get(key);
      if (!schema.keys.includes(key)) {
        problems.push(`${unknownKey(key, schema.keys)} (in ${part})`);
      } else if (key === "seed") {
        problems.push("Give seeds by --seeds, as 0..4 or 1,2,3");
      } else if (before !== undefined && !allowed.includes(before)) {
        problems.push(`${key} is given twice: in ${before} and ${part}`);
      } else if (Array.isArray(value) && part !== "config") {
        const { check, rule } = schema.field(key);
        const checked = value.map(check);
        for (const [index, one] of checked.entries()) {
          if (one !== undefined) continue;
          problems.push(`${key} must be ${rule}, not ${preview(value[index])}`);
        }
        // Of values that move together, one may repeat.
        if (part !== "zip") problems.push(...findRepeated(key, checked, part));
      }
      places.set(key, part);
    }
  }
  const lengths = new Set(Object.values(zip).map(({ length }) => length));
  if (lengths.size > 1) {
    problems.push(
      "Keys of --zip need the same number of values: " +
        Object.entries(zip).map(([key, { length }]) => `${key} has ${length}`)
          .join(", "),
    );
  }
  const keys = Object.keys(zip).filter((key) => schema.keys.includes(key));
  if (lengths.size === 1 && keys.length > 0) {
    const rows = zip[keys[0]!]!.map((_, row) =>
      keys.map((key) => {
        const value = zip[key]![row];
        return `${key}=${formatValue(schema.field(key).check(value) ?? value)}`;
      }).join(", ")
    );
    const repeated = rows.find((row, i) => rows.indexOf(row) < i);
    if (repeated) problems.push(`${repeated} is given twice (in zip)`);
  }
  const nRanges = Object.keys(range).length;
  if (nRanges > 0 && random + sobol === 0) {
    problems.push(
      "Ranges need --random N or --sobol N: how many configurations to draw",
    );
  }
  if (nRanges === 0 && random + sobol > 0) {
    problems.push(
      "Give at least one --range, such as learningRate=log(1e-5,1e-1)",
    );
  }
  if (random > 0 && sobol > 0) {
    problems.push("Give either --random or --sobol");
  }
  if (sobol > 0 && nRanges > MAX_SOBOL_DIMENSIONS) {
    problems.push(
      `--sobol takes at most ${MAX_SOBOL_DIMENSIONS} ranges: use --random`,
    );
  }
  if (problems.length > 0) throw new ConfigError(problems);
}

/** Finds a value that a key has twice, perhaps as different texts: 1e-3 and 0.001. */
function findRepeated(
  key: string,
  values: readonly unknown[],
  part: string,
): string[] {
  const texts = values.map((value) => JSON.stringify(value));
  const repeated =
    values[texts.findIndex((text, i) => texts.indexOf(text) < i)];
  if (repeated === undefined) return [];
  const list = values.flat().join(",");
  const hint = values.every((value) => Array.isArray(value) && value.length < 2)
    ? `; to give one list, write ${key}=[${list}]`
    : "";
  return [
    `${key} has the value ${preview(repeated)} twice (in ${part})${hint}`,
  ];
}

/** Draws the values of the ranges. */
function drawSamples(
  { range, random, sobol, sampleSeed }: Specification,
  schema: ConfigSchema<Seeded>,
): JsonObject[] {
  const ranges = Object.entries(range);
  const points = sobol > 0
    ? sobolPoints(sobol, ranges.length, sampleSeed)
    : drawPoints(random, ranges.length, sampleSeed);
  return points.map((point) =>
    Object.fromEntries(
      ranges.map(([key, range], index) => [
        key,
        valueAt(range, point[index]!, schema.field(key), key),
      ]),
    )
  );
}

function drawPoints(n: number, dimensions: number, seed: number): number[][] {
  const stream = new RandomStream(seed, "sweep/random");
  return Array.from(
    { length: n },
    () => Array.from({ length: dimensions }, () => stream.uniform()),
  );
}
