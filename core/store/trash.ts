/**
 * The trash beside the runs: readers ignore it, and nothing in it is deleted.
 *
 * @module
 */

import { ifExists } from "./if_exists.ts";
import { checkStaysInside } from "./safe_path.ts";
import { rename } from "./_rename.ts";

/** The trash's name among the runs; the dot says that it is no run. */
export const TRASH = ".trash";

/**
 * Moves a run or a file to the trash by renaming it. It moves whole or not at all,
 * and nothing is overwritten.
 *
 * @param runs The directory that holds all runs.
 * @param name What to move, as a path within it: a run's id, or a file's path.
 * @returns Where it is now.
 * @throws {Deno.errors.NotFound} If it is not there.
 * @throws {RangeError} If the trash is a link that leads out of the runs.
 * @throws {Error} If it and the trash are on different file systems.
 */
export function moveToTrash(runs: string, name: string): string {
  const trash = `${runs}/${TRASH}`;
  checkStaysInside(trash, runs);
  Deno.mkdirSync(trash, { recursive: true });
  const wanted = `${trash}/${name.replaceAll("/", "_")}`;
  let target = wanted;
  const isTaken = () => ifExists(() => Deno.lstatSync(target)) !== null;
  for (let n = 2; isTaken(); n++) target = `${wanted}.${n}`;
  const path = `${runs}/${name}`;
  try {
    rename(path, target);
  } catch (error) {
    const reason = REASONS.get((error as { code?: string }).code);
    if (reason === undefined) throw error;
    throw new Error(`Cannot move ${path} to ${target}: ${reason}`, {
      cause: error,
    });
  }
  return target;
}

/** Why a rename may fail that would work elsewhere. */
const REASONS: ReadonlyMap<string | undefined, string> = new Map([
  ["EXDEV", "they are on different file systems: mv copies between them"],
  ["EBUSY", "it is a mount point, or in use"],
]);
