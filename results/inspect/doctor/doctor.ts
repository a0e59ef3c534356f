/**
 * The examination of a runs directory.
 *
 * @module
 */

import { listRuns, type RunEntry } from "../../../core/store/find_run.ts";
import { ifExists } from "../../../core/store/if_exists.ts";
import { pathWithin } from "../../../core/store/safe_path.ts";
import { SOURCES } from "../../../core/store/source.ts";
import { TRASH } from "../../../core/store/trash.ts";
import { listTree, sumBytes } from "./files.ts";
import { type Finding, Findings } from "./finding.ts";
import { examineRun } from "./run.ts";
import { examineSources } from "./sources.ts";

/** What was found in a runs directory. */
export interface Examination {
  /** The directory that holds all runs. */
  readonly directory: string;
  /** The number of runs, including damaged ones. */
  readonly runs: number;
  /** Everything that is wrong, and notes. */
  readonly findings: readonly Finding[];
  /** The size of the runs and their sources in bytes. */
  readonly bytes: number;
  /** The size of the trash in bytes. */
  readonly trashBytes: number;
}

/**
 * Reads everything under a runs directory, and changes nothing.
 *
 * @param directory The directory that holds all runs; one that does not exist
 * holds none.
 * @returns What was found, run by run, except in the trash.
 * @throws {RangeError} If the directory is a file.
 */
export async function examineRuns(directory: string): Promise<Examination> {
  const findings: Finding[] = [];
  const at = (name: string) => new Findings(name, findings);
  // The runs that ran each source.
  const users = new Map<string, string[]>();
  let runs = 0, bytes = 0;
  let entries: readonly RunEntry[];
  try {
    entries = listRuns(directory);
  } catch (error) {
    if (!(error instanceof Deno.errors.PermissionDenied)) throw error;
    at(".").add("unreadable", "", error.message);
    return { directory, runs, findings, bytes, trashBytes: 0 };
  }
  for (const { id, path, refused } of entries) {
    // A failure with one run is a finding, and the others are examined.
    const examined = await at(id).attempt("", () => {
      const reason = refused ?? explainNotRun(path);
      if (reason === null) return examineRun(path);
      at(id).add("foreign", "", reason);
    });
    if (!examined) continue;
    runs++;
    bytes += examined.bytes;
    findings.push(...examined.findings);
    for (const source of examined.sources) {
      users.getOrInsertComputed(source, () => []).push(id);
    }
  }
  for (const name of listFiles(directory)) {
    at(name).add("foreign", "", "it is a file, not a run", { isNote: true });
  }
  const links = [".scratch", TRASH, SOURCES]
    .filter((name) => leadsOut(`${directory}/${name}`, directory));
  for (const name of links) {
    at(name).add("foreign", "", "it is a link that leads out of the runs");
  }
  if (!links.includes(SOURCES)) {
    bytes += await examineSources(directory, users, at(SOURCES));
  }
  const trash = links.includes(TRASH) ? [] : listTree(`${directory}/${TRASH}`);
  return { directory, runs, findings, bytes, trashBytes: sumBytes(trash) };
}

/** Explains why something with the name of a run is not one of its own. */
function explainNotRun(path: string): string | null {
  const { isDirectory, isSymlink } = Deno.lstatSync(path);
  if (isSymlink) return "it is a link: the run it leads to is read twice";
  return isDirectory ? null : "it is neither a file nor a folder";
}

/** Lists files beside the runs, which are ignored. */
function listFiles(directory: string): string[] {
  const entries = ifExists(() => [...Deno.readDirSync(directory)]) ?? [];
  return entries.filter(({ name, isFile }) => isFile && !name.startsWith("."))
    .map(({ name }) => name);
}

/** Whether a path is a link that leads out of the runs, as far as can be seen. */
function leadsOut(path: string, runs: string): boolean {
  try {
    return Deno.lstatSync(path).isSymlink && pathWithin(path, runs) === null;
  } catch {
    return false;
  }
}
