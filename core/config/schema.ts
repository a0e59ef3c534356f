/**
 * The schema of a configuration: all its keys, and what follows from them.
 *
 * @module
 */

import leven from "leven";
import type { Field, Fields } from "./fields.ts";
import { checkStaysInside } from "../store/safe_path.ts";
import { exists } from "../utils/exists.ts";
import { isJsonObject, type JsonObject, preview } from "../utils/json.ts";
import { readJsonFile } from "../store/json_file.ts";
import { readConfigFile } from "../store/run_file.ts";

/** A wrong configuration or command line, with all that is wrong in it. */
export class ConfigError extends RangeError {
  /** Everything that is wrong: where, and what would be right, a line each. */
  readonly problems: readonly string[];

  /**
   * Joins all problems to one message, with a line for each.
   *
   * @param problems Everything that is wrong; at least one problem.
   * @param options What caused it, if that was another error.
   */
  constructor(problems: readonly string[], options?: ErrorOptions) {
    super(problems.join("\n"), options);
    this.name = "ConfigError";
    this.problems = problems;
  }
}

/** Values of a configuration, and where they come from. */
export interface ConfigSource {
  /** The values by key; others keep their defaults. */
  readonly values: Readonly<Record<string, unknown>>;
  /** How errors name a key of this source: `--batch-size`. */
  readonly nameKey: (key: string) => string;
  /**
   * Whether it is the complete configuration of a run. Missing keys were added
   * later, and have the value that was in effect before.
   */
  readonly isWhole?: boolean;
}

/**
 * The keys of a configuration `T`, in order.
 *
 * @example
 * ```ts
 * import { assertEquals, assertThrows } from "@std/assert";
 * import { ConfigError, ConfigSchema, integer, number } from "whisker";
 *
 * const schema = new ConfigSchema({
 *   degree: integer({ default: 1, min: 0, description: "of the polynomial" }),
 *   ridge: number({ default: 0, min: 0, description: "of the penalty" }),
 * });
 * assertEquals(schema.parse({ degree: 3 }), { degree: 3, ridge: 0 });
 * assertThrows(
 *   () => schema.parse({ degre: 3 }),
 *   ConfigError,
 *   'Unknown key "degre": did you mean "degree"?',
 * );
 * ```
 */
export class ConfigSchema<T extends object> {
  /** The keys by name. */
  readonly fields: Fields<T>;

  /** Makes a schema of keys by their names. */
  constructor(fields: Fields<T>) {
    this.fields = Object.freeze({ ...fields });
  }

  /** The names of the keys, in order. */
  get keys(): readonly string[] {
    return Object.keys(this.fields);
  }

  /** Finds one of the keys by its name. */
  field(key: string): Field<unknown> {
    return this.fields[key as keyof T];
  }

  /** The configuration in which every key has its default. */
  get defaults(): T {
    return Object.freeze(this.#collect("default")) as T;
  }

  /**
   * The value of each key that was in effect before the key was added. Runs keep
   * these, so that they can be compared with older ones.
   */
  get before(): JsonObject {
    return this.#collect("before");
  }

  #collect(value: "default" | "before"): Record<string, unknown> {
    const values = this.keys.map((key) => [key, this.field(key)[value]]);
    return Object.fromEntries(values);
  }

  /**
   * Completes values of some or all keys by the defaults of the others.
   *
   * @returns The whole configuration, frozen.
   * @throws {ConfigError} If a key is unknown or its value breaks its rule.
   */
  parse(values: object): T {
    const nameKey = (key: string) => `"${key}"`;
    return this.resolve([{ values: { ...values }, nameKey }]);
  }

  /**
   * Combines several sources into a configuration. Later sources take precedence
   * over earlier ones, and all of them over the defaults.
   *
   * @returns The whole configuration, frozen.
   * @throws {ConfigError} If a key is unknown or its value breaks its rule.
   */
  resolve(sources: readonly ConfigSource[]): T {
    const problems: string[] = [];
    const config = this.#collect("default");
    for (const { values, nameKey, isWhole } of sources) {
      if (isWhole) Object.assign(config, this.before);
      for (const [key, value] of Object.entries(values)) {
        if (!Object.hasOwn(config, key)) {
          problems.push(unknownKey(key, this.keys, { nameKey }));
          continue;
        }
        const { check, rule } = this.field(key);
        config[key] = check(value);
        if (config[key] !== undefined) continue;
        problems.push(`${nameKey(key)} must be ${rule}, not ${preview(value)}`);
      }
    }
    if (problems.length > 0) throw new ConfigError(problems);
    return Object.freeze(config) as T;
  }

