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
 * Refuses a link that leads out of a run: a run directory may be somebody
 * else's, and must not make this process read or write elsewhere.
 *
 * @param path A file or folder of the run, which need not be there.
 * @param runPath The run's directory.
 * @throws {RangeError} If it is a link out of the run.
 */
export function checkStaysInside(path: string, runPath: string): void {
  let isLink: boolean;
  try {
    isLink = Deno.lstatSync(path).isSymlink;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    throw error;
  }
  if (isLink && pathWithin(path, runPath) === null) {
    throw new RangeError(
      `Cannot use ${path} as it is a link that leads out of the run`,
    );
  }
}
