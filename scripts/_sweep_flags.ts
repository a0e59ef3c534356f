/**
 * The flags that specify what a sweep runs.
 *
 * @module
 */

import {
  type Field,
  integer,
  type Seeded,
  text,
  texts,
} from "../core/config/fields.ts";
import {
  ConfigSchema,
  type ConfigSource,
  unknownKey,
} from "../core/config/schema.ts";
import {
  parseRange,
  parseValue,
  type Range,
  RANGE_RULE,
  splitOutsideBrackets,
} from "../core/sweep/ranges.ts";
import type { Specification } from "../core/sweep/specification.ts";
import type { JsonObject } from "../core/utils/json.ts";
import { usageError } from "./_command.ts";
import type { SweepFile } from "./_sweep_file.ts";

/** The flags that specify what a sweep runs. */
export interface SpecificationFlags {
  /** Every combination of these values. */
  readonly grid: readonly string[];
  /** Values that move together. */
  readonly zip: readonly string[];
  /** Values of one key at a time. */
  readonly vary: readonly string[];
  /** The ranges of drawn values. */
  readonly range: readonly string[];
  /** The number of configurations drawn at random. */
  readonly random: number;
  /** The number of configurations from a Sobol sequence. */
  readonly sobol: number;
  /** The seed of the draws. */
  readonly sampleSeed: number;
  /** The seeds of each configuration. */
  readonly seeds: string;
  /** The evaluations that follow each training. */
  readonly eval: readonly string[];
}

/** The schema of {@linkcode SpecificationFlags}. */
export const specificationSchema: ConfigSchema<SpecificationFlags> =
  new ConfigSchema<SpecificationFlags>({
    grid: texts({
      placeholder: "<key=a,b,…>",
      description: "every combination of these values; repeat it for more keys",
    }),
    zip: texts({
      placeholder: "<key=a,b,…>",
      description: "values that move together with those of the other --zip",
    }),
    vary: texts({
      placeholder: "<key=a,b,…>",
      description:
        "each of these values, with all other keys as usual; repeat it for an " +
        "ablation study",
    }),
    range: texts({
      placeholder: "<key=range>",
      description:
        "draw values from log(1e-5,1e-1), linear(0,1) or choice(32,64)",
    }),
    random: integer({
      default: 0,
      min: 0,
      defaultText: "none",
      description: "how many configurations to draw from the ranges at random",
    }),
    sobol: integer({
      default: 0,
      min: 0,
      defaultText: "none",
      description: "how many to draw evenly, by a Sobol sequence",
    }),
    sampleSeed: integer({
      default: 0,
      min: 0,
      description: "the seed of the drawn configurations",
    }),
    seeds: text({
      placeholder: "<0..4|1,2,3>",
      description: "the seeds of each configuration [default: that of --seed]",
    }),
    eval: texts({
      placeholder: "<'key=value …'|default>",
      description: "evaluate each run with these settings; repeatable",
    }),
  });

/** What to run: configurations, their seeds and evaluations. */
export interface SweepRequest {
  /** The configurations. */
  readonly specification: Specification;
  /** The seeds of each. */
  readonly seeds: readonly number[];
  /** The settings of the evaluations, as resolved. */
  readonly evaluations: readonly JsonObject[];
}

/** The input of {@linkcode readRequest}. */
export interface RequestSources {
  /** The flags, with defaults from the file. */
  readonly flags: SpecificationFlags;
  /** The values of the configuration's flags. */
  readonly fixed: ConfigSource;
  /** The sweep file, if there is one. */
  readonly file: SweepFile | null;
  /** The experiment's configuration. */
  readonly configSchema: ConfigSchema<Seeded>;
  /** The experiment's settings of evaluations. */
  readonly evalConfigSchema: ConfigSchema<object>;
}

/**
 * Reads what a sweep runs. Flags take precedence over the file.
 *
 * @param sources Flags and file.
 * @returns What to run; the values of configurations are unchecked.
 * @throws {ConfigError} If a flag does not have the form KEY=…, or a key is unknown.
 */
