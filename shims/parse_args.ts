/**
 * `parseArgs` of `@std/cli/parse-args`, for machines that reach an npm mirror
 * and not JSR: the options that Whisker uses, with std's names and meaning.
 * `deno.jsr.json` puts the real one in its place.
 *
 * It does not rest on `node:util`: to load that takes a third of the time in
 * which Deno starts, and the quick commands are to be quick.
 *
 * @module
 */

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

/** `--name`, `--name=value`, or one letter: `-h`. */
const FLAG = /^(?:--(?=[^=])|-(?=[A-Za-z]$))([^=]+)(?:=([^]*))?$/;

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

  const result: Args = { _: [] };
  const addPositional = (arg: string) => {
    const isNumber = arg.trim() !== "" && Number.isFinite(Number(arg));
    result._.push(isNumber && !strings.has("_") ? Number(arg) : arg);
  };
  const end = args.indexOf("--");
  const flagged = end < 0 ? args : args.slice(0, end);
  for (let i = 0; i < flagged.length; i++) {
    const arg = flagged[i]!, next = flagged[i + 1];
    const [, name, inline] = FLAG.exec(arg) ?? [];
    if (name === undefined) {
      if (options.unknown?.(arg) !== false) addPositional(arg);
      continue;
    }
    let value: string | boolean;
    if (booleans.has(name)) {
      const isNext = inline === undefined && /^(true|false)$/.test(next ?? "");
      value = (isNext ? flagged[++i] : inline) !== "false";
    } else if (inline !== undefined) value = inline;
    else if (next !== undefined && !next.startsWith("-")) value = flagged[++i]!;
    else value = strings.has(name) ? "" : true;
    if (!known.has(name) && options.unknown?.(arg, name, value) === false) {
      continue;
    }
    for (const key of names.get(name) ?? [name]) {
      result[key] = collected.has(key)
        ? [...(result[key] ?? []), value]
        : value;
    }
  }
  if (end >= 0) args.slice(end + 1).forEach(addPositional);
  for (const [name, value] of Object.entries(options.default ?? {})) {
    for (const key of names.get(name) ?? [name]) result[key] ??= value;
  }
  for (const key of booleans) result[key] ??= collected.has(key) ? [] : false;
  for (const key of strings) if (collected.has(key)) result[key] ??= [];
  return result;
}
