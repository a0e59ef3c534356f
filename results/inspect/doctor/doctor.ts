/**
 * The examination of a runs directory.
 *
 * @module
 */

import { listRuns, type RunEntry } from "../../../core/store/find_run.ts";
import type { SourceInfo } from "../../../core/store/run_info.ts";
import { TRASH } from "../../../core/store/trash.ts";
import { listTree, sumBytes } from "./files.ts";
import { type Finding, Findings } from "./finding.ts";
import { examineRun } from "./run.ts";
import { examineSources, leadsOut } from "./sources.ts";

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
  const sources = new Map<string, readonly SourceInfo[]>();
  let runs = 0, bytes = 0;
  let entries: readonly RunEntry[];
  try {
    entries = listRuns(directory);
  } catch (error) {
    if (!(error instanceof Deno.errors.PermissionDenied)) throw error;
    const whole = new Findings(".");
    whole.add("unreadable", "", error.message);
    return { directory, runs, findings: whole.all, bytes, trashBytes: 0 };
  }
  for (const { id, path, refused } of entries) {
    const entry = new Findings(id);
    // A failure with one run is a finding, and the others are examined.
    const examined = await entry.attempt("", () => {
      const reason = refused ?? explainNotRun(path);
      if (reason === null) return examineRun(path);
      entry.add("foreign", "", reason);
    });
    findings.push(...entry.all);
    if (!examined) continue;
    runs++;
    bytes += examined.bytes;
    findings.push(...examined.findings);
    sources.set(id, examined.sources);
  }
  findings.push(...reportStrayFiles(directory));
  for (const name of [".scratch", TRASH]) {
    if (!leadsOut(`${directory}/${name}`, directory)) continue;
    const own = new Findings(name);
    own.add("foreign", "", "it is a link that leads out of the runs");
    findings.push(...own.all);
  }
  const store = await examineSources(directory, sources);
  return {
    directory,
    runs,
    findings: [...findings, ...store.findings],
    bytes: bytes + store.bytes,
    trashBytes: sumBytes(listTree(`${directory}/${TRASH}`)),
  };
}

/** Says why something with the name of a run is none, or another one. */
function explainNotRun(path: string): string | null {
  const { isDirectory, isSymlink } = Deno.lstatSync(path);
  if (isSymlink) return "it is a link: the run it leads to is read twice";
  return isDirectory ? null : "it is neither a file nor a folder";
}

/** Reports files beside the runs, which are ignored. */
function reportStrayFiles(directory: string): readonly Finding[] {
  return listFiles(directory).flatMap((name) => {
    const entry = new Findings(name);
    entry.add("foreign", "", "it is a file, not a run", { isNote: true });
    return entry.all;
  });
}

function listFiles(directory: string): string[] {
  try {
    return [...Deno.readDirSync(directory)]
      .filter(({ name, isFile }) => isFile && !name.startsWith("."))
      .map(({ name }) => name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}
