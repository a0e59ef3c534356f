/**
 * Writing files so that a reader sees the old content or the new, never a part
 * of it.
 *
 * @module
 */

import { rename } from "./_rename.ts";

/** How {@linkcode writeFileAtomic} writes. */
export interface WriteOptions {
  /**
   * Whether to wait until content and name are on the disk, to survive a power cut.
   * A process that dies loses nothing either way.
   */
  readonly isDurable?: boolean;
  /** The end of the temporary name; no two processes have the same by default. */
  readonly unique?: string;
}

/**
 * Writes a file so that a reader sees the old content or the new, never a part
 * of it: under a temporary name in the same folder first, then renamed. The
 * temporary name begins with a dot, which readers ignore.
 *
 * @param path The file's path.
 * @param content Its whole content.
 * @param options How to write it.
 * @throws {Deno.errors.NotCapable} If the process may not write there.
 */
export function writeFileAtomic(
  path: string,
  content: string | Uint8Array,
  options: WriteOptions = {},
): void {
  const { unique = crypto.randomUUID().slice(0, 8), isDurable } = options;
  const slash = path.lastIndexOf("/") + 1;
  const temporary = `${path.slice(0, slash)}.${path.slice(slash)}.${unique}`;
  try {
    const bytes = typeof content === "string"
      ? new TextEncoder().encode(content)
      : content;
    // Exclusive: an existing file or link of that name is not written to.
    Deno.writeFileSync(temporary, bytes, { createNew: true });
    // The content before the name, or a power cut could leave an empty file.
    if (isDurable) syncToDisk(temporary);
    rename(temporary, path);
    if (isDurable) syncToDisk(path.slice(0, slash) || ".");
  } catch (error) {
    // On a full disk, half a file must not stay.
    try {
      Deno.removeSync(temporary);
    } catch { /* it was never made */ }
    throw error;
  }
}

/**
 * Forces a file's content, or the names in a folder, to the disk (fsync).
 *
 * @param path A file, or a folder.
 */
export function syncToDisk(path: string): void {
  let file: Deno.FsFile;
  try {
    file = Deno.openSync(path);
  } catch (error) {
    // Windows cannot open folders, and syncs names by itself.
    if (Deno.build.os === "windows") return;
    throw error;
  }
  try {
    file.syncSync();
  } catch (error) {
    // Deno does not name the file.
    if (error instanceof Error) error.message += `: sync '${path}'`;
    throw error;
  } finally {
    file.close();
  }
}
