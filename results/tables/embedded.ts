/**
 * Tables inside Markdown files, between two comments that hold the command:
 *
 *     <!-- whisker: compare --baseline model=identity -->
 *     <!-- /whisker -->
 *
 * @module
 */

import type { Html, Nodes } from "mdast";
import { fromMarkdown } from "mdast-util-from-markdown";
import { parseArgsStringToArgv } from "string-argv";

/** One table inside a file. */
export interface EmbeddedTable {
  /** The command and its flags, as on a command line. */
  readonly args: readonly string[];
  /** The line of its first comment, from 1. */
  readonly line: number;
  /** What stands between the two comments. */
  readonly content: string;
  /** Where that begins in the text. */
  readonly start: number;
  /** Where it ends. */
  readonly end: number;
}

const OPENING = /^<!--\s*whisker:(.*?)-->$/s;
const CLOSING = /^<!--\s*\/whisker\s*-->$/;

/**
 * Finds the tables inside a Markdown text. Comments in code do not count.
 *
 * @param text The text of the file.
 * @param path The file's path, for error messages.
 * @returns The tables, from top to bottom.
 * @throws {SyntaxError} If one is not closed, closed twice, or within another.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { findTables } from "./embedded.ts";
 *
 * const text = "<!-- whisker: compare --ci 95 -->\n\n<!-- /whisker -->\n";
 * const [table] = findTables(text, "notes.md");
 * assertEquals(table!.args, ["compare", "--ci", "95"]);
 * ```
 */
export function findTables(text: string, path: string): EmbeddedTable[] {
  const tables: EmbeddedTable[] = [];
  let open: { args: string[]; line: number; start: number } | undefined;
  const refuse = (line: number, reason: string): never => {
    throw new SyntaxError(
      `Cannot use ${path}:${line}: the table's comment ${reason}`,
    );
  };
  const ending = "a table ends with <!-- /whisker -->";
  for (const { value, position } of findHtml(fromMarkdown(text))) {
    const { start: { line, offset: start }, end: { offset: end } } = position!;
    const comment = value.trim();
    const [, command] = OPENING.exec(comment) ?? [];
    if (command !== undefined) {
      if (open) refuse(open.line, `is not closed before the next: ${ending}`);
      open = { args: parseArgsStringToArgv(command), line, start: end! };
    } else if (CLOSING.test(comment)) {
      if (!open) return refuse(line, `closes what is not open: ${ending}`);
      const content = text.slice(open.start, start);
      tables.push({ ...open, content, end: start! });
      open = undefined;
    } else if (/<!--\s*\/?whisker/.test(comment)) {
      const where = "on a line of its own, with an empty line before it";
      refuse(line, `must stand ${where}`);
    }
  }
  if (open) refuse(open.line, `is not closed: ${ending}`);
  return tables;
}

/** The pieces of HTML in a Markdown text: comments, for example. */
function findHtml(node: Nodes): Html[] {
  if (node.type === "html") return [node];
  return "children" in node ? node.children.flatMap(findHtml) : [];
}

/**
 * Puts new content into the tables of a text. One that differs only in its line
 * breaks, as a formatter leaves it, stays as it is.
 *
 * @param text The text of the file.
 * @param tables Its tables.
 * @param contents The new content of each, in the same order.
 * @returns The text of the file with these.
 */
export function fillTables(
  text: string,
  tables: readonly EmbeddedTable[],
  contents: readonly string[],
): string {
  // From the last to the first, so that earlier places stay the same.
  return tables.reduceRight((filled, { content, start, end }, index) => {
    const wanted = contents[index]!;
    if (isSameText(content, wanted)) return filled;
    const block = formatBlock(wanted, text, start);
    return filled.slice(0, start) + block + filled.slice(end);
  }, text);
}

/** Lines inside a list are indented as their comment is. */
function formatBlock(wanted: string, text: string, start: number): string {
  const line = text.slice(text.lastIndexOf("\n", start - 1) + 1, start);
  const indent = /^\s*/.exec(line)![0];
  const lines = ["", ...wanted.split("\n"), ""]
    .map((line) => line === "" ? "" : indent + line);
  return `\n${lines.join("\n")}\n${indent}`;
}

/**
 * Checks whether two pieces of Markdown are equal except for line breaks and
 * the padding of columns.
 *
 * @param first A piece.
 * @param second Another.
 * @returns Whether they are.
 */
export function isSameText(first: string, second: string): boolean {
  const words = (text: string) =>
    text.replaceAll(/-{3,}/g, "---").replaceAll(/\s+/g, " ").trim();
  return words(first) === words(second);
}
