/**
 * The examination of all that lies under a runs directory.
 *
 * @module
 */

import { listRuns, type RunEntry } from "../../../core/store/find_run.ts";
import type { SourceInfo } from "../../../core/store/run_info.ts";
import { TRASH } from "../../../core/store/trash.ts";
import { bytesOf, filesIn } from "./files.ts";
import { type Finding, Findings } from "./finding.ts";
import { examineRun } from "./run.ts";
import { examineSources } from "./sources.ts";

/** A runs directory that has been examined. */
export interface Examination {
  /** The directory that holds all runs. */
  readonly directory: string;
  /** How many runs lie in it, damaged ones too. */
  readonly runs: number;
  /** All that is not as runs leave it. */
  readonly findings: readonly Finding[];
  /** How many bytes the runs and their sources have. */
  readonly bytes: number;
  /** How many bytes of what was removed lie in the trash. */
  readonly trashBytes: number;
}

/**
 * Reads everything under a runs directory, and changes nothing.
 *
 * @param directory The directory that holds all runs; one that is not there
 * holds none.
 * @returns What was found, run by run; the trash is not looked into.
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
    // What goes wrong with one run is a finding, and ends nothing else.
    const examined = await entry.attempt("", () => {
      const reason = refused ?? whyNoRun(path);
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
  findings.push(...strayFiles(directory));
  const store = await examineSources(directory, sources);
  return {
    directory,
    runs,
    findings: [...findings, ...store.findings],
    bytes: bytes + store.bytes,
    trashBytes: bytesOf(filesIn(`${directory}/${TRASH}`)),
  };
}

/** What has the name of a run and is none, or another one. */
function whyNoRun(path: string): string | null {
  const { isDirectory, isSymlink } = Deno.lstatSync(path);
  if (isSymlink) return "it is a link: the run it leads to is read twice";
  return isDirectory ? null : "it is neither a file nor a folder";
}

/** Files beside the runs: nobody reads them. */
function strayFiles(directory: string): readonly Finding[] {
  return filesBeside(directory).flatMap((name) => {
    const entry = new Findings(name);
    entry.add("foreign", "", "it is a file and no run", { isNote: true });
    return entry.all;
  });
}

function filesBeside(directory: string): string[] {
  try {
    return [...Deno.readDirSync(directory)]
      .filter(({ name, isFile }) => isFile && !name.startsWith("."))
      .map(({ name }) => name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}
