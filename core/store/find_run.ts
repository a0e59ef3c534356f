/**
 * Finding runs: all runs of a directory, or the one that a user names.
 *
 * @module
 */

import { exists } from "../utils/exists.ts";
import { ifExists } from "./if_exists.ts";
import { pathWithin } from "./safe_path.ts";
import { hasBegun, RUN_ID } from "./run_directory.ts";
import type { Problem } from "./run_file.ts";
import { readRunInfo, type RunSummary } from "./run_info.ts";

/** A name under the runs directory: a run, or what only looks like one. */
export interface RunEntry {
  /** The name, which is the run's id. */
  readonly id: string;
  /** The directory's path. */
  readonly path: string;
  /** Why it is no run that may be read. */
  readonly refused?: string;
}

/** Where a file system puts what it has repaired, at its root: no run. */
const LOST_AND_FOUND = "lost+found";

/**
 * Lists what lies in a directory of runs, in no order.
 *
 * @param runs The directory that holds all runs.
 * @returns Its entries; none if there is no such directory.
 * @throws {RangeError} If it is a file, or itself a run.
 */
export function readEntries(runs: string): Deno.DirEntry[] {
  let entries: Deno.DirEntry[];
  try {
    entries = ifExists(() => [...Deno.readDirSync(runs)]) ?? [];
  } catch (error) {
    if (!(error instanceof Deno.errors.NotADirectory)) throw error;
    throw new RangeError(`Cannot read runs from ${runs}: it is a file`);
  }
  if (entries.some(({ name, isFile }) => isFile && name === "run.json")) {
    throw new RangeError(
      `Cannot read runs from ${runs}: it is a run, not a directory of runs`,
    );
  }
  return entries;
}

/**
 * Lists the runs of a directory, oldest name first. Names that begin with a
 * dot are Whisker's own; files, `lost+found` and further directories of runs
 * are no runs.
 *
 * @param runs The directory that holds all runs.
 * @param entries What lies in it, or the part of it that matters.
 * @param known Directories that are known to be runs, by their names.
 * @returns The runs, and what had to be refused; none if there is no such
 * directory.
 * @throws {RangeError} If it is a file, or itself a run.
 */
export function listRuns(
  runs: string,
  entries: readonly Deno.DirEntry[] = readEntries(runs),
  known?: Pick<ReadonlySet<string>, "has">,
): RunEntry[] {
  return entries
    .filter(({ name, isFile, isDirectory }) =>
      !name.startsWith(".") && !isFile && name !== LOST_AND_FOUND &&
      !(isDirectory && !known?.has(name) && holdsRuns(`${runs}/${name}`))
    )
    .sort((a, b) => a.name < b.name ? -1 : 1)
    .map(({ name: id, isSymlink }) => {
      const path = `${runs}/${id}`;
      const refused = !RUN_ID.test(id)
        ? "its name is no run id"
        : isSymlink && pathWithin(path, runs) === null
        ? "it is a link that leads out of the runs"
        : undefined;
      return { id, path, ...(refused ? { refused } : {}) };
    });
}

/** Says whether a folder is no run itself, but contains runs. */
function holdsRuns(path: string): boolean {
  if (exists(`${path}/run.json`) || exists(`${path}/results`)) return false;
  try {
    return Deno.readDirSync(path)
      .some(({ name }) => exists(`${path}/${name}/run.json`));
  } catch {
    return false; // Its reader says why it cannot be read.
  }
}

/** Which run {@linkcode findRun} may take for `latest`. */
export interface FindRunOptions {
  /** Whether `latest` means the latest completed one. */
  readonly completed?: boolean;
  /** Whether `latest` means the latest that is not completed. */
  readonly unfinished?: boolean;
  /** Of which experiment `latest` is, if there is a run of it. */
  readonly experiment?: string;
  /** A folder that `latest` has, if any run has it: `samples`. */
  readonly folder?: string;
  /** Where to report what could not be read on the way to the latest. */
  readonly problems?: Problem[];
  /** What is known of some of the runs, by id, and need not be read again. */
  readonly known?: ReadonlyMap<string, RunSummary>;
}

/**
 * Finds a run by the name that a user gives it: its id, the beginning of the id or of
 * its hexadecimal part, else any part of the id, its path, or `latest`. A link
 * to a run in the same directory may be named too.
 *
 * @param runs The directory that holds all runs.
 * @param name What the run is called.
 * @param options Which runs `latest` may mean.
 * @returns The run's directory, under its own name.
 * @throws {RangeError} If there is no such run, more than one, or it lies
 * outside the runs directory.
 */