export function readRequest(sources: RequestSources): SweepRequest {
  const { flags, fixed, file, configSchema, evalConfigSchema } = sources;
  // Checked now, for errors that name the flag.
  const { seed } = configSchema.resolve([fixed]);
  const { seed: fixedSeed, ...config } = fixed.values;
  if (fixedSeed !== undefined && flags.seeds !== "") {
    throw usageError(
      "Give either --seed or --seeds" +
        (file?.flags.seeds === undefined ? "" : ` (in ${file.path})`),
    );
  }
  const grid = readLists(flags.grid, "grid", configSchema);
  const zip = readLists(flags.zip, "zip", configSchema);
  const range = readAll(flags.range, "range", configSchema, readRange);
  const given = new Set(
    [config, grid, zip, range].flatMap((values) => Object.keys(values)),
  );
  const others = <T>(values: Readonly<Record<string, T>> = {}) =>
    Object.fromEntries(
      Object.entries(values).filter(([key]) => !given.has(key)),
    );
  const { random, sobol, sampleSeed } = flags;
  return {
    specification: {
      config: { ...others(file?.config), ...config },
      grid: { ...others(file?.grid), ...grid },
      zip: { ...others(file?.zip), ...zip },
      vary: [
        ...(file?.vary ?? []),
        ...flags.vary.map((text) => readLists([text], "vary", configSchema)),
      ],
      range: { ...others(file?.range), ...range },
      ...{ random, sobol, sampleSeed },
    },
    seeds: parseSeeds(flags.seeds, seed),
    evaluations: flags.eval.length > 0
      ? flags.eval.map((text) => parseEvaluation(text, evalConfigSchema))
      : (file?.eval ?? []).map((values) => {
        const nameKey = (key: string) => `"${key}" in ${file!.path}`;
        return evalConfigSchema.resolve([{ values, nameKey }]) as JsonObject;
      }),
  };
}

function readAll<T>(
  texts: readonly string[],
  flag: string,
  schema: ConfigSchema<object>,
  read: (text: string, field: Field<unknown>) => T,
): Record<string, T> {
  const values: Record<string, T> = {};
  for (const text of texts) {
    const { key, value } = parseAssignment(text, flag, schema);
    if (Object.hasOwn(values, key)) {
      throw usageError(
        `--${flag} has ${key} twice: give all its values at once`,
      );
    }
    values[key] = read(value, schema.field(key));
  }
  return values;
}

function readLists(
  texts: readonly string[],
  flag: string,
  schema: ConfigSchema<object>,
): Record<string, readonly unknown[]> {
  return readAll(
    texts,
    flag,
    schema,
    (text, field) =>
      splitOutsideBrackets(text).map((part) => parseValue(part, field)),
  );
}

function readRange(text: string, field: Field<unknown>): Range {
  const range = parseRange(text, field);
  if (range) return range;
  throw usageError(`--range must be KEY=${RANGE_RULE}, not "${text}"`);
}

/** Splits `KEY=VALUE`; the key may be written like a flag. */
function parseAssignment(
  text: string,
  flag: string,
  schema: ConfigSchema<object>,
): { readonly key: string; readonly value: string } {
  const [, name, value] = /^(?:--)?([\w-]+)=(.+)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined) {
    throw usageError(`--${flag} must be KEY=VALUE, not "${text}"`);
  }
  const key = name.replaceAll(
    /-([a-z])/g,
    (_, letter: string) => letter.toUpperCase(),
  );
  if (schema.keys.includes(key)) return { key, value };
  throw usageError(`${unknownKey(key, schema.keys)} (in --${flag})`);
}

const SPAN = /^(\d+)(?:\.\.(\d+))?$/;
const MAX_SEEDS = 100_000;

/**
 * Parses seeds.
 *
 * @param text `0..4`, or `1,2,3`; empty for the default.
 * @param usual The default seed.
 * @returns The seeds, each once.
 * @throws {ConfigError} If it is neither.
 */
export function parseSeeds(text: string, usual: number): number[] {
  if (text === "") return [usual];
  const seeds = text.split(",").flatMap((part) => {
    const [, first = NaN, last = first] = SPAN.exec(part.trim()) ?? [];
    const length = Number(last) - Number(first) + 1;
    if (!(length > 0 && length <= MAX_SEEDS)) return [NaN];
    return Array.from({ length }, (_, index) => Number(first) + index);
  });
  if (seeds.every(Number.isSafeInteger)) return [...new Set(seeds)];
  throw usageError(
    "--seeds must be whole numbers such as 0..4 or 1,2,3, at most " +
      `${MAX_SEEDS} of them, not "${text}"`,
  );
}

/**
 * Parses the settings of an evaluation.
 *
 * @param text `nSteps=10,50 nSamples=1000`, or `default`.
 * @param schema The experiment's settings of evaluations.
 * @returns The settings, as resolved.
 * @throws {ConfigError} If a key is unknown, or a value breaks its rule.
 */
export function parseEvaluation(
  text: string,
  schema: ConfigSchema<object>,
): JsonObject {
  const parts = text.trim() === "default" ? [] : text.trim().split(/\s+/);
  const values = parts.map((part) => {
    const { key, value } = parseAssignment(part, "eval", schema);
    const field = schema.field(key);
    const parsed = parseValue(value, field);
    const isList = splitOutsideBrackets(value).length > 1;
    if (
      isList && !Array.isArray(field.default) &&
      field.check(parsed) === undefined
    ) {
      throw usageError(
        `${key} takes one value, not ${value} (in --eval): give --eval once ` +
          "for each",
      );
    }
    return [key, parsed];
  });
  const nameKey = (key: string) => `${key} in --eval`;
  const source = { values: Object.fromEntries(values), nameKey };
  return schema.resolve([source]) as JsonObject;
}
