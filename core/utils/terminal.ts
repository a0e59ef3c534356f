/** What moves a cursor, rings a bell, or turns the direction of letters. */
const UNPRINTABLE = /(?!\n)[\p{Cc}\p{Bidi_Control}]/gu;

/**
 * Makes a text safe to print: names in files may be anyone's, and none may
 * steer a terminal.
 *
 * @param text Any text.
 * @returns The text with `\uFFFD` for each control character but line ends.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { printable } from "./terminal.ts";
 *
 * assertEquals(printable("a\x1b[2Jb\n"), "a\uFFFD[2Jb\n");
 * ```
 */
export function printable(text: string): string {
  return text.replaceAll("\t", " ").replaceAll(UNPRINTABLE, "\uFFFD");
}

/**
 * Makes JSON text safe to print: what may steer a terminal is escaped, so that
 * it still means the same.
 *
 * @param json JSON text.
 * @returns JSON text of the same value.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { printableJson } from "./terminal.ts";
 *
 * assertEquals(printableJson('"a\x9bb"'), '"a\\u009bb"');
 * ```
 */
export function printableJson(json: string): string {
  return json.replaceAll(
    UNPRINTABLE,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** So much of a message is printed. */
const MAX_MESSAGE_LENGTH = 10_000;

/**
 * Makes a message safe to print, and cuts it where it is longer than anyone
 * reads: names and errors in files may have any length.
 *
 * @param text The message.
 * @param most How many characters it may have.
 * @returns The message, cut with a word of how much is left out.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { truncate } from "./terminal.ts";
 *
 * assertEquals(truncate("abcdef", 4), "abcd… (2 more characters)");
 * ```
 */
export function truncate(
  text: string,
  most: number = MAX_MESSAGE_LENGTH,
): string {
  const left = text.length - most;
  return left > 0
    ? `${printable(text.slice(0, most))}… (${left} more characters)`
    : printable(text);
}
