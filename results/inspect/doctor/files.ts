/**
 * All that lies in a folder, whatever it is, and nothing that a link leads to.
 *
 * @module
 */

/** Something that lies in a folder. */
export interface FoundFile {
  /** Its path within the folder. */
  readonly path: string;
  /** What the file system knows of it; of a link, not of where it leads. */
  readonly info: Deno.FileInfo;
}

/**
 * Lists all that lies in a folder and in the folders in it.
 *
 * @param folder The folder; one that is not there is empty.
 * @param onUnreadable Is told of what cannot be examined, by its path within
 * the folder, and why: "" is the folder itself.
 * @returns Files, links and others, folders too, in the order of their paths.
 */
export function filesIn(
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
        const info = lstat(`${folder}/${path}`, (reason) => {
          onUnreadable(path, reason);
        });
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

function lstat(
  path: string,
  onUnreadable: (reason: string) => void,
): Deno.FileInfo | null {
  try {
    return Deno.lstatSync(path);
  } catch (error) {
    // It was replaced or removed meanwhile.
    if (error instanceof Deno.errors.NotFound) return null;
    // It is the folder that lets nothing in it be reached.
    if (error instanceof Deno.errors.PermissionDenied) throw error;
    if (error instanceof Deno.errors.NotCapable) throw error;
    onUnreadable((error as Error).message);
    return null;
  }
}

/**
 * How many bytes files have.
 *
 * @param files The files.
 * @returns The sum.
 */
export function bytesOf(files: readonly FoundFile[]): number {
  return files.reduce(
    (sum, { info }) => sum + (info.isFile ? info.size : 0),
    0,
  );
}

/** A file that nobody has touched for so long is not being written. */
const STALE_MS = 5 * 60 * 1000;

/**
 * Says whether nobody has written to a file, or put one into a folder, for
 * minutes.
 *
 * @param info What the file system knows of it.
 * @param now The present, in milliseconds of the epoch.
 * @returns Whether it is old enough not to be under way. One from the future is
 * not: clocks of other machines may be ahead.
 */
export function isStale(
  { mtime }: Pick<Deno.FileInfo, "mtime">,
  now: number = Date.now(),
): boolean {
  return now - (mtime?.getTime() ?? 0) >= STALE_MS;
}

/** As Whisker's own writers call a file until it is whole. */
const OWN_TEMPORARY = /^\..+\.[0-9a-f]{8}$/;
/** As rsync does. */
const RSYNC_TEMPORARY = /^\..+\.[A-Za-z0-9]{6}$/;

/**
 * Says whether a name is one that a file has while it is being written.
 *
 * @param name The file's name.
 * @returns Whether it is a temporary one, of Whisker's or of rsync's.
 */
export function isTemporary(name: string): boolean {
  return OWN_TEMPORARY.test(name) || RSYNC_TEMPORARY.test(name);
}
