/**
 * `parseArgs` of `@std/cli/parse-args`, for machines that reach an npm mirror
 * but not JSR: the options that Whisker uses, with std's names and meaning.
 * `deno.jsr.json` puts the real one in its place.
 *
 * It is not built on `node:util`, which takes a third of Deno's start-up time
 * to load.
 *
 * @module
 */

/** The options in use; std has further ones. */
export interface ParseOptions {
  /**
   * Flags that take a text; always with `"_"`, or std would make numbers of
   * positional arguments.
   */
  readonly string?: readonly string[];
  /** Flags that may be given several times and come as an array. */
  readonly collect?: readonly string[];
  /** Called with what none of the above names; `false` omits it. */
  readonly unknown?: (arg: string, key?: string, value?: unknown) => unknown;
}

/** The flags by name, and the positional arguments under `_`. */
export interface Args {
  /** The positional arguments. */
  _: string[];
  /** A flag's value. */
  // deno-lint-ignore no-explicit-any
  [flag: string]: any;
}

/** `--name`, `--name=value`, or one letter: `-h`. */
const FLAG = /^(?:--(?=[^=])|-(?=[A-Za-z]$))([^=]+)(?:=([^]*))?$/;

/**
 * Parses command-line arguments.
 *
 * @param args The arguments, `Deno.args` for example.
 * @param options Which flags there are.
 * @returns The flags by name, and the positional arguments under `_`.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { parseArgs } from "@std/cli/parse-args";
 *
 * const args = parseArgs(["--note=first", "--seed", "3", "latest"], {
 *   string: ["note", "seed", "_"],
 * });
 * assertEquals(args, { _: ["latest"], note: "first", seed: "3" });
 * ```
 */
export function parseArgs(
  args: readonly string[],
  { string = [], collect = [], unknown }: ParseOptions = {},
): Args {
  const result: Args = { _: [] };
  const end = args.indexOf("--");
  const flagged = end < 0 ? args : args.slice(0, end);
  for (let i = 0; i < flagged.length; i++) {
    const arg = flagged[i]!, next = flagged[i + 1];
    const [, name, inline] = FLAG.exec(arg) ?? [];
    if (name === undefined) {
      if (unknown?.(arg) !== false) result._.push(arg);
      continue;
    }
    let value: string | boolean = string.includes(name) ? "" : true;
    if (inline !== undefined) value = inline;
    else if (next !== undefined && !next.startsWith("-")) value = flagged[++i]!;
    const isKnown = string.includes(name) || collect.includes(name);
    if (!isKnown && unknown?.(arg, name, value) === false) continue;
    result[name] = collect.includes(name)
      ? [...(result[name] ?? []), value]
      : value;
  }
  if (end >= 0) result._.push(...args.slice(end + 1));
  for (const name of collect) result[name] ??= [];
  return result;
}
