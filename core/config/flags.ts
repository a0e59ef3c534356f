/**
 * Command lines, made from the schemas of configurations: the flags are the
 * keys in kebab case, and the help lists their descriptions.
 *
 * @module
 */

import { parseArgs } from "@std/cli/parse-args";
import type { Field } from "./fields.ts";
import {
  ConfigError,
  type ConfigSchema,
  type ConfigSource,
  formatValue,
  unknownKey,
} from "./schema.ts";

/** A parsed command line. */
export interface ParsedFlags {
  /** The arguments that are not flags. */
  readonly positionals: readonly string[];
  /** Reads the values given for one of the schemas, to be resolved with others. */
  readSource(schema: ConfigSchema<object>): ConfigSource;
  /**
   * Checks the values given for one of the schemas, and completes them by its
   * defaults.
   *
   * @throws {ConfigError} If a value breaks its rule.
   */
  resolve<T extends object>(schema: ConfigSchema<T>): T;
}

/** Formats a key as its flag: `hiddenLayerSizes` as `--hidden-layer-sizes`. */
export function formatFlag(key: string): string {
  const name = key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return `--${name}`;
}

/**
 * Parses a command line.
 *
 * @param args The arguments, `Deno.args` for example.
 * @param schemas Whose keys may be given as flags.
 * @param note What to add to the errors: whose flags these are.
 * @returns The values by schema, unchecked, and the positional arguments.
 * @throws {ConfigError} If a flag is unknown or given twice, or its value is
 * missing or empty.
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
 * assertEquals(flags.readSource(schema).values, { nSteps: [5, 10] });
 * assertEquals(flags.positionals, ["latest"]);
 * ```
 */
export function parseFlags(
  args: readonly string[],
  schemas: readonly ConfigSchema<object>[],
  note = "",
): ParsedFlags {
  const fields = new Map<string, Field<unknown>>();
  for (const schema of schemas) {
    for (const key of schema.keys) {
      const flag = formatFlag(key);
      if (fields.has(flag)) {
        throw new TypeError(
          `Cannot use ${flag} for two keys: rename the experiment's key ` +
            `"${key}"`,
        );
      }
      fields.set(flag, schema.field(key));
    }
  }
  const nameKey = (name: string) => `--${name}`;
  const names = Array.from(fields.keys(), (flag) => flag.slice(2));
  const problems: string[] = [];
  const parsed = parseArgs(joinValues(args, fields, problems), {
    string: [...names, "_"],
    collect: names,
    unknown: (_arg, name) => {
      if (name === undefined) return true;
      problems.push(unknownKey(name, names, { kind: "flag", nameKey }));
      return false;
    },
  });
  const readTexts = (flag: string): string[] => parsed[flag.slice(2)] ?? [];
  for (const [flag, { placeholder, repeats }] of fields) {
    const texts = readTexts(flag);
    if (texts.includes("")) {
      const usage = `${flag} ${placeholder}`.trim();
      problems.push(`${flag} has an empty value: write ${usage}, or omit it`);
    } else if (texts.length > 1 && !repeats) {
      problems.push(`${flag} is given twice`);
    }
  }
  if (problems.length > 0) {
    throw new ConfigError(note ? [...problems, note] : problems);
  }

  const readSource = (schema: ConfigSchema<object>): ConfigSource => {
    const values = schema.keys.flatMap((key) => {
      const texts = readTexts(formatFlag(key));
      const { fromText, repeats } = schema.field(key);
      const [first] = texts;
      if (first === undefined) return [];
      return [[key, repeats ? texts : fromText(first)]];
    });
    return { values: Object.fromEntries(values), nameKey: formatFlag };
  };
  return {
    positionals: parsed._.map(String),
    readSource,
    resolve: (schema) => schema.resolve([readSource(schema)]),
  };
}

/**
 * Joins each flag that takes a value with the argument after it, so that a
 * value may be negative or begin with a dash. A switch alone means true.
 */
