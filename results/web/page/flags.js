// @ts-check
/**
 * Flags as on a command line.
 *
 * @module
 */

import { joinWords, splitWords } from "./words.js";

/**
 * A flag: its name without dashes, and its value.
 *
 * @typedef {readonly [name: string, value: string]} Flag
 */

/**
 * Parses flags.
 *
 * @param {string} text Such as `--ci 95 --metric 'loss/*' --variance`.
 * @returns {Flag[]} The flags in order; a switch has the value `true`. Words that
 * belong to no flag have an empty name.
 */
export function parseFlags(text) {
  const words = splitWords(text);
  /** @type {Flag[]} */
  const flags = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? "", next = words[i + 1];
    const [, name, value] = /^--([^=]+)(?:=(.*))?$/s.exec(word) ?? [];
    if (name === undefined) flags.push(["", word]);
    else if (value !== undefined) flags.push([name, value]);
    else if (next === undefined || next.startsWith("--")) {
      flags.push([name, "true"]);
    } else {
      flags.push([name, next]);
      i++;
    }
  }
  return flags;
}

/**
 * Formats flags so that {@linkcode parseFlags} and a shell read the same.
 *
 * @param {readonly Flag[]} flags The flags.
 * @returns {string} The text.
 */
export function formatFlags(flags) {
  return joinWords(flags.flatMap(([name, value]) => {
    if (name === "") return [value];
    return value === "true" ? [`--${name}`] : [`--${name}`, value];
  }));
}

/**
 * Reads a flag.
 *
 * @param {readonly Flag[]} flags The flags.
 * @param {string} name Its name.
 * @returns {string} Its values as words; empty without it.
 */
export function readFlag(flags, name) {
  return joinWords(
    flags.filter(([own]) => own === name).map(([, value]) => value),
  );
}

/**
 * Changes a flag.
 *
 * @param {readonly Flag[]} flags The flags.
 * @param {string} name Its name.
 * @param {readonly string[]} values Its values; none to leave it out.
 * @returns {Flag[]} The flags with these values, where the flag was before.
 */
export function writeFlag(flags, name, values) {
  const at = flags.findIndex(([own]) => own === name);
  const before = at === -1 ? flags : flags.slice(0, at);
  const after = at === -1 ? [] : flags.slice(at);
  return [
    ...before,
    ...values.map((value) => /** @type {Flag} */ ([name, value])),
    ...after.filter(([own]) => own !== name),
  ];
}
