/** Characters that move a cursor, ring a bell, or change the text direction. */
const UNPRINTABLE = /(?!\n)[\p{Cc}\p{Bidi_Control}]/gu;

/**
 * Makes a text safe to print: names in files come from anyone, and must not
 * control the terminal.
 *
 * @param text Any text.
 * @returns The text with `\uFFFD` for each control character except line ends.
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
 * Makes JSON text safe to print: characters that control a terminal are escaped,
 * which does not change the value.
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

/** The longest message that is printed in full. */
const MAX_MESSAGE_LENGTH = 10_000;

/**
 * Makes a message safe to print, and truncates it: names and errors in files may
 * have any length.
 *
 * @param text The message.
 * @param maxLength The largest number of characters.
 * @returns The message; if it was truncated, with the number of characters
 * omitted.
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
  maxLength: number = MAX_MESSAGE_LENGTH,
): string {
  const omitted = text.length - maxLength;
  return omitted > 0
    ? `${printable(text.slice(0, maxLength))}… (${omitted} more characters)`
    : printable(text);
}
