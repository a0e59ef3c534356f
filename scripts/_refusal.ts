import { folderOf } from "./_output.ts";

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

/** Flags whose value is a path. */
const PATH_FLAGS = ["runs", "dataset", "config", "experiment", "check"];

/** Flags whose value is a file to write: that takes its whole folder. */
const OUTPUT_FLAGS = ["out", "write"];

/** The paths that the command line names and the grants leave out. */
function refusedPaths(
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
  const outputs = OUTPUT_FLAGS.flatMap(valuesOf).map(folderOf);
  const isRefused = (name: "read" | "write") => (path: string) =>
    Deno.permissions.querySync({ name, path }).state !== "granted";
  return {
    read: [...PATH_FLAGS.flatMap(valuesOf), ...outputs]
      .filter(isRefused("read")),
    write: [...writesRuns ? valuesOf("runs") : [], ...outputs]
      .filter(isRefused("write")),
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
  const refused = refusedPaths(writesRuns);
  const list = (granted: string, ...paths: string[]) =>
    [...new Set([granted, ...paths])].map(quote).join(",");
  const isFile = kind === "read" || kind === "write";
  const own = place && isFile && !isCovered(place, refused.read) ? [place] : [];
  const grants = [
    `--allow-read=${list(reads, ...refused.read, ...own)}`,
    ...(writes && (kind === "write" || refused.write.length > 0)
      ? [
        `--allow-write=${
          list(writes, ...refused.write, ...(kind === "write" ? own : []))
        }`,
      ]
      : []),
    ...(isFile ? [] : [`--allow-${kind}${place ? `=${quote(place)}` : ""}`]),
  ].join(" ");
  const args = Deno.args.map(quote).join(" ");
  return `Cannot ${kind} ${place ?? ""} as ${name} is not granted that. ` +
    `To grant it:\n  deno run --quiet -P=${name} ${grants} ` +
    `scripts/${name}.ts ${args}`;
}

/** Whether a path is one of these or lies in one of them. */
function isCovered(path: string, folders: readonly string[]): boolean {
  return folders.some((folder) =>
    path === folder || path.startsWith(`${folder.replace(/\/$/, "")}/`)
  );
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
