/**
 * How the flags of a sweep are read.
 *
 * @module
 */

import type { Field, Seeded } from "../core/config/fields.ts";
import { type ConfigSchema, unknownKey } from "../core/config/schema.ts";
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

/** The flags that say what a sweep is to run. */
export interface SpecificationFlags {
  readonly grid: readonly string[];
  readonly zip: readonly string[];
  readonly range: readonly string[];
  readonly random: number;
  readonly sobol: number;
  readonly sampleSeed: number;
}

/**
 * Reads what a sweep is to run.
 *
 * @param flags The flags.
 * @param fixed Values that all configurations have.
 * @param schema The experiment's configuration.
 * @returns What is to run, its values not yet checked.
 * @throws {ConfigError} If a flag is not of the form KEY=…, or has no such key.
 */
export function parseSpecification(
  flags: SpecificationFlags,
  fixed: JsonObject,
  schema: ConfigSchema<Seeded>,
): Specification {
  const readAll = <T>(
    flag: "grid" | "zip" | "range",
    read: (text: string, field: Field<unknown>) => T,
  ): Record<string, T> => {
    const values: Record<string, T> = {};
    for (const text of flags[flag]) {
      const { key, value } = parseAssignment(text, flag, schema);
      if (Object.hasOwn(values, key)) {
        throw usageError(
          `--${flag} has ${key} twice: give it all values at once`,
        );
      }
      values[key] = read(value, schema.field(key));
    }
    return values;
  };
  const readValues = (text: string, field: Field<unknown>) =>
    splitOutsideBrackets(text).map((part) => parseValue(part, field));
  const { random, sobol, sampleSeed } = flags;
  const { seed: _, ...config } = fixed;
  return {
    config,
    grid: readAll("grid", readValues),
    zip: readAll("zip", readValues),
    range: readAll("range", (text, field): Range => {
      const range = parseRange(text, field);
      if (range) return range;
      throw usageError(`--range must be KEY=${RANGE_RULE}, not "${text}"`);
    }),
    ...{ random, sobol, sampleSeed },
  };
}

/** Splits `KEY=VALUE`; the key may be written as its flag is. */
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

const SPAN = /^(\d+)\.\.(\d+)$/;

/**
 * Reads seeds.
 *
 * @param text `0..4`, or `1,2,3`; empty for the usual one.
 * @param usual The seed where none is given.
 * @returns The seeds, each once.
 * @throws {ConfigError} If it is neither.
 */
export function parseSeeds(text: string, usual: number): number[] {
  if (text === "") return [usual];
  const seeds = text.split(",").flatMap((part) => {
    const [, first, last] = SPAN.exec(part.trim()) ?? [];
    if (first === undefined) {
      return [/^\d+$/.test(part.trim()) ? Number(part) : NaN];
    }
    const length = Number(last) - Number(first) + 1;
    if (!(length > 0 && length <= MAX_SEEDS)) return [NaN];
    return Array.from({ length }, (_, index) => Number(first) + index);
  });
  if (seeds.every(Number.isSafeInteger)) return [...new Set(seeds)];
  throw usageError(
    `--seeds must be whole numbers such as 0..4 or 1,2,3, not "${text}"`,
  );
}

const MAX_SEEDS = 100_000;

/**
 * Reads the settings of an evaluation.
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
    return [key, parseValue(value, schema.field(key))];
  });
  const source = {
    values: Object.fromEntries(values),
    nameKey: (key: string) => `${key} in --eval`,
  };
  return schema.resolve([source]) as JsonObject;
}
