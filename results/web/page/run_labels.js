// @ts-check
/**
 * What runs are called on the page.
 *
 * @module
 */

import { formatSetting } from "./format.js";

/** @typedef {import("../dashboard/protocol.ts").RunList} RunList */

/**
 * The labels of runs: the keys in which they differ, else their ids.
 *
 * @param {RunList} list The runs.
 * @returns {ReadonlyMap<string, string>} Labels by id.
 */
export function labelRuns({ keys, runs }) {
  return new Map(runs.map(({ id, values }) => {
    const parts = keys.flatMap((key, i) =>
      values[i] === null ? [] : [`${key}=${formatSetting(values[i])}`]
    );
    return [id, parts.join(" ") || id];
  }));
}