  /**
   * Reads the configuration of a run, as it was resolved.
   *
   * @throws {Deno.errors.NotFound} If there is no such file.
   * @throws {SyntaxError} If it is not JSON.
   * @throws {ConfigError} If it does not match the schema.
   */
  load(runPath: string): T {
    return this.resolve([{
      values: readConfigFile(runPath),
      nameKey: (key) => `"${key}" in ${runPath}/config.json`,
      isWhole: true,
    }]);
  }

  /** Formats how a configuration differs from the defaults: `key=value, …`. */
  formatChanges(config: T): string {
    return this.keys
      .map((key) => [key, formatValue(config[key as keyof T])] as const)
      .filter(([key, value]) => value !== formatValue(this.field(key).default))
      .map(([key, value]) => `${key}=${value}`)
      .join(", ");
  }
}

/** Makes a schema of some keys of another. */
export function pickFields<T extends object, K extends keyof T & string>(
  schema: ConfigSchema<T>,
  keys: readonly K[],
): ConfigSchema<Pick<T, K>> {
  const fields = keys.map((key) => [key, schema.field(key)]);
  return new ConfigSchema(Object.fromEntries(fields) as Fields<Pick<T, K>>);
}

/** Formats a value as its flag takes it: `128,64,32`, `0.001`, `linear`. */
export function formatValue(value: unknown): string {
  if (Array.isArray(value)) return value.map(formatValue).join(",");
  return isJsonObject(value) ? JSON.stringify(value, sortKeys) : String(value);
}

/** Sorts the keys of objects, so that equal objects have equal texts. */
function sortKeys(_key: string, value: unknown): unknown {
  return isJsonObject(value)
    ? Object.fromEntries(
      Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1),
    )
    : value;
}

/**
 * Reads the values of a file, a run's `config.json` for example.
 *
 * @param path The JSON file; `schemaVersion` may be missing.
 * @returns The values, to be resolved with others.
 * @throws {Deno.errors.NotFound} If there is no such file.
 * @throws {SyntaxError} If it is not JSON.
 * @throws {TypeError} If it is not an object.
 * @throws {RangeError} If its version is unknown, or it is the `config.json` of
 * a run and a link that leads out of it.
 */
export function readConfigSource(path: string): ConfigSource {
  const [, folder] = /^(.+)\/config\.json$/.exec(path) ?? [];
  // In a folder that is not a run, links are the user's own.
  if (folder && exists(`${folder}/run.json`)) checkStaysInside(path, folder);
  const { schemaVersion: _, ...values } = readJsonFile(path, {
    unversioned: true,
  });
  return { values, nameKey: (key) => `"${key}" in ${path}` };
}

/** How {@linkcode unknownKey} words its message. */
export interface UnknownKeyOptions {
  /** How to name a key: `--batch-size`. */
  readonly nameKey?: (key: string) => string;
  /** What a key is: `flag`. */
  readonly kind?: string;
}

/** Writes the error message of an unknown key, with the nearest known one. */
export function unknownKey(
  key: string,
  known: readonly string[],
  options: UnknownKeyOptions = {},
): string {
  const { nameKey = (key) => key, kind = "key" } = options;
  const nearest = closest(key, known);
  const hint = nearest === undefined
    ? `choose from ${known.map(nameKey).join(", ")}`
    : `did you mean ${nameKey(nearest)}?`;
  return `Unknown ${kind} ${nameKey(key)}: ${hint}`;
}

/** How many letters may be wrong: two, or two in five of a long name. */
const WRONG_LETTERS = 2;
const WRONG_SHARE = 0.4;
/** A longer text is not a misspelt name, and is slow to compare. */
const MAX_NAME_LENGTH = 1000;

/** Finds the known name nearest to a misspelt one; undefined if none is near. */
export function closest(
  name: string,
  known: readonly string[],
): string | undefined {
  if (name.length > MAX_NAME_LENGTH) return undefined;
  const distance = (other: string) =>
    leven(name.toLowerCase(), other.toLowerCase());
  const nearest = known.toSorted((a, b) => distance(a) - distance(b))[0];
  if (nearest === undefined) return undefined;
  const most = Math.max(WRONG_LETTERS, WRONG_SHARE * nearest.length);
  return distance(nearest) <= most ? nearest : undefined;
}
