/**
 * Hashes of the files of a run, by which later changes are detected.
 *
 * @module
 */

import { CHECKPOINT_FILE } from "./checkpoint.ts";
import type { RunInfo } from "./run_info.ts";

/** What may change after a training, or holds the hashes itself. */
const CHANGING = [
  ...["run.json", "log.txt", CHECKPOINT_FILE, "evaluations", "samples"],
];

/**
 * Hashes the files that a training has left in its run.
 *
 * @param runPath The run's directory.
 * @returns The hash and the size of each.
 */
export async function hashContents(
  runPath: string,
): Promise<Required<Pick<RunInfo, "contents" | "sizes">>> {
  const contents: Record<string, string> = {};
  const sizes: Record<string, number> = {};
  for (const path of listFiles(runPath, "").sort()) {
    const file = `${runPath}/${path}`;
    contents[path] = await hashFile(file);
    sizes[path] = Deno.statSync(file).size;
  }
  return { contents, sizes };
}

/**
 * Hashes a file of any size in little memory.
 *
 * @param path The file's path.
 * @returns SHA-256 in hexadecimal digits.
 */
export async function hashFile(path: string): Promise<string> {
  // Imported here: only the end of a training and doctor need it.
  const { createHash } = await import("node:crypto");
  const hash = createHash("sha256");
  const { readable } = await Deno.open(path);
  for await (const chunk of readable) hash.update(chunk);
  return hash.digest("hex");
}

/** How much of a file is read at once. */
const CHUNK_BYTES = 2 ** 20;

/**
 * Finds where two files differ, in little memory.
 *
 * @param a A file's path.
 * @param b The other's; both have the same number of bytes.
 * @returns The index of the first byte that differs; null where none does.
 */
export async function findDifference(
  a: string,
  b: string,
): Promise<number | null> {
  const { Buffer } = await import("node:buffer");
  using first = await Deno.open(a);
  using second = await Deno.open(b);
  const chunk = new Uint8Array(CHUNK_BYTES),
    other = new Uint8Array(CHUNK_BYTES);
  for (let offset = 0;; offset += CHUNK_BYTES) {
    const length = await fillChunk(chunk, first);
    await fillChunk(other, second);
    if (Buffer.compare(chunk, other) !== 0) {
      return offset + chunk.findIndex((byte, index) => byte !== other[index]);
    }
    if (length < CHUNK_BYTES) return null;
  }
}

/** Reads as much of a file as there is room; returns how much it was. */
async function fillChunk(
  chunk: Uint8Array,
  file: Deno.FsFile,
): Promise<number> {
  let length = 0;
  while (length < chunk.length) {
    const n = await file.read(chunk.subarray(length));
    if (n === null) break;
    length += n;
  }
  return length;
}

/** The paths of the files; links, and what Whisker itself hides, left out. */
function listFiles(runPath: string, folder: string): string[] {
  return [...Deno.readDirSync(`${runPath}/${folder}`)].flatMap((entry) => {
    const { name, isDirectory, isFile } = entry;
    const path = folder === "" ? name : `${folder}/${name}`;
    if (name.startsWith(".") || CHANGING.includes(path)) return [];
    return isDirectory ? listFiles(runPath, path) : isFile ? [path] : [];
  });
}
