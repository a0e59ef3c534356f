/**
 * A configuration's schema: all its keys, and what follows from them.
 *
 * @module
 */

import leven from "leven";
import { type Field, type Fields, freezeList } from "./fields.ts";
import { checkStaysInside } from "../store/safe_path.ts";
import { isJsonObject, type JsonObject, preview } from "../utils/json.ts";
import { readJsonFile } from "../store/json_file.ts";
import { readConfigFile, writeConfigFile } from "../store/run_file.ts";

/** One thing that is wrong with a configuration or a command line. */
export interface ConfigProblem {
  /** Where it stands: `--batch-size`, or `batchSize in my.json`. */
  readonly where: string;
  /** What is wrong and what would be right, in one line. */
  readonly message: string;
}

/** A configuration or a command line that is wrong: all of it, said at once. */
export class ConfigError extends RangeError {
  /** Everything that is wrong. */
  readonly problems: readonly ConfigProblem[];

  /**
   * Says it all in one message, a line each.
   *
   * @param problems Everything that is wrong, at least one thing.
   * @param options What caused it, if that was another error.
   */
  constructor(problems: readonly ConfigProblem[], options?: ErrorOptions) {
    super(problems.map(({ message }) => message).join("\n"), options);
    this.name = "ConfigError";
    this.problems = problems;
  }
}

/** Where values come from, so that an error can say it. */
export interface ConfigSource {
  /** The values by key; what is not there keeps its default. */
  readonly values: Readonly<Record<string, unknown>>;
  /** What to call a key of this source: `--batch-size`. */
  readonly formatKey: (key: string) => string;
  /**
   * Whether it is the whole configuration of a run: a key that it lacks was
   * added since, and has the value that was in effect before.
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

  /**
   * Makes a schema of keys.
   *
   * @param fields The keys by name.
   */
  constructor(fields: Fields<T>) {
    this.fields = Object.freeze({ ...fields });
  }

  /** The names of the keys, in order. */
  get keys(): readonly (keyof T & string)[] {
    return Object.keys(this.fields) as (keyof T & string)[];
  }

  /**
   * Looks up one of the keys.
   *
   * @param key The key's name.
   * @returns What the key is.
   */
  field(key: string): Field<unknown> {
    return this.fields[key as keyof T];
  }

  /** The configuration in which every key has its default. */
  get defaults(): T {
    return this.resolve([]);
  }

  /**
   * For each key the value that was in effect before there was that key: what
   * runs keep, so that they can be compared with older ones.
   */
  get before(): JsonObject {
    return Object.fromEntries(
      this.keys.map((key) => [key, this.field(key).before]),
    );
  }

  /**
   * Checks a configuration that is given as one object.
   *
   * @param values Some keys or all; the others keep their defaults.
   * @returns The whole configuration, frozen.
   * @throws {ConfigError} If a key is unknown or its value breaks its rule.
   */
  parse(values: object): T {
    const formatKey = (key: string) => `"${key}"`;
    return this.resolve([{ values: { ...values }, formatKey }]);
  }

  /**
   * Puts a configuration together from several sources, of which a later one
   * prevails over an earlier one, and all prevail over the defaults.
   *
   * @param sources Where values come from.
   * @returns The whole configuration, frozen.
   * @throws {ConfigError} If a key is unknown or its value breaks its rule.
   */
  resolve(sources: readonly ConfigSource[]): T {
    const problems: ConfigProblem[] = [];
    const config = new Map<string, unknown>(
      this.keys.map((key) => [key, this.fields[key].default]),
    );
    for (const { values, formatKey, isWhole } of sources) {
      for (const key of isWhole ? this.keys : []) {
        config.set(key, this.fields[key].before);
      }
      for (const [key, value] of Object.entries(values)) {
        const where = formatKey(key);
        if (!config.has(key)) {
          const message = unknownKey(key, this.keys, { formatKey });
          problems.push({ where, message });
          continue;
        }
        const { check, rule } = this.field(key);
        const checked = check(value);
        if (checked === undefined) {
          const message = `${where} must be ${rule}, not ${preview(value)}`;
          problems.push({ where, message });
        } else config.set(key, freezeList(checked));
      }
    }
    if (problems.length > 0) throw new ConfigError(problems);
    return Object.freeze(Object.fromEntries(config)) as T;
  }

  /**
   * Keeps a configuration in a run directory.
   *
   * @param runPath The run's directory.
   * @param config The whole configuration.
   */
  save(runPath: string, config: T): void {
    writeConfigFile(runPath, config);
  }

