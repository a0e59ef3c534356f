/**
 * Reading a whole history into memory.
 *
 * @module
 */

import { HistoryReader } from "../core/store/history.ts";

/** The lines of a run's history; a torn last one is skipped. */
export function readHistory(runPath: string) {
  const history = new HistoryReader(runPath);
  const lines = [...history];
  return { runId: history.runId, lines, torn: history.isTorn };
}
