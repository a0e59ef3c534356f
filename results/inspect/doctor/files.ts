/**
 * What lies in a folder, without following links.
 *
 * @module
 */

import { ifExists } from "../../../core/store/if_exists.ts";

/** A file, folder or link. */
export interface FoundFile {
  /** Its path within the folder. */
  readonly path: string;
  /** Its metadata; of a link, those of the link itself. */
  readonly info: Deno.FileInfo;
}

/**
 * Lists everything in a folder and its subfolders.
 *
 * @param folder The folder; one that does not exist is empty.
 * @param onUnreadable Called with each path within the folder that cannot be
 * examined, and the reason; "" is the folder itself.
 * @returns Files, links and others, folders too, in the order of their paths.
 */
export function listTree(
  folder: string,
  onUnreadable: (path: string, reason: string) => void = () => {},
): FoundFile[] {
  const found: FoundFile[] = [];
  const pending = [""];
  while (pending.length > 0) {
    const parent = pending.pop()!;
    try {
      for (const { name } of Deno.readDirSync(`${folder}/${parent}`)) {
        const path = parent === "" ? name : `${parent}/${name}`;
        // It may have been replaced or removed meanwhile.
        const info = ifExists(() => Deno.lstatSync(`${folder}/${path}`));
        if (!info) continue;
        found.push({ path, info });
        if (info.isDirectory) pending.push(path);
      }
    } catch (error) {
      if (error instanceof Deno.errors.NotCapable) throw error;
      if (error instanceof Deno.errors.NotFound) continue;
      onUnreadable(parent, (error as Error).message);
    }
  }
  return found.sort((a, b) => a.path < b.path ? -1 : 1);
}

/**
 * Sums the sizes of files.
 *
 * @param files The files.
 * @returns The sum in bytes.
 */
export function sumBytes(files: readonly FoundFile[]): number {
  return files.reduce(
    (sum, { info }) => sum + (info.isFile ? info.size : 0),
    0,
  );
}

/** A file unchanged for so long is not being written any more. */
const STALE_MS = 5 * 60 * 1000;

/**
 * Tells whether a file, or the list of a folder, has not changed for minutes.
 *
 * @param info Its metadata.
 * @param now The present, in milliseconds of the epoch.
 * @returns Whether it is that old. One from the future is not: clocks of other
 * machines may be ahead.
 */
export function isStale(
  { mtime }: Pick<Deno.FileInfo, "mtime">,
  now: number = Date.now(),
): boolean {
  return now - (mtime?.getTime() ?? 0) >= STALE_MS;
}

/** How Whisker names a file until it is complete. */
const OWN_TEMPORARY = /^\..+\.[0-9a-f]{8}$/;
/** How rsync does. */
const RSYNC_TEMPORARY = /^\..+\.[A-Za-z0-9]{6}$/;

/**
 * Tells whether a file has the name of an unfinished one.
 *
 * @param name The file's name.
 * @returns Whether Whisker or rsync would name an unfinished file so.
 */
export function isTemporary(name: string): boolean {
  return OWN_TEMPORARY.test(name) || RSYNC_TEMPORARY.test(name);
}
