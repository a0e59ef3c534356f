/**
 * Explains what Deno refused, with the whole command that is granted it: a task
 * cannot pass a grant on.
 *
 * @module
 */

import stripJsonComments from "strip-json-comments";
import { isAbsolute, relative } from "@std/path";
// As text: no script may read deno.json itself, which has comments.
import denoJson from "../deno.json" with { type: "text" };
import { findFolder, nameTemporary } from "./_output.ts";

/**
 * Deno gives what it refused as a message alone, and for an import not even an
 * error class of its own.
 */
const REFUSED = /^Requires (\w+) access(?: to "([^"]+)")?/;

/**
 * Tells whether an error is Deno's refusal; that of an import is a `TypeError`.
 *
 * @param error The error.
 * @returns Whether a permission was missing.
 */
export function isRefusal(error: Error): boolean {
  return error instanceof Deno.errors.NotCapable ||
    error instanceof TypeError && REFUSED.test(error.message);
}

/** Reads what a permission set in deno.json grants. */
function readGrants(name: string): { read: string[]; write: string[] } {
  const { permissions } = JSON.parse(stripJsonComments(denoJson));
  return { read: [], write: [], ...permissions[name] };
}

/** Flags whose value is a path. */
const PATH_FLAGS = ["runs", "dataset", "config", "experiment", "check"];

/** Finds the paths that the command line names. */
function findNamedPaths(
  writesRuns: boolean,
): { read: string[]; write: string[] } {
  const { args } = Deno;
  const findValues = (flag: string) =>
    args.flatMap((arg, index) =>
      arg === `--${flag}`
        ? args[index + 1] ?? []
        : arg.startsWith(`--${flag}=`)
        ? arg.slice(flag.length + 3)
        : []
    );
  const outputs = [
    // Written under a name that cannot be foreseen, so it takes the folder.
    ...findValues("out").map(findFolder),
    ...findValues("write").flatMap((path) => [path, nameTemporary(path)]),
  ];
  return {
    read: [...PATH_FLAGS.flatMap(findValues), ...outputs],
    write: [...writesRuns ? findValues("runs") : [], ...outputs],
  };
}

/** What an explanation needs of a command. */
export interface Grantee {
  /** Its name, which is also that of its permission set. */
  readonly name: string;
  /** Its file, `scripts/NAME.ts` by default. */
  readonly script?: string;
  /** Whether it writes into the directories that `--runs` names. */
  readonly writesRuns?: boolean;
}

/**
 * Explains what a command was refused, and how it is granted.
 *
 * @param command The command.
 * @param message What Deno said.
 * @returns What to tell the user.
 */
export function explainRefusal(
  { name, script = `scripts/${name}.ts`, writesRuns = false }: Grantee,
  message: string,
): string {
  const [, kind, place] = REFUSED.exec(message) ?? [];
  if (!kind) return message;
  const isFile = kind === "read" || kind === "write";
  const refused = place && isFile ? [place] : [];
  // All that is named, not what is refused alone: these grants replace those
  // of the set, and any that were given by hand.
  const { read, write } = readGrants(name);
  const named = findNamedPaths(writesRuns);
  const reads = joinGrants(read, [...named.read, ...refused]);
  const writes = joinGrants(write, [
    ...named.write,
    ...(kind === "write" ? refused : []),
  ]);
  const needsWrite = write.length > 0 &&
    (kind === "write" || writes !== joinGrants(write, []));
  const grants = [
    `--allow-read=${reads}`,
    ...(needsWrite ? [`--allow-write=${writes}`] : []),
    ...(isFile ? [] : [`--allow-${kind}${place ? `=${quote(place)}` : ""}`]),
  ].join(" ");
  const what = isFile
    ? `${kind} ${place ?? "there"}`
    : `get ${kind} access${place ? ` to ${place}` : ""}`;
  const args = Deno.args.map((arg) => ` ${quote(arg)}`).join("");
  return `Cannot ${what}: ${name} has no permission. To grant it:\n` +
    `  deno run --quiet --no-prompt -P=${name} ${grants} ` +
    `${script}${args}`;
}

/** The granted paths, and those of the others that are not inside of them. */
function joinGrants(granted: readonly string[], paths: string[]): string {
  const all = [...granted];
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
 * Quotes an argument for a shell, if it needs that.
 *
 * @param text The argument.
 * @returns The text that a shell takes for it.
 */
export function quote(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text)
    ? text
    : `'${text.replaceAll("'", `'\\''`)}'`;
}
