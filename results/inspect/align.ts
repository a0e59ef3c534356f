import { singleLine } from "../compare/labels.ts";

/**
 * Writes rows of texts in two columns, indented; a text from a file stays in the
 * line of its name.
 *
 * @param rows Names, and what stands beside each.
 * @returns A line for each row.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { align } from "./align.ts";
 *
 * assertEquals(align([["id", "a"], ["status", "failed"]]), [
 *   "  id      a",
 *   "  status  failed",
 * ]);
 * ```
 */
export function align(
  rows: readonly (readonly [name: string, text: string])[],
): string[] {
  const names = rows.map(([name]) => singleLine(name));
  const width = Math.max(...names.map(({ length }) => length));
  return rows.map(([, text], index) =>
    `  ${names[index]!.padEnd(width)}  ${singleLine(text)}`.trimEnd()
  );
}
