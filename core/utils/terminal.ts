/** Characters that move a cursor, ring a bell, or change the text direction. */
const UNPRINTABLE = /(?!\n)[\p{Cc}\p{Bidi_Control}]/gu;

/**
 * Makes a text safe to print: names in files come from anyone, and must not
 * control the terminal. `\uFFFD` takes the place of each control character except
 * line ends.
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

/** The longest message that is kept and printed in full. */
const MAX_LENGTH = 10_000;

/** Cuts a text that is too long, and says how many characters are omitted. */
export function shorten(text: string, maxLength = MAX_LENGTH): string {
  const nOmitted = text.length - maxLength;
  return nOmitted > 0
    ? `${text.slice(0, maxLength)}… (${nOmitted} more characters)`
    : text;
}

/**
 * Shortens a message and makes it safe to print: names and errors in files may
 * have any length and hold any character.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { truncate } from "./terminal.ts";
 *
 * assertEquals(truncate("abcdef", 4), "abcd… (2 more characters)");
 * ```
 */
export function truncate(text: string, maxLength?: number): string {
  return printable(shorten(text, maxLength));
}
