// @ts-check
/**
 * The text of the filter box: conditions as `--where` takes them, with spaces
 * between them.
 *
 * @module
 */

/**
 * Splits the text of the filter box.
 *
 * @param {string} text Conditions with spaces between them; a condition that
 * contains spaces is quoted, wholly or from its value on.
 * @returns {string[]} The conditions.
 */
export function parseConditions(text) {
  const words = text.match(/(?:"[^"]*"?|[^\s"])+/g) ?? [];
  return words.map((word) => word.replaceAll('"', ""));
}

/**
 * Joins conditions to the text of the filter box.
 *
 * @param {readonly string[]} conditions The conditions.
 * @returns {string} A text that {@linkcode parseConditions} splits into the same,
 * if none of them contains a quotation mark.
 */
export function formatConditions(conditions) {
  return conditions.map((text) =>
    /\s/.test(text) ? text.replace(/(?<==|^(?!.*=)).*$/s, '"$&"') : text
  ).join(" ");
}
