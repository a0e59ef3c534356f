import { ifExists } from "./if_exists.ts";
import { checkFile } from "./read_text.ts";

/**
 * Resolves a path relative to a folder. Deno's permission check follows links in
 * allowed folders, so links are checked here.
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

/** Whether a path below a folder exists and leads through no link. */
function hasNoLink(path: string, folder: string): boolean {
  if (!path.startsWith(`${folder}/`)) return false;
  if (path.slice(folder.length).includes("..")) return false;
  try {
    let at = path;
    while (at.length > folder.length) {
      if (Deno.lstatSync(at).isSymlink) return false;
      at = at.slice(0, at.lastIndexOf("/"));
    }
    return true;
  } catch {
    return false;
  }
}

/**
 * Refuses a path that is a link out of a run, or has one on the way: a run directory
 * may be from anyone, and must not make this process read or write elsewhere.
 *
 * @param path A file or folder of the run, which need not be there.
 * @param runPath The run's directory.
 * @throws {RangeError} If a link leads out of the run.
 */
export function checkStaysInside(path: string, runPath: string): void {
  // The usual case, which takes half the time.
  if (hasNoLink(path, runPath)) return;
  if (pathWithin(path, runPath) !== null) return;
  // A dangling link counts: writing through it would create a file elsewhere.
  if (ifExists(() => Deno.lstatSync(path))) {
    // Checked again: it may have been created since.
    if (pathWithin(path, runPath) !== null) return;
    throw new RangeError(
      `Cannot use ${path}: it is a link that leads out of the run`,
    );
  }
  const folder = path.slice(0, path.lastIndexOf("/"));
  if (folder.length > runPath.length) checkStaysInside(folder, runPath);
}

/**
 * Refuses a file of a run that is a link out of it, no regular file, or too large.
 *
 * @param path The file's path.
 * @param runPath The run's directory.
 * @param maxBytes How many bytes the file may have.
 * @returns How many it has.
 * @throws {Deno.errors.NotFound} If there is no such file; the message says so.
 * @throws {RangeError} If it is refused.
 */
export function checkRunFile(
  path: string,
  runPath: string,
  maxBytes = Infinity,
): number {
  checkStaysInside(path, runPath);
  return checkFile(path, maxBytes);
}

/**
 * Refuses a run that contains a link out of it, in any folder: experiments may write
 * to folders of their own.
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
