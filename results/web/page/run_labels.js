// @ts-check
/**
 * What runs and their values are called on the page.
 *
 * @module
 */

/** @typedef {import("../dashboard/protocol.ts").RunList} RunList */

/**
 * Writes the value of a key of the configuration.
 *
 * @param {unknown} value The value; null where a run lacks the key.
 * @returns {string} Its text.
 */
export function formatKeyValue(value) {
  if (value === null || value === undefined) return "–";
  return typeof value === "string" ? value : JSON.stringify(value);
}

/**
 * The labels of runs: the keys in which they differ, else their ids.
 *
 * @param {RunList} list The runs.
 * @returns {ReadonlyMap<string, string>} Labels by id.
 */
export function labelRuns({ keys, runs }) {
  return new Map(runs.map(({ id, values }) => {
    const parts = keys.flatMap((key, i) =>
      values[i] === null ? [] : [`${key}=${formatKeyValue(values[i])}`]
    );
    return [id, parts.join(" ") || id];
  }));
}
