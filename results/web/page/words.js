// @ts-check
/**
 * Words as on a command line, where those with spaces are quoted.
 *
 * @module
 */

/**
 * Splits a text into words.
 *
 * @param {string} text Words with spaces between them; quotation marks of either
 * kind keep together what is between them.
 * @returns {string[]} The words without quotation marks.
 */
export function splitWords(text) {
  return Array.from(
    text.matchAll(/(?:[^\s'"]|"[^"]*"?|'[^']*'?)+/g),
    ([word]) =>
      word.replaceAll(
        /"([^"]*)"?|'([^']*)'?/g,
        (_, first, second) => first ?? second ?? "",
      ),
  );
}

/**
 * Joins words to a text that {@linkcode splitWords} and a shell split into the same.
 *
 * @param {readonly string[]} words The words; none has both kinds of quotation marks.
 * @returns {string} The text.
 */
export function joinWords(words) {
  return words.map((word) => {
    if (/^[\w.,=/%+:-]+$/.test(word)) return word;
    return word.includes("'") ? `"${word}"` : `'${word}'`;
  }).join(" ");
}
