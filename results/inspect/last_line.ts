/**
 * The end of a history, however long that is.
 *
 * @module
 */

import { HISTORY_FILE } from "../../core/store/lock.ts";
import { checkRunFile } from "../../core/store/safe_path.ts";
import { isJsonObject, type JsonObject } from "../../core/utils/json.ts";

/** So much of a history is read; a longer line is not shown as progress. */
const MAX_BYTES = 2 ** 16;

/**
 * Reads the last whole line of a run's history, without reading the others.
 *
 * @param runPath The run's directory.
 * @param length How many bytes of the history count; all by default.
 * @returns The line; null if there is none after the header, or it cannot be
 * read.
 */
export function readLastLine(
  runPath: string,
  length = Infinity,
): JsonObject | null {
  const path = `${runPath}/${HISTORY_FILE}`;
  try {
    const size = Math.min(checkRunFile(path, runPath), length);
    const bytes = new Uint8Array(Math.min(size, MAX_BYTES));
    using file = Deno.openSync(path);
    file.seekSync(size - bytes.length, Deno.SeekMode.Start);
    const nRead = file.readSync(bytes) ?? 0;
    const text = new TextDecoder().decode(bytes.subarray(0, nRead));
    // What follows the last line end is torn.
    const line: unknown = JSON.parse(text.split("\n").at(-2) ?? "");
    const isHeader = !isJsonObject(line) || "schemaVersion" in line;
    return isHeader ? null : line;
  } catch {
    return null;
  }
}
