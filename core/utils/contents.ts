/**
 * Hashes of what a run has left behind, by which it is seen later whether a bit
 * of it has changed.
 *
 * @module
 */

import { sha256 } from "./_hash.ts";
import { CHECKPOINT_FILE } from "./checkpoint.ts";

/** What changes by right after a training, or says the hashes itself. */
const CHANGING = ["run.json", CHECKPOINT_FILE, "evaluations", "samples"];

/**
 * Hashes the files that a training has left in its run.
 *
 * @param runPath The run's directory.
 * @returns SHA-256 in hexadecimal digits by the file's path in the run.
 */
export async function hashContents(
  runPath: string,
): Promise<Record<string, string>> {
  const hashes: [string, string][] = [];
  for (const path of filesIn(runPath, "")) {
    hashes.push([path, await hashFile(`${runPath}/${path}`)]);
  }
  return Object.fromEntries(hashes.sort(([a], [b]) => a < b ? -1 : 1));
}

/**
 * Hashes a file.
 *
 * @param path The file's path.
 * @returns SHA-256 in hexadecimal digits.
 */
export async function hashFile(path: string): Promise<string> {
  return await sha256(Deno.readFileSync(path));
}

/** The paths of the files; links, and what Whisker itself hides, left out. */
function filesIn(runPath: string, folder: string): string[] {
  return [...Deno.readDirSync(`${runPath}/${folder}`)].flatMap((entry) => {
    const { name, isDirectory, isFile } = entry;
    const path = folder === "" ? name : `${folder}/${name}`;
    if (name.startsWith(".") || CHANGING.includes(path)) return [];
    return isDirectory ? filesIn(runPath, path) : isFile ? [path] : [];
  });
}
