/**
 * `parseArgs` of `@std/cli/parse-args` over `node:util`, for machines that
 * reach an npm mirror and not JSR: the options that Whisker uses, with std's
 * names and meaning. `deno.jsr.json` puts the real one in its place.
 *
 * @module
 */

import { parseArgs as parseNodeArgs } from "node:util";

/** One name or several. */
export type Names = string | readonly string[];

/** The options in use; std has further ones. */
export interface ParseOptions {
  /** Flags that take a text; with `"_"`, positional arguments stay texts. */
  readonly string?: Names;
  /** Flags that are on or off; off where they are not given. */
  readonly boolean?: Names;
  /** Flags that may be given several times and come as an array. */
  readonly collect?: Names;
  /** Other names of a flag; the values stand under all of them. */
  readonly alias?: Readonly<Record<string, Names>>;
  /** Values of flags that are not given. */
  readonly default?: Readonly<Record<string, unknown>>;
  /** Called with what none of the above names; `false` leaves it out. */
  readonly unknown?: (arg: string, key?: string, value?: unknown) => unknown;
}

/** The flags by name, and under `_` all that is none. */
export interface Args {
  /** The positional arguments. */
  _: (string | number)[];
  /** A flag's value. */
  // deno-lint-ignore no-explicit-any
  [flag: string]: any;
}

const listOf = (names: Names = []) =>
  typeof names === "string" ? [names] : names;

/**
 * Parses command-line arguments.
 *
 * @param args The arguments, `Deno.args` for example.
 * @param options Which flags there are.
 * @returns The flags by name, and under `_` the positional arguments.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { parseArgs } from "@std/cli/parse-args";
 *
 * const args = parseArgs(["--note=first", "--json", "latest"], {
 *   string: ["note"],
 *   boolean: ["json"],
 * });
 * assertEquals(args, { _: ["latest"], note: "first", json: true });
 * ```
 */
export function parseArgs(
  args: readonly string[],
  options: ParseOptions = {},
): Args {
  const names = new Map<string, readonly string[]>();
  for (const [key, aliases] of Object.entries(options.alias ?? {})) {
    const all = [key, ...listOf(aliases)];
    for (const name of all) names.set(name, all);
  }
  const spread = (list?: Names) =>
    new Set(listOf(list).flatMap((name) => names.get(name) ?? [name]));
  const strings = spread(options.string), booleans = spread(options.boolean);
  const collected = spread(options.collect);
  const known = new Set([
    ...strings,
    ...booleans,
    ...collected,
    ...names.keys(),
  ]);

  const types = Array.from(known, (name) => {
    const type = booleans.has(name) ? "boolean" as const : "string" as const;
    return [name, name.length === 1 ? { type, short: name } : { type }];
  });
  const { tokens } = parseNodeArgs({
    args: args.map((arg, index) => {
      // node:util would take a following flag for the value; std takes none.
      const isText = arg.startsWith("--") && strings.has(arg.slice(2));
      const isLast = args[index + 1]?.startsWith("-") ?? true;
      return isText && isLast ? `${arg}=` : arg;
    }),
    options: Object.fromEntries(types),
    strict: false,
    tokens: true,
  });

  const result: Args = { _: [] };
  for (const token of tokens) {
    if (token.kind === "positional") {
      const { value } = token;
      if (options.unknown?.(value) === false) continue;
      const isNumber = value.trim() !== "" && Number.isFinite(Number(value));
      result._.push(isNumber && !strings.has("_") ? Number(value) : value);
    } else if (token.kind === "option") {
      const { name, rawName } = token;
      const value = booleans.has(name) || token.value === undefined
        ? (strings.has(name) ? "" : token.value !== "false")
        : token.value;
      const arg = token.inlineValue ? `${rawName}=${token.value}` : rawName;
      if (!known.has(name) && options.unknown?.(arg, name, value) === false) {
        continue;
      }
      for (const key of names.get(name) ?? [name]) {
        result[key] = collected.has(key)
          ? [...(result[key] ?? []), value]
          : value;
      }
    }
  }
  for (const [name, value] of Object.entries(options.default ?? {})) {
    for (const key of names.get(name) ?? [name]) result[key] ??= value;
  }
  for (const key of booleans) result[key] ??= collected.has(key) ? [] : false;
  for (const key of strings) if (collected.has(key)) result[key] ??= [];
  return result;
}
