/**
 * Sweep files: what a sweep is to run, as JSON, and the JSON Schema by which an
 * editor checks and completes them.
 *
 * @module
 */

import type { Field } from "../core/config/fields.ts";
import {
  ConfigError,
  type ConfigSchema,
  unknownKey,
} from "../core/config/schema.ts";
import type { Experiment } from "../core/experiment.ts";
import { readJsonFile } from "../core/store/json_file.ts";
import { isRange, type Range } from "../core/sweep/ranges.ts";
import type { ValueLists } from "../core/sweep/specification.ts";
import { isJsonObject, type JsonObject } from "../core/utils/json.ts";

/** What a sweep file holds. */
export interface SweepFile {
  /** Its path. */
  readonly path: string;
  /** The experiment's file. */
  readonly experiment?: string;
  /** Values that all configurations have. */
  readonly config: JsonObject;
  /** Every combination of these values is run. */
  readonly grid: ValueLists;
  /** Values of keys that move together. */
  readonly zip: ValueLists;
  /** Each is a grid of its own, around what the others give. */
  readonly vary: readonly ValueLists[];
  /** Where values are drawn from. */
  readonly range: Readonly<Record<string, Range>>;
  /** The settings of the evaluations; defaults are left out. */
  readonly eval: readonly JsonObject[];
  /** All else: the values of flags, by their keys. */
  readonly flags: JsonObject;
}

const isText = (value: unknown) => typeof value === "string";
const isSeeds = (value: unknown) =>
  isText(value) || (Array.isArray(value) && value.every(Number.isSafeInteger));
const everyValue = (is: (value: unknown) => boolean) => (value: unknown) =>
  isJsonObject(value) && Object.values(value).every(is);
const isValues = (value: unknown) => Array.isArray(value) && value.length > 0;

/** The keys that are no flags of the same form: what they hold, and in words. */
const KEYS: Readonly<
  Record<string, readonly [is: (value: unknown) => boolean, rule: string]>
> = {
  $schema: [isText, "the path of a JSON Schema"],
  experiment: [isText, "the path of an experiment"],
  config: [isJsonObject, 'an object of values: { "batchSize": 64 }'],
  grid: [
    everyValue(isValues),
    'an object of lists: { "learningRate": [0.001, 0.01] }',
  ],
  zip: [
    everyValue(isValues),
    'an object of lists: { "learningRate": [0.001, 0.01] }',
  ],
  vary: [
    (value) => Array.isArray(value) && value.every(everyValue(isValues)),
    'a list of objects of lists: [{ "learningRate": [0.001, 0.01] }]',
  ],
  range: [
    everyValue(isRange),
    'an object of ranges: { "learningRate": { "log": [1e-5, 0.1] } }, the ' +
    "lower end first, and of log above 0",
  ],
  eval: [
    (value) => Array.isArray(value) && value.every(isJsonObject),
    'a list of settings: [{ "nSteps": [10, 50] }]',
  ],
  seeds: [isSeeds, 'whole numbers: [0, 1, 2] or "0..2"'],
};

/**
 * Reads a sweep file.
 *
 * @param path Its path.
 * @param schema The flags that it may give values of.
 * @returns What it holds.
 * @throws {ConfigError} If a key is unknown, or its value is of another form.
 */
export function readSweepFile(
  path: string,
  schema: ConfigSchema<object>,
): SweepFile {
  const { schemaVersion: _, ...content } = readJsonFile(path, {
    unversioned: true,
  });
  const known = [...new Set([...Object.keys(KEYS), ...schema.keys])];
  const problems: string[] = [];
  for (const [key, value] of Object.entries(content)) {
    const [is, rule] = KEYS[key] ?? [];
    if (!known.includes(key)) {
      problems.push(`${unknownKey(key, known)} (in ${path})`);
    } else if (is && !is(value)) {
      problems.push(`"${key}" in ${path} must be ${rule}`);
    }
  }
  if (problems.length > 0) throw new ConfigError(problems);
  const { experiment, config, grid, zip, vary, range, ...others } =
    content as unknown as Partial<SweepFile>;
  const { eval: evaluations, ...rest } = others;
  const { $schema: _schema, seeds, ...flags } = rest as JsonObject;
  return {
    path,
    ...(experiment ? { experiment } : {}),
    ...{ config: config ?? {}, grid: grid ?? {}, zip: zip ?? {} },
    ...{ vary: vary ?? [], range: range ?? {}, eval: evaluations ?? [] },
    flags: seeds === undefined
      ? flags
      : { ...flags, seeds: Array.isArray(seeds) ? seeds.join(",") : seeds },
  };
}

/**
 * Writes the JSON Schema of the sweep files of an experiment.
 *
 * @param experiment The experiment.
 * @param schema The flags that a sweep file may give values of.
 * @returns The schema (JSON Schema, draft 2020-12).
 */
export function describeSweepFile(
  { name, configSchema, evalConfigSchema }: Experiment,
  schema: ConfigSchema<object>,
): JsonObject {
  const valuesOf = (
    of: ConfigSchema<object>,
    wrap: (type: JsonObject) => JsonObject = (type) => type,
  ) => ({
    type: "object",
    additionalProperties: false,
    properties: Object.fromEntries(
      of.keys.filter((key) => key !== "seed").map((
        key,
      ) => [key, wrap(describeField(of.field(key)))]),
    ),
  });
  const list = (items: JsonObject) => ({ type: "array", minItems: 1, items });
  const lists = valuesOf(configSchema, list);
  const pair = { ...list({ type: "number" }), minItems: 2, maxItems: 2 };
  const only = (kind: string, value: JsonObject) => ({
    ...{ type: "object", additionalProperties: false, required: [kind] },
    properties: { [kind]: value },
  });
  const ranges = valuesOf(configSchema, (type) => ({
    oneOf: [
      only("log", pair),
      only("linear", pair),
      only("choice", list(type)),
    ],
  }));
  const flags = schema.keys.filter((key) => !(key in KEYS)).map((
    key,
  ) => [key, describeField(schema.field(key))]);
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: `A sweep of ${name}`,
    type: "object",
    additionalProperties: false,
    properties: {
      $schema: { type: "string" },
      experiment: { type: "string", description: KEYS.experiment![1] },
      config: valuesOf(configSchema),
      ...{ grid: lists, zip: lists, range: ranges },
      vary: { description: KEYS.vary![1], type: "array", items: lists },
      eval: { type: "array", items: valuesOf(evalConfigSchema) },
      seeds: {
        description: KEYS.seeds![1],
        oneOf: [
          {
            type: "string",
            pattern: "^\\d+(\\.\\.\\d+)?(,\\d+(\\.\\.\\d+)?)*$",
          },
          list({ type: "integer", minimum: 0 }),
        ],
      },
      ...Object.fromEntries(flags),
    },
  };
}

function describeField(field: Field<unknown>): JsonObject {
  const { default: value, description, rule, choices } = field;
  const type = (one: unknown) =>
    typeof one === "number" ? "number" : typeof one;
  const one = choices ? { enum: choices } : {};
  return {
    description: `${description} (${rule})`,
    default: value,
    ...(Array.isArray(value)
      ? {
        type: "array",
        items: value.length > 0 ? { type: type(value[0]), ...one } : {},
      }
      : { type: type(value), ...one }),
  };
}
