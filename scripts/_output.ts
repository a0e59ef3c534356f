import { writeFileAtomic } from "../core/store/atomic_write.ts";

/**
 * The folder that a file lies in.
 *
 * @param path The file's path.
 * @returns The folder; `.` where the path names none.
 */
export function folderOf(path: string): string {
  return path.includes("/") ? path.replace(/\/[^/]*$/, "") || "/" : ".";
}

/** The end of a file's name while it is rewritten: one that a grant can name. */
const TEMPORARY = "whisker";

/**
 * What a file is called while {@linkcode rewrite} writes it.
 *
 * @param path The file's path.
 * @returns The path of the temporary file.
 */
export function temporaryOf(path: string): string {
  return path.replace(/[^/]*$/, (name) => `.${name}.${TEMPORARY}`);
}

/**
 * Writes a file that is there already, under a right to write that file and
 * {@linkcode temporaryOf} it, not its whole folder.
 *
 * @param path The file's path.
 * @param content Its whole content.
 * @throws {Deno.errors.NotCapable} If the process may not write these.
 */
export function rewrite(path: string, content: string): void {
  try {
    // Left by a process that was killed, or a link: not to be written through.
    Deno.removeSync(temporaryOf(path));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  writeFileAtomic(path, content, { unique: TEMPORARY });
}

/**
 * Writes a file, and makes its folder if that is not there.
 *
 * @param path The file's path.
 * @param content Its whole content.
 * @throws {Deno.errors.NotCapable} If the process may not write there.
 */
export function writeOutput(path: string, content: string | Uint8Array): void {
  Deno.mkdirSync(folderOf(path), { recursive: true });
  writeFileAtomic(path, content);
}
