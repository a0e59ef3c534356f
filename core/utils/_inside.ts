/**
 * Deno's permission check follows a link that lies in an allowed folder, so
 * where it leads is checked here.
 */
export function liesInside(path: string, folder: string): boolean {
  try {
    const root = Deno.realPathSync(folder).replace(/\/$/, "");
    return Deno.realPathSync(path).startsWith(`${root}/`);
  } catch {
    return false;
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
  if (isLink && !liesInside(path, runPath)) {
    throw new RangeError(
      `Cannot use ${path} as it is a link that leads out of the run`,
    );
  }
}