function joinValues(
  args: readonly string[],
  fields: ReadonlyMap<string, Field<unknown>>,
  problems: string[],
): string[] {
  const joined: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!, next = args[i + 1];
    if (arg === "--") return [...joined, ...args.slice(i)];
    const field = fields.get(arg);
    if (!field) joined.push(arg);
    else if (field.placeholder === "") joined.push(`${arg}=true`);
    else if (next !== undefined && !next.startsWith("--")) {
      joined.push(`${arg}=${next}`);
      i++;
    } else problems.push(`${arg} needs a value: ${field.rule}`);
  }
  return joined;
}

/** What the help of a command says. */
export interface Help {
  /** What the command does, in one sentence. */
  readonly summary: string;
  /** How it is called: `deno task train [flags]`; one line for each form. */
  readonly usage: readonly string[];
  /** What the usage needs to have explained; paragraphs. */
  readonly notes?: readonly string[];
  /** The flags, by the headings under which they are listed. */
  readonly flags: Readonly<Record<string, ConfigSchema<object>>>;
  /** Whole command lines that show how it is used. */
  readonly examples: readonly string[];
}

/** A flag that is longer has its description in the next line. */
const MAX_FLAG_WIDTH = 30;

/**
 * Writes the help of a command.
 *
 * @param help What it says.
 * @param width How many columns the terminal has.
 * @returns The text. Only long words and examples exceed the width.
 */
export function formatHelp(help: Help, width = 80): string {
  const flagWidth = Math.max(
    ...Object.values(help.flags)
      .flatMap((schema) => schema.keys.map((key) => formatUsage(schema, key)))
      .map((usage) => usage.length)
      .filter((length) => length <= MAX_FLAG_WIDTH),
  );
  const indent = " ".repeat(flagWidth + 4);
  const room = width - indent.length;
  const hangLines = (first: string, lines: readonly string[]) =>
    lines.map((line, index) => (index > 0 ? indent : first) + line);
  const flags = Object.entries(help.flags).flatMap(([title, schema]) => [
    "",
    `${title}:`,
    ...schema.keys.flatMap((key) => {
      const usage = formatUsage(schema, key);
      const texts = wrap(describeField(schema.field(key)), room);
      if (usage.length <= flagWidth) {
        return hangLines(`  ${usage.padEnd(flagWidth)}  `, texts);
      }
      const choices = wrap(usage.split(/(?<=\|)/), room, "");
      return [...hangLines("  ", choices), ...hangLines(indent, texts)];
    }),
  ]);
  return [
    ...wrapText(help.summary, width),
    "",
    ...help.usage.map((line, i) => `${i ? "      " : "Usage:"} ${line}`),
    ...(help.notes ?? []).flatMap((note) => ["", ...wrapText(note, width)]),
    ...flags,
    "",
    "Examples:",
    ...help.examples.map((example) => `  ${example}`),
  ].join("\n");
}

/** Joins words to lines of at most so many columns. */
function wrap(
  words: readonly string[],
  width: number,
  separator = " ",
): string[] {
  const lines: string[] = [];
  for (const word of words) {
    const longer = `${lines.at(-1)}${separator}${word}`;
    if (lines.length > 0 && longer.length <= width) lines.splice(-1, 1, longer);
    else lines.push(word);
  }
  return lines;
}

/** Wraps each line, except for those that are indented. */
function wrapText(text: string, width: number): string[] {
  return text.split("\n").flatMap((line) =>
    line.startsWith(" ") ? [line] : wrap(line.split(" "), width)
  );
}

function formatUsage(schema: ConfigSchema<object>, key: string): string {
  return `${formatFlag(key)} ${schema.field(key).placeholder}`.trim();
}

/** The words of a key's description; its default is one, which is not broken. */
function describeField(
  { default: value, defaultText, description }: Field<unknown>,
): string[] {
  const text = defaultText ??
    (typeof value === "boolean" ? (value ? "on" : "") : formatValue(value));
  const words = description.split(" ");
  return text === "" ? words : [...words, `[default: ${text}]`];
}
