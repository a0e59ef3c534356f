import { dirname } from "@std/path";
import { writeFileAtomic } from "../core/store/atomic_write.ts";

/** The suffix of a file while it is rewritten: one that a grant can name. */
const TEMPORARY = "whisker";

/**
 * Names the file that {@linkcode rewrite} writes first.
 *
 * @param path The file's path.
 * @returns The path of the temporary file.
 */
export function nameTemporary(path: string): string {
  return path.replace(/[^/]*$/, (name) => `.${name}.${TEMPORARY}`);
}

/**
 * Writes a file that exists already, with no more permission than to write that
 * file and its {@linkcode nameTemporary}.
 *
 * @param path The file's path.
 * @param content Its whole content.
 * @throws {Deno.errors.NotCapable} If the process may not write them.
 */
export function rewrite(path: string, content: string): void {
  try {
    // A leftover of a killed process, or a link, which must not be followed.
    Deno.removeSync(nameTemporary(path));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  writeFileAtomic(path, content, { unique: TEMPORARY });
}

/**
 * Writes a file, and makes its folder if that does not exist.
 *
 * @param path The file's path.
 * @param content Its whole content.
 * @throws {Deno.errors.NotCapable} If the process may not write there.
 */
export function writeOutput(path: string, content: string | Uint8Array): void {
  Deno.mkdirSync(dirname(path), { recursive: true });
  writeFileAtomic(path, content);
}
