/**
 * Where a path really leads, relative to a folder: Deno's permission check
 * follows a link that lies in an allowed folder, so that is looked at here.
 *
 * @param path The path, which may be a link.
 * @param folder The folder, which may be one too.
 * @returns The real path within the folder, or null if it lies outside.
 */
export function pathWithin(path: string, folder: string): string | null {
  try {
    const root = Deno.realPathSync(folder).replace(/\/$/, "") + "/";
    const real = Deno.realPathSync(path);
    return real.startsWith(root) ? real.slice(root.length) : null;
  } catch {
    return null;
  }
}

/**
 * Refuses a link that leads out of a run, be it the path itself or a folder on
 * the way: a run directory may be somebody else's, and must not make this
 * process read or write elsewhere.
 *
 * @param path A file or folder of the run, which need not be there.
 * @param runPath The run's directory.
 * @throws {RangeError} If a link leads out of the run.
 */
export function checkStaysInside(path: string, runPath: string): void {
  if (pathWithin(path, runPath) !== null) return;
  let isThere = true;
  try {
    // A link to nowhere is there: written through, it would make a file there.
    Deno.lstatSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    isThere = false;
  }
  // Looked at again: it may have been made since.
  if (isThere && pathWithin(path, runPath) === null) {
    throw new RangeError(
      `Cannot use ${path} as it is a link that leads out of the run`,
    );
  }
  if (isThere) return;
  const folder = path.slice(0, path.lastIndexOf("/"));
  if (folder.length > runPath.length) checkStaysInside(folder, runPath);
}

/**
 * Refuses to write into a run that has a link which leads out of it, anywhere:
 * an experiment's own folders are known to no one else.
 *
 * @param runPath The run's directory.
 * @throws {RangeError} If a link in it leads out of it.
 */
export function checkNoLinkLeadsOut(runPath: string): void {
  const folders = [runPath];
  for (const folder of folders) {
    for (const { name, isDirectory, isSymlink } of Deno.readDirSync(folder)) {
      const path = `${folder}/${name}`;
      if (isSymlink) checkStaysInside(path, runPath);
      else if (isDirectory) folders.push(path);
    }
  }
}
