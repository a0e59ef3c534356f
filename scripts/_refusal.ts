/**
 * Explains what Deno refused, with the whole command that grants it: a task
 * cannot pass on permission flags.
 *
 * @module
 */

import { parseArgs } from "@std/cli/parse-args";
import stripJsonComments from "strip-json-comments";
import { dirname, isAbsolute, relative } from "@std/path";
// As text: no script may read deno.json itself, which has comments.
import denoJson from "../deno.json" with { type: "text" };
import { quote } from "../core/utils/quote.ts";
import type { Command } from "./_command.ts";
import { nameTemporary } from "./_output.ts";

/** The message alone says what was refused: the error has no such data. */
const REFUSED = /^Requires (\w+) access(?: to "([^"]+)")?/;

/** The command of a task, with its permission set and its script. */
const TASK = /^(deno run .* -P=(\w+)) (\S+)$/;

/** Flags whose value is a path. */
const PATH_FLAGS = ["runs", "dataset", "config", "experiment", "check"];

/** Finds the paths that the command line names. */
function findNamedPaths(
  writesRuns: boolean,
): { read: string[]; write: string[] } {
  const names = [...PATH_FLAGS, "out", "write"];
  const flags: Record<string, unknown> = parseArgs(Deno.args, {
    string: names,
    collect: names,
  });
  const findValues = (flag: string) => flags[flag] as string[];
  const outputs = [
    // Written under a name that cannot be foreseen, so it takes the folder.
    ...findValues("out").map((path) => dirname(path)),
    ...findValues("write").flatMap((path) => [path, nameTemporary(path)]),
  ];
  return {
    read: [...PATH_FLAGS.flatMap(findValues), ...outputs],
    write: [...writesRuns ? findValues("runs") : [], ...outputs],
  };
}

/**
 * Explains what Deno refused a command, and how it is granted.
 *
 * @param command The command.
 * @param message The error's message.
 * @returns What to tell the user; the message itself if it is another error's.
 */
export function explainRefusal(
  { name, writesRuns = false }: Command,
  message: string,
): string {
  const [, kind, place] = REFUSED.exec(message) ?? [];
  if (!kind) return message;
  const isFile = kind === "read" || kind === "write";
  const refused = place && isFile ? [place] : [];
  const named = findNamedPaths(writesRuns);
  const wanted = {
    read: [...named.read, ...refused],
    write: [...named.write, ...(kind === "write" ? refused : [])],
    run: place && kind === "run" ? [place] : [],
  };
  const { tasks, permissions } = JSON.parse(stripJsonComments(denoJson));
  const [, task, set, script] = TASK.exec(tasks[name].command)!;
  const flags = (["read", "write", "run"] as const).flatMap((access) => {
    // The whole list: it replaces that of the set, and any given by hand.
    const granted: string[] = [permissions[set!][access] ?? []].flat();
    const paths = [...granted];
    for (const path of wanted[access]) {
      if (!isCovered(path, paths)) paths.push(path);
    }
    return kind === access || paths.length > granted.length
      ? `--allow-${access}=${paths.map(quote).join(",")}`
      : [];
  });
  if (!isFile && kind !== "run") {
    flags.push(`--allow-${kind}${place ? `=${quote(place)}` : ""}`);
  }
  const what = isFile
    ? `${kind} ${place ?? "there"}`
    : `get ${kind} access${place ? ` to ${place}` : ""}`;
  const command = [task, ...flags, script, ...Deno.args.map(quote)].join(" ");
  // Whether there is such a path cannot be known without the permission.
  const grant = kind === "read"
    ? "If the path is right, grant it"
    : "To grant it";
  return `Cannot ${what}: ${name} has no permission. ${grant}:\n  ${command}`;
}

/** Whether a path is one of these or lies in one of them. */
function isCovered(path: string, folders: readonly string[]): boolean {
  return folders.some((folder) => {
    const inside = relative(folder, path);
    return !inside.startsWith("..") && !isAbsolute(inside);
  });
}
