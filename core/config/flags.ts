/**
 * Command lines, made from the schemas of configurations: the flags are the
 * keys in kebab case, and the help is what the keys say of themselves.
 *
 * @module
 */

import { parseArgs } from "@std/cli/parse-args";
import type { Field } from "./fields.ts";
import {
  ConfigError,
  type ConfigProblem,
  type ConfigSchema,
  type ConfigSource,
  formatValue,
  unknownKey,
} from "./schema.ts";

/** What command lines need to know of a schema, whatever its keys are. */
export interface AnySchema {
  /** The names of the keys, in order. */
  readonly keys: readonly string[];
  /** One of the keys. */
  field(key: string): Field<unknown>;
}

/** A command line, taken apart. */
export interface ParsedFlags {
  /** The arguments that are no flags. */
  readonly positionals: readonly string[];
  /**
   * The values that were given for the keys of one schema.
   *
   * @param schema One of the schemas that the command line was parsed with.
   * @returns The values, to be resolved with those of other sources.
   */
  sourceFor(schema: AnySchema): ConfigSource;
  /**
   * The values of one schema, checked, over its defaults.
   *
   * @param schema One of the schemas that the command line was parsed with.
   * @returns The whole configuration, frozen.
   * @throws {ConfigError} If a value breaks its rule.
   */
  resolve<T extends object>(schema: ConfigSchema<T>): T;
}

/**
 * The flag of a key.
 *
 * @param key The key, in camel case.
 * @returns The flag, in kebab case.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { flagOf } from "./flags.ts";
 *
 * assertEquals(flagOf("hiddenLayerSizes"), "--hidden-layer-sizes");
 * ```
 */
export function flagOf(key: string): string {
  return `--${kebab(key)}`;
}

function kebab(key: string): string {
  return key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/**
 * Takes a command line apart.
 *
 * @param args The arguments, `Deno.args` for example.
 * @param schemas Whose keys may be given as flags.
 * @returns The values by schema, unchecked, and the positional arguments.
 * @throws {ConfigError} If a flag is unknown, or its value is missing or empty.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ConfigSchema, integers } from "whisker";
 * import { parseFlags } from "./flags.ts";
 *
 * const schema = new ConfigSchema({
 *   nSteps: integers({ default: [50], description: "of the sampler" }),
 * });
 * const flags = parseFlags(["--n-steps", "5,10", "latest"], [schema]);
 * assertEquals(flags.sourceFor(schema).values, { nSteps: [5, 10] });
 * assertEquals(flags.positionals, ["latest"]);
 * ```
 */
export function parseFlags(
  args: readonly string[],
  schemas: readonly AnySchema[],
): ParsedFlags {
  const fields = new Map<string, Field<unknown>>();
  for (const schema of schemas) {
    for (const key of schema.keys) {
      if (fields.has(kebab(key))) {
        throw new TypeError(
          `Cannot use ${flagOf(key)} for two keys: the experiment's key ` +
            `"${key}" needs another name`,
        );
      }
      fields.set(kebab(key), schema.field(key));
    }
  }
  const problems: ConfigProblem[] = [];
  const parsed = parseArgs(joinValues(args, fields, problems), {
    string: [...fields.keys(), "_"],
    collect: [...fields].flatMap(([name, { repeats }]) => repeats ? name : []),
    unknown: (arg, key) => {
      if (key === undefined) return true;
      const where = arg.split("=")[0]!;
      const options = { kind: "flag", nameOf: (name: string) => `--${name}` };
      const message = unknownKey(key, [...fields.keys()], options);
      problems.push({ where, message });
      return false;
    },
  });
  for (const [name, { placeholder }] of fields) {
    if (![parsed[name]].flat().includes("")) continue;
    const where = `--${name}`;
    const usage = `${where} ${placeholder}`.trim();
    const message =
      `Cannot use ${where} with an empty value: write ${usage}, or leave it out`;
    problems.push({ where, message });
  }
  if (problems.length > 0) throw new ConfigError(problems);

  const sourceFor = (schema: AnySchema): ConfigSource => {
    const values = schema.keys.flatMap((key) => {
      const given: unknown = parsed[kebab(key)];
      const { fromText, repeats } = schema.field(key);
      const isGiven = repeats
        ? Array.isArray(given) && given.length > 0
        : given !== undefined;
      if (!isGiven) return [];
      return [[key, typeof given === "string" ? fromText(given) : given]];
    });
    return { values: Object.fromEntries(values), nameOf: flagOf };
  };
  return {
    positionals: parsed._.map(String),
    sourceFor,
    resolve: (schema) => schema.resolve([sourceFor(schema)]),
  };
}

/**
 * Joins each flag that takes a value with the argument after it, so that a
 * value may be negative or begin with a dash. A switch alone means true.
 */
function joinValues(
  args: readonly string[],
  fields: ReadonlyMap<string, Field<unknown>>,
  problems: ConfigProblem[],
): string[] {
  const joined: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!, next = args[i + 1];
    if (arg === "--") return [...joined, ...args.slice(i)];
    const field = arg.startsWith("--") ? fields.get(arg.slice(2)) : undefined;
    if (!field) joined.push(arg);
    else if (field.placeholder === "") joined.push(`${arg}=true`);
    else if (next !== undefined && !next.startsWith("--")) {
      joined.push(`${arg}=${next}`);
      i++;
    } else {
      const message =
        `Cannot use ${arg} without a value: it must be ${field.rule}`;
      problems.push({ where: arg, message });
    }
  }
  return joined;
}

/** Flags that belong together in the help. */
export interface HelpGroup {
  /** Their heading. */
  readonly title: string;
  /** Their keys. */
  readonly schema: AnySchema;
}

/** What the help of a command says. */
export interface Help {
  /** What the command does, in one sentence. */
  readonly summary: string;
  /** How it is called: `deno task train [flags]`. */
  readonly usage: string;
  /** The flags. */
  readonly groups: readonly HelpGroup[];
  /** Whole command lines that show how it is used. */
  readonly examples: readonly string[];
}

/**
 * Writes the help of a command.
 *
 * @param help What it says.
 * @returns The text.
 */
export function formatHelp(help: Help): string {
  const rows = help.groups.map(({ title, schema }) => ({
    title,
    flags: schema.keys.map((key) => {
      const field = schema.field(key);
      return {
        flag: `${flagOf(key)} ${field.placeholder}`.trim(),
        description: field.description + defaultOf(field),
      };
    }),
  }));
  const widths = rows.flatMap(({ flags }) =>
    flags.map(({ flag }) => flag.length)
  );
  const width = Math.max(...widths);
  const lines = rows.flatMap(({ title, flags }) => [
    "",
    `${title}:`,
    ...flags.map((row) => `  ${row.flag.padEnd(width)}  ${row.description}`),
  ]);
  return [
    help.summary,
    "",
    `Usage: ${help.usage}`,
    ...lines,
    "",
    "Examples:",
    ...help.examples.map((example) => `  ${example}`),
  ].join("\n");
}

function defaultOf(field: Field<unknown>): string {
  const value = formatValue(field.default);
  const isNothing = value === "" || field.default === false;
  return isNothing ? "" : ` [default: ${value}]`;
}
