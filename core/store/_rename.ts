/**
 * Renames a file or folder, again where a signal interrupts it, as network file
 * systems allow.
 *
 * @param from Its path.
 * @param to The new path.
 */
export function rename(from: string, to: string): void {
  while (true) {
    try {
      return Deno.renameSync(from, to);
    } catch (error) {
      if (!(error instanceof Deno.errors.Interrupted)) throw error;
    }
  }
}
