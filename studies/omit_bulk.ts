/**
 * What published runs do without.
 *
 * @module
 */

import { readRunInfo, writeRunInfo } from "../core/store/run_info.ts";
import { exists } from "../core/utils/exists.ts";

/** What is too large for git, and can be made again. */
const BULK = ["log.txt", "metrics.jsonl", "model", "results/values", "samples"];

/**
 * Removes from a run what no comparison needs, and writes down that it is left out.
 *
 * @param runPath The run's directory.
 */
export function omitBulk(runPath: string): void {
  const omitted = BULK.filter((name) => exists(`${runPath}/${name}`));
  writeRunInfo(runPath, { ...readRunInfo(runPath), omitted });
  for (const name of omitted) {
    Deno.removeSync(`${runPath}/${name}`, { recursive: true });
  }
}
