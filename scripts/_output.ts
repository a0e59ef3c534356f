import { writeFileAtomic } from "../core/utils/json.ts";

/**
 * The folder that a file lies in.
 *
 * @param path The file's path.
 * @returns The folder; `.` where the path names none.
 */
export function folderOf(path: string): string {
  return path.includes("/") ? path.replace(/\/[^/]*$/, "") || "/" : ".";
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
