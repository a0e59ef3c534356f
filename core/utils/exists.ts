/** Whether a path is that of a file, folder or link, as far as can be known. */
export function exists(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch {
    return false;
  }
}
