/**
 * The end of a history that was not read: its last values.
 *
 * @module
 */

import { HISTORY_FILE } from "../../../core/store/lock.ts";
import { checkRunFile } from "../../../core/store/safe_path.ts";
import { isJsonObject, type JsonObject } from "../../../core/utils/json.ts";

/** So much of a history is read. */
const MAX_BYTES = 2 ** 13;

/**
 * Reads the last lines of a history, without reading the others: a line of an epoch
 * may have other measures than those of its steps.
 *
 * @param runPath The run's directory.
 * @returns The latest value of each field of these lines, and the last line
 * itself; undefined if there is none, or it cannot be read.
 */
export function readHistoryEnd(
  runPath: string,
): { readonly latest: JsonObject; readonly last: JsonObject } | undefined {
  const path = `${runPath}/${HISTORY_FILE}`;
  try {
    const size = checkRunFile(path, runPath);
    const bytes = new Uint8Array(Math.min(size, MAX_BYTES));
    using file = Deno.openSync(path);
    file.seekSync(size - bytes.length, Deno.SeekMode.Start);
    const nRead = file.readSync(bytes) ?? 0;
    const lines = new TextDecoder().decode(bytes.subarray(0, nRead)).split(
      "\n",
    );
    // The first is cut or the header, what follows the last line end is torn.
    const values = lines.slice(1, -1).map((text): unknown => JSON.parse(text))
      .filter(isJsonObject);
    const last = values.at(-1);
    return last && { latest: Object.assign({}, ...values), last };
  } catch {
    return undefined;
  }
}