  /**
   * Reads the configuration of a run back, as it was resolved then.
   *
   * @param runPath The run's directory.
   * @returns The same configuration as was saved.
   * @throws {Deno.errors.NotFound} If there is no such file.
   * @throws {SyntaxError} If it is no JSON.
   * @throws {ConfigError} If it is not as the schema says.
   */
  load(runPath: string): T {
    return this.resolve([{
      values: readConfigFile(runPath),
      formatKey: (key) => `"${key}" in ${runPath}/config.json`,
      isWhole: true,
    }]);
  }

  /**
   * Says in what a configuration differs from the defaults.
   *
   * @param config The configuration.
   * @returns `key=value, …`; empty where nothing differs.
   */
  changes(config: T): string {
    return this.keys
      .map((key) => [key, formatValue(config[key])] as const)
      .filter(([key, value]) => value !== formatValue(this.field(key).default))
      .map(([key, value]) => `${key}=${value}`)
      .join(", ");
  }

  /**
   * Writes a configuration readably, `key = value` a line.
   *
   * @param config The configuration.
   * @returns The text.
   */
  format(config: T): string {
    const width = Math.max(...this.keys.map((key) => key.length));
    return this.keys
      .map((key) => `${key.padEnd(width)} = ${formatValue(config[key])}`)
      .join("\n");
  }
}

/**
 * Takes some keys of a schema.
 *
 * @param schema The schema.
 * @param keys The names of the keys.
 * @returns A schema of these alone.
 */
export function pickFields<T extends object, K extends keyof T & string>(
  schema: ConfigSchema<T>,
  keys: readonly K[],
): ConfigSchema<Pick<T, K>> {
  const fields = keys.map((key) => [key, schema.field(key)]);
  return new ConfigSchema(Object.fromEntries(fields) as Fields<Pick<T, K>>);
}

/**
 * Writes a value of a configuration as its flag would take it.
 *
 * @param value A value of any key.
 * @returns The text: `128,64,32`, `0.001`, `linear`.
 */
export function formatValue(value: unknown): string {
  if (Array.isArray(value)) return value.map(formatValue).join(",");
  return isJsonObject(value) ? JSON.stringify(value, byName) : String(value);
}

/** The keys of objects in alphabetical order: equal objects, equal texts. */
function byName(_key: string, value: unknown): unknown {
  return isJsonObject(value)
    ? Object.fromEntries(
      Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1),
    )
    : value;
}

/**
 * Reads the values that a file gives, a run's own `config.json` for example.
 *
 * @param path The JSON file; `schemaVersion` may be left out.
 * @returns The values, to be resolved with others.
 * @throws {Deno.errors.NotFound} If there is no such file.
 * @throws {SyntaxError} If it is no JSON.
 * @throws {TypeError} If it holds something other than an object.
 * @throws {RangeError} If it bears a version that this code does not know, or
 * is the `config.json` of a run and a link that leads out of it.
 */
export function readConfigSource(path: string): ConfigSource {
  const [, folder] = /^(.+)\/config\.json$/.exec(path) ?? [];
  if (folder && isRun(folder)) checkStaysInside(path, folder);
  const { schemaVersion: _, ...values } = readJsonFile(path, {
    unversioned: true,
  });
  return { values, formatKey: (key) => `"${key}" in ${path}` };
}

/** Other folders are their owner's, who may put links there. */
function isRun(folder: string): boolean {
  try {
    return Deno.lstatSync(`${folder}/run.json`) !== null;
  } catch {
    return false;
  }
}

/** How {@linkcode unknownKey} words its message. */
export interface UnknownKeyOptions {
  /** What to call a key: `--batch-size`. */
  readonly formatKey?: (key: string) => string;
  /** What a key is: `flag`. */
  readonly kind?: string;
}

/**
 * Says that a key is unknown, and which known one is nearest.
 *
 * @param key What was given.
 * @param known What would be right.
 * @param options How to word it.
 * @returns The message.
 */
export function unknownKey(
  key: string,
  known: readonly string[],
  options: UnknownKeyOptions = {},
): string {
  const { formatKey = (key) => key, kind = "key" } = options;
  const nearest = closest(key, known);
  const hint = nearest === undefined
    ? `choose from ${known.map(formatKey).join(", ")}`
    : `did you mean ${formatKey(nearest)}?`;
  return `Unknown ${kind} ${formatKey(key)}: ${hint}`;
}

/** Two letters may be wrong, and of a long name two in five. */
const WRONG_LETTERS = 2;
const WRONG_SHARE = 0.4;
/** What is longer is no misspelt name, and would take long to compare. */
const MAX_NAME_LENGTH = 1000;

/**
 * Finds the known name that a misspelt one was meant to be.
 *
 * @param name What was given.
 * @param known What would be right.
 * @returns The nearest name, or undefined where none is near.
 */
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
