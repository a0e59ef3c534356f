/**
 * Tables inside Markdown files, between two comments that say what they show:
 *
 *     <!-- whisker: compare --baseline model=identity -->
 *     <!-- /whisker -->
 *
 * @module
 */

import type { Nodes } from "mdast";
import { fromMarkdown } from "mdast-util-from-markdown";
import { parseArgsStringToArgv } from "string-argv";

/** One table inside a file. */
export interface EmbeddedTable {
  /** The command and its flags, as on a command line. */
  readonly args: readonly string[];
  /** The line of the comment that asks for it, from 1. */
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
  for (const { value, line, start, end } of findComments(fromMarkdown(text))) {
    const [, command] = OPENING.exec(value) ?? [];
    if (command !== undefined) {
      if (open) {
        throw unbalanced(path, open.line, "is not closed before the next");
      }
      open = { args: parseArgsStringToArgv(command), line, start: end };
    } else if (CLOSING.test(value)) {
      if (!open) throw unbalanced(path, line, "closes what is not open");
      const content = text.slice(open.start, start);
      tables.push({ ...open, content, end: start });
      open = undefined;
    } else if (/<!--\s*\/?whisker/.test(value)) {
      throw new SyntaxError(
        `Cannot use ${path}:${line} as the table's comment must stand on a ` +
          "line of its own, with an empty line before it",
      );
    }
  }
  if (open) throw unbalanced(path, open.line, "is not closed");
  return tables;
}

function unbalanced(path: string, line: number, what: string): SyntaxError {
  return new SyntaxError(
    `Cannot use ${path}:${line} as the table's comment ${what}: a table ends ` +
      "with <!-- /whisker -->",
  );
}

interface Comment {
  readonly value: string;
  readonly line: number;
  readonly start: number;
  readonly end: number;
}

function findComments(node: Nodes): Comment[] {
  if (node.type === "html" && node.position) {
    const { start, end } = node.position;
    return [{
      value: node.value.trim(),
      line: start.line,
      start: start.offset!,
      end: end.offset!,
    }];
  }
  return "children" in node ? node.children.flatMap(findComments) : [];
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
  let filled = "", from = 0;
  tables.forEach(({ content, start, end }, index) => {
    const wanted = contents[index]!;
    filled += text.slice(from, start) +
      (isSameText(content, wanted)
        ? content
        : formatBlock(wanted, text, start));
    from = end;
  });
  return filled + text.slice(from);
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
 * Checks whether two pieces of Markdown are the same but for line breaks and
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
