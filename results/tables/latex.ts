/**
 * Tables in LaTeX, for `\input` or to be pasted as they are.
 *
 * @module
 */

import {
  MARKS,
  type Note,
  type TextCell,
  type TextSection,
  type TextTable,
} from "./text_table.ts";

/** Signs with a meaning in LaTeX, and signs that its fonts lack. */
const ESCAPES: Readonly<Record<string, string>> = {
  "\\": "\\textbackslash{}",
  "{": "\\{",
  "}": "\\}",
  "$": "\\$",
  "&": "\\&",
  "#": "\\#",
  "%": "\\%",
  "_": "\\_",
  "~": "\\textasciitilde{}",
  "^": "\\textasciicircum{}",
  "<": "\\textless{}",
  ">": "\\textgreater{}",
  "|": "\\textbar{}",
  '"': "''",
  "±": "$\\pm$",
  "≈": "$\\approx$",
  "†": "$\\dagger$",
  "α": "$\\alpha$",
  "–": "--",
  "−": "$-$",
  "∞": "$\\infty$",
  // The replacement character is not in the fonts either.
  "\uFFFD": "?",
};

/**
 * Escapes the signs that have a meaning in LaTeX.
 *
 * @param text Any text.
 * @returns The text as LaTeX that shows it.
 */
export function escapeLatex(text: string): string {
  return text.replaceAll(
    /[\\{}$&#%_~^<>|"±≈†α–−∞\uFFFD]/g,
    (sign) => ESCAPES[sign]!,
  );
}

/** A number with its error or interval, a power of ten, and what follows. */
const FORMULA =
  /^(\(?<?-?[\d.]+(?: ± [\d.]+| \[[-\d., ]+\])?\)?|\[[-\d., ]+\])(?:(?<=\))e(-?\d+))?( \(.*)?$/;

const SIGNS: Readonly<Record<string, string>> = {
  [MARKS.withinRun]: "\\dagger",
  [MARKS.tied]: "\\approx",
};

function formatCell({ text, marks = "", isBest }: TextCell): string {
  const signs = [...marks].map((mark) => SIGNS[mark] ?? mark).join(" ");
  const above = signs && `^{${signs}}`;
  const [, number, power, rest = ""] = FORMULA.exec(text) ?? [];
  if (number === undefined) return escapeLatex(text) + (above && `$${above}$`);
  // An empty group keeps a sign from being a second exponent.
  const times = power === undefined ? "" : ` \\times 10^{${power}}{}`;
  const formula = number.replace("±", "\\pm").replace(" [", "\\,[") + times;
  const shown = isBest ? `\\mathbf{${formula}}` : formula;
  return `$${shown}${above}$${escapeLatex(rest)}`;
}

/**
 * Writes tables with their titles and notes.
 *
 * @param sections The tables of a comparison.
 * @returns The text; its first line names the package that it needs.
 */
export function formatLatexDocument(sections: readonly TextSection[]): string {
  const blocks = sections.flatMap(({ title, table, notes }) => [
    ...(title ? ["", formatLatexNotes([{ text: title }])] : []),
    formatLatex(table),
    ...(notes.length > 0 ? [formatLatexNotes(notes)] : []),
  ]);
  return ["% \\usepackage{booktabs}", ...blocks].join("\n");
}

/**
 * Writes notes in small letters under a table.
 *
 * @param notes The notes.
 * @returns The text, a paragraph for each note and each item of a list.
 */
export function formatLatexNotes(notes: readonly Note[]): string {
  return notes.flatMap(({ text, items = [] }) => [
    `\\par{\\footnotesize ${escapeLatex(text)}}`,
    ...items.map((item) => `\\par{\\footnotesize\\quad ${escapeLatex(item)}}`),
  ]).join("\n");
}

/**
 * Writes a table in LaTeX with the rules of booktabs.
 *
 * @param table The table.
 * @returns The text of a `tabular`.
 *
 * @example
 * ```ts
 * import { assertStringIncludes } from "@std/assert";
 * import { formatLatex } from "./latex.ts";
 *
 * const text = formatLatex({
 *   columns: [{ heading: "loss", isNumeric: true, isKey: false }],
 *   rows: [[{ text: "0.391 ± 0.010", marks: "†" }]],
 * });
 * assertStringIncludes(text, "$0.391 \\pm 0.010^{\\dagger}$ \\\\");
 * ```
 */
export function formatLatex({ columns, rows }: TextTable): string {
  const align = columns.map(({ isNumeric }) => isNumeric ? "r" : "l").join("");
  // After the end of a line, [ and * would be read as its argument.
  const line = (cells: readonly string[]) =>
    `${cells.join(" & ").replace(/^[[*]/, "{}$&")} \\\\`;
  return [
    `\\begin{tabular}{${align}}`,
    "\\toprule",
    line(columns.map(({ heading }) => escapeLatex(heading))),
    "\\midrule",
    ...rows.map((row) => line(row.map(formatCell))),
    "\\bottomrule",
    "\\end{tabular}",
  ].join("\n");
}
