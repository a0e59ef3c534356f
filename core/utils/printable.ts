/** What moves a cursor, rings a bell, or turns the direction of letters. */
const UNPRINTABLE = /(?!\n)\p{Cc}|[\u202A-\u202E\u2066-\u2069]/gu;

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
 * import { printable } from "./printable.ts";
 *
 * assertEquals(printable("a\x1b[2Jb\n"), "a\uFFFD[2Jb\n");
 * ```
 */
export function printable(text: string): string {
  return text.replaceAll("\t", " ").replaceAll(UNPRINTABLE, "\uFFFD");
}
