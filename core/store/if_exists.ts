/**
 * Does something with a file or folder that may be missing.
 *
 * @param action Reads, lists or removes it.
 * @returns What the action returned; null where there is no such file.
 * @throws What the action throws for other reasons.
 */
export function ifExists<T>(action: () => T): T | null {
  try {
    return action();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}
