import { isAbsolute, relative } from "@std/path";
import { folderOf, temporaryOf } from "./_output.ts";

/** What a command is called, and what it is granted in deno.json. */
export interface Grants {
  /** Its name, which is its task's and its permission set's too. */
  readonly name: string;
  /** What its permission set lets it read. */
  readonly reads: string;
  /** What its permission set lets it write, if anything. */
  readonly writes?: string;
  /** Whether it writes into what `--runs` names. */
  readonly writesRuns?: boolean;
}

const REFUSED = /Requires (\w+) access(?: to "([^"]+)")?/;

/**
 * Says whether an error is Deno's refusal; that of an import is a `TypeError`.
 *
 * @param error The error.
 * @returns Whether a right was lacking.
 */
export function isRefusal(error: Error): boolean {
  return error instanceof Deno.errors.NotCapable ||
    error instanceof TypeError && REFUSED.test(error.message);
}

/** Flags whose value is a path. */
const PATH_FLAGS = ["runs", "dataset", "config", "experiment", "check"];

/** The paths that the command line names. */
function namedPaths(
  writesRuns: boolean,
): { read: string[]; write: string[] } {
  const { args } = Deno;
  const valuesOf = (flag: string) =>
    args.flatMap((arg, index) =>
      arg === `--${flag}`
        ? args[index + 1] ?? []
        : arg.startsWith(`--${flag}=`)
        ? arg.slice(flag.length + 3)
        : []
    );
  const outputs = [
    // Written under a name that no one can foresee, so it takes the folder.
    ...valuesOf("out").map(folderOf),
    ...valuesOf("write").flatMap((path) => [path, temporaryOf(path)]),
  ];
  return {
    read: [...PATH_FLAGS.flatMap(valuesOf), ...outputs],
    write: [...writesRuns ? valuesOf("runs") : [], ...outputs],
  };
}

/**
 * Says what a command was refused, and how it is granted: a task cannot pass a
 * grant on, so the whole command is given.
 *
 * @param command The command.
 * @param message What Deno said.
 * @returns What to tell the user.
 */
export function explainRefusal(command: Grants, message: string): string {
  const [, kind, place] = REFUSED.exec(message) ?? [];
  if (!kind) return message;
  const { name, reads, writes, writesRuns = false } = command;
  const isFile = kind === "read" || kind === "write";
  const own = place && isFile ? [place] : [];
  // All that is named, not what is refused alone: these grants replace those
  // of the set, and any that were given by hand.
  const named = namedPaths(writesRuns);
  const read = union(reads, [...named.read, ...own]);
  const write = writes &&
    union(writes, [...named.write, ...(kind === "write" ? own : [])]);
  const grants = [
    `--allow-read=${read}`,
    ...(write && (kind === "write" || write !== writes)
      ? [`--allow-write=${write}`]
      : []),
    ...(isFile ? [] : [`--allow-${kind}${place ? `=${quote(place)}` : ""}`]),
  ].join(" ");
  const what = isFile
    ? `${kind} ${place ?? "there"}`
    : `get ${kind} access${place ? ` to ${place}` : ""}`;
  const args = Deno.args.map((arg) => ` ${quote(arg)}`).join("");
  return `Cannot ${what} as ${name} is not granted that. To grant it:\n` +
    `  deno run --quiet --no-prompt -P=${name} ${grants} ` +
    `scripts/${name}.ts${args}`;
}

/** What is granted, and those of the paths that do not lie in it already. */
function union(granted: string, paths: readonly string[]): string {
  const all = granted.split(",");
  for (const path of paths) if (!isCovered(path, all)) all.push(path);
  return all.map(quote).join(",");
}

/** Whether a path is one of these or lies in one of them. */
function isCovered(path: string, folders: readonly string[]): boolean {
  return folders.some((folder) => {
    const inside = relative(folder, path);
    return !inside.startsWith("..") && !isAbsolute(inside);
  });
}

/**
 * Quotes an argument for a shell, where it needs that.
 *
 * @param text The argument.
 * @returns The text that a shell takes for it.
 */
export function quote(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text)
    ? text
    : `'${text.replaceAll("'", `'\\''`)}'`;
}
