/**
 * The manifest of a sweep: everything that its processes need, written once.
 *
 * ```text
 * runs/.sweeps/NAME/sweep.json          the manifest
 * runs/.sweeps/NAME/source/             the code that runs, as at the launch
 * runs/.sweeps/NAME/claims/KEY.ATTEMPT/ created by the process that takes a task
 * runs/.sweeps/NAME/launch.json         the last launch
 * runs/.sweeps/NAME/earlier.json        the runs that existed then
 * runs/.sweeps/NAME/cancelled           exists while the sweep is cancelled
 * runs/.sweeps/.claims/IDENTITY         locked by the process that has the run
 * ```
 *
 * @module
 */

import { readJsonFile, writeJsonFile } from "../store/json_file.ts";
import { makeFolders } from "../store/run_directory.ts";
import type { SourceInfo } from "../store/run_info.ts";
import { exists } from "../utils/exists.ts";
import { ifExists } from "../store/if_exists.ts";
import type { JsonObject } from "../utils/json.ts";
import type { RunBasis } from "./identity.ts";

/** The folder of sweeps among the runs; the dot shows that it is not a run. */
export const SWEEPS = ".sweeps";

/** What `sweep.json` holds. */
export interface SweepManifest {
  /** The sweep's name: its folder. */
  readonly name: string;
  /** When it was created: ISO 8601, UTC. */
  readonly createdAt: string;
  /** What was asked for, in the form of a sweep file. */
  readonly specification: JsonObject;
  /** The experiment's name. */
  readonly experiment: string;
  /** The experiment's file within the project; null if it is Whisker's own. */
  readonly experimentFile: string | null;
  /** The experiment's module in the folder of the source. */
  readonly entry: string;
  /** The source of its runs. */
  readonly source: SourceInfo;
  /** SHA-256 of each data file that a configuration names, by its path. */
  readonly files: Readonly<Record<string, string>>;
  /** Global settings of its runs: engine, threads, fsync, checkpointEvery, … */
  readonly settings: JsonObject;
  /** The configurations, as resolved; their seeds are replaced by `seeds`. */
  readonly rows: readonly JsonObject[];
  /** The seeds of each row. */
  readonly seeds: readonly number[];
  /** The settings of the evaluations that follow each training, as resolved. */
  readonly evaluations: readonly JsonObject[];
  /** The type of its plan, and the plan's parameters. */
  readonly plan: JsonObject & { readonly type: string };
}

/** The form of a sweep's name, which is part of paths. */
export const SWEEP_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** A sweep. */
export interface Sweep {
  /** The directory that holds the runs. */
  readonly runs: string;
  /** The sweep's own folder. */
  readonly path: string;
  /** Its manifest. */
  readonly manifest: SweepManifest;
}

/** Returns the folder of a sweep, which need not exist. */
export function getSweepPath(runs: string, name: string): string {
  return `${runs}/${SWEEPS}/${name}`;
}

/**
 * Creates a sweep: its folder appears as a whole, or not at all.
 *
 * @param runs The directory that holds the runs.
 * @param manifest The manifest.
 * @param addFiles Adds further files to its folder: the source.
 * @returns The sweep.
 * @throws {Deno.errors.AlreadyExists} If there is a sweep of that name.
 */
export async function createSweep(
  runs: string,
  manifest: SweepManifest,
  addFiles: (folder: string) => void | Promise<void>,
): Promise<Sweep> {
  const folder = `${runs}/${SWEEPS}`;
  const path = getSweepPath(runs, manifest.name);
  makeFolders(folder);
  const alreadyExists = () =>
    new Deno.errors.AlreadyExists(`There is a sweep ${manifest.name} already`);
  if (exists(path)) throw alreadyExists();
  const temporary = `${folder}/.${manifest.name}.${crypto.randomUUID()}`;
  try {
    Deno.mkdirSync(`${temporary}/claims`, { recursive: true });
    await addFiles(temporary);
    writeJsonFile(`${temporary}/sweep.json`, manifest);
    // Fails if another process was first: its folder is not empty.
    Deno.renameSync(temporary, path);
  } catch (error) {
    Deno.removeSync(temporary, { recursive: true });
    throw exists(path) ? alreadyExists() : error;
  }
  return { runs, path, manifest };
}

/**
 * Opens a sweep.
 *
 * @param runs The directory that holds the runs.
 * @param name The sweep's name.
 * @returns The sweep; null if there is none of that name.
 * @throws {SyntaxError} If its manifest is damaged.
 */
export function openSweep(runs: string, name: string): Sweep | null {
  const path = getSweepPath(runs, name);
  if (!SWEEP_NAME.test(name) || !exists(`${path}/sweep.json`)) return null;
  const { schemaVersion: _, ...manifest } = readJsonFile(`${path}/sweep.json`);
  return { runs, path, manifest: manifest as unknown as SweepManifest };
}

/**
 * Lists the names of all sweeps.
 *
 * @param runs The directory that holds the runs.
 * @returns The names, in order.
 */
export function listSweeps(runs: string): string[] {
  const entries = ifExists(() => [...Deno.readDirSync(`${runs}/${SWEEPS}`)]);
  return (entries ?? []).map(({ name }) => name)
    .filter((name) =>
      SWEEP_NAME.test(name) && exists(`${getSweepPath(runs, name)}/sweep.json`)
    ).sort();
}

/** Returns what the runs of a sweep have in common. */
export function getRunBasis({ manifest }: Sweep): RunBasis {
  const { experiment, source, files } = manifest;
  return { experiment, source: source.sha256, files };
}

/** The launch of a sweep: `launch.json`. */
export type Launch = JsonObject & {
  /** The type of the launcher. */
  readonly type: string;
};

const LAUNCH = "launch.json";

/** Records the launch of a sweep. */
export function writeLaunch({ path }: Sweep, launch: Launch): void {
  writeJsonFile(`${path}/${LAUNCH}`, launch);
}

/** Reads the last launch of a sweep; null if it was never launched. */
export function readLaunch({ path }: Sweep): Launch | null {
  if (!exists(`${path}/${LAUNCH}`)) return null;
  const { schemaVersion: _, ...launch } = readJsonFile(`${path}/${LAUNCH}`);
  return launch as Launch;
}

const CANCELLED = "cancelled";

/** Checks whether a sweep is cancelled, so that its processes should stop. */
export function isCancelled({ path }: Sweep): boolean {
  return exists(`${path}/${CANCELLED}`);
}

/** Asks all processes of a sweep to stop. */
export function cancelSweep({ path }: Sweep): void {
  writeJsonFile(`${path}/${CANCELLED}`, { at: new Date().toISOString() });
}

/** Removes the cancellation of a sweep, before it is launched again. */
export function uncancelSweep({ path }: Sweep): void {
  ifExists(() => Deno.removeSync(`${path}/${CANCELLED}`));
}