export function findRun(
  runs: string,
  name: string,
  options: FindRunOptions = {},
): string {
  return findByPath(runs, findEntry(runs, name, options));
}

/**
 * Finds a run as {@linkcode findRun} does, but does not follow a link.
 *
 * @param runs The directory that holds all runs.
 * @param name What the run is called.
 * @param options Which runs `latest` may mean.
 * @returns The path of a run or of a link.
 * @throws {RangeError} If there is no such run, or more than one.
 */
export function findEntry(
  runs: string,
  name: string,
  options: FindRunOptions = {},
): string {
  if (name === "") {
    throw new RangeError(`Cannot find a run in ${runs}: its name is empty`);
  }
  if (name.includes("/")) return name.replace(/\/+$/, "");
  const all = readEntries(runs);
  const isUsable = ({ refused }: RunEntry) => refused === undefined;
  if (name === "latest") {
    const entries = listRuns(runs, all, options.known).filter(isUsable);
    return findLatest(runs, entries, options);
  }
  // Only those are looked at that may have the name.
  const entries = listRuns(
    runs,
    all.filter((entry) => entry.name.includes(name)),
  );
  const usable = entries.filter(isUsable);
  const exact = entries.find(({ id }) => id === name);
  if (exact?.refused) {
    throw new RangeError(`Cannot use run ${name}: ${exact.refused}`);
  }
  if (exact) return exact.path;
  const begin = usable.filter(({ id }) =>
    id.startsWith(name) || id.split("_")[1]?.startsWith(name)
  );
  const within = usable.filter(({ id }) => id.includes(name));
  const matches = begin.length > 0 ? begin : within;
  if (matches.length === 1) return matches[0]!.path;
  if (matches.length === 0) {
    const others = listRuns(runs, all).filter(isUsable);
    const hint = others.length > 0
      ? `the last of its ${others.length} runs is ${others.at(-1)!.id}`
      : "it has no runs yet, and deno task train makes one";
    throw new RangeError(`Cannot find run "${name}" in ${runs}: ${hint}`);
  }
  const ids = matches.slice(0, MAX_NAMED).map(({ id }) => id).join(", ");
  const more = matches.length - MAX_NAMED;
  throw new RangeError(
    `Cannot tell which run "${name}" is: ${ids}` +
      `${more > 0 ? ` and ${more} more` : ""} have that`,
  );
}

const MAX_NAMED = 4;

function findByPath(runs: string, path: string): string {
  const outside = new RangeError(
    `Cannot use run ${path}: it lies outside ${runs}; --runs DIR names ` +
      "another runs directory",
  );
  let info: Deno.FileInfo | null;
  try {
    info = ifExists(() => Deno.statSync(path));
  } catch (error) {
    // A path that may not be read is outside the runs.
    throw error instanceof Deno.errors.NotCapable ? outside : error;
  }
  if (!info) {
    throw new RangeError(`Cannot find run ${path}: there is no such directory`);
  }
  if (!info.isDirectory) {
    throw new RangeError(`Cannot use ${path} as a run: it is a file`);
  }
  const id = pathWithin(path, runs);
  if (id === null) throw outside;
  if (!RUN_ID.test(id)) {
    throw new RangeError(
      `Cannot use ${path} as a run: runs lie right in ${runs}, under names ` +
        "of letters and digits",
    );
  }
  return `${runs}/${id}`;
}

function findLatest(
  runs: string,
  entries: readonly RunEntry[],
  options: FindRunOptions,
): string {
  const { completed, unfinished, problems, known } = options;
  const found = entries.flatMap(({ id, path }) => {
    try {
      const { status, startedAt, experiment } = known?.get(id) ??
        readRunInfo(path);
      const isWanted = status === "completed" ? !unfinished : !completed;
      return isWanted ? [{ path, at: Date.parse(startedAt), experiment }] : [];
    } catch (error) {
      // A damaged run is never the latest.
      if (hasBegun(path)) {
        const reason = (error as Error).message;
        problems?.push({ run: id, file: `${path}/run.json`, reason });
      }
      return [];
    }
  }).sort((a, b) => a.at - b.at);
  const { experiment, folder } = options;
  const latest = found.findLast((run) => run.experiment === experiment) ??
    found.findLast(({ path }) => folder && exists(`${path}/${folder}`)) ??
    found.at(-1);
  if (latest) return latest.path;
  if (unfinished && entries.length > 0) {
    throw new RangeError(
      `Cannot find a run in ${runs} that is not completed: there is nothing ` +
        "to resume",
    );
  }
  const what = completed ? "completed run" : "run";
  throw new RangeError(
    `Cannot find a ${what} in ${runs}: deno task train makes one`,
  );
}
