/**
 * The columns of a table in LaTeX: how each is aligned, and its cells.
 *
 * @module
 */

import {
  breakLines,
  escapeLatex,
  measureText,
  stackLines,
} from "./latex_text.ts";
import { MARKS, type TextCell, type TextColumn } from "./text_table.ts";

/** A column in LaTeX. */
export interface LatexColumn {
  /** How `tabular` aligns it. */
  readonly spec: string;
  /** Its heading. */
  readonly heading: string;
  /** Its cells; with siunitx, `&` may separate a number from its interval. */
  readonly cells: readonly string[];
  /** How wide it is, in points at 10 pt, without the signs after it. */
  readonly width: number;
  /** How far the signs after its numbers stand out. */
  readonly overhang: number;
}

/** How columns are made. */
export interface ColumnStyle {
  /** Whether siunitx aligns numbers by their points. */
  readonly siunitx?: boolean;
  /** How wide texts may be before they are broken, in points at 10 pt. */
  readonly maxText: number;
}

/** A number, its error or interval, a power of ten, and what follows. */
const NUMBER =
  /^\(?(<?-?\d[\d.]*)?(?: ± ([\d.]+)| ?(\[[-\d., ]+\]))?\)?(?:e(-?\d+))?( \(.*)?$/;

/** A cell that is a number. */
interface NumberCell extends TextCell {
  readonly mean: string;
  readonly error: string;
  readonly interval: string;
  readonly power: string;
  readonly rest: string;
}

function parseNumber(cell: TextCell): NumberCell | undefined {
  const [, mean = "", error = "", interval = "", power = "", rest = ""] =
    NUMBER.exec(cell.text) ?? [];
  if (mean === "" && interval === "") return undefined;
  return { ...cell, mean, error, interval, power, rest };
}

const SIGNS: Readonly<Record<string, string>> = {
  [MARKS.withinRun]: "$\\dagger$",
  [MARKS.tied]: "$\\approx$",
};

function formatMarks(marks = ""): string {
  const signs = [...marks].map((mark) => SIGNS[mark] ?? mark).join("");
  return signs === "" ? "" : `\\tnote{${signs}}`;
}

/** How wide one of these signs is. */
const MARK_WIDTH = 6;

function joinFormula({ mean, error, interval, power }: NumberCell): string {
  const value = error
    ? `${mean} \\pm ${error}`
    : [mean, interval].filter(Boolean).join("\\,");
  const isSum = error !== "" || (mean !== "" && interval !== "");
  if (power === "") return value;
  return `${isSum ? `(${value})` : value} \\times 10^{${power}}`;
}

/** Formats a cell without siunitx. */
function formatCell(
  cell: TextCell,
  isNumeric: boolean,
  { maxText }: ColumnStyle,
): string {
  const number = isNumeric ? parseNumber(cell) : undefined;
  const marks = formatMarks(cell.marks);
  if (!number) {
    const lines = breakLines(cell.text, maxText);
    return stackLines(lines, { vertical: "t", align: "l" }) + marks;
  }
  const formula = joinFormula(number);
  const shown = cell.isBest ? `\\mathbf{${formula}}` : formula;
  return `$${shown}$${marks}${escapeLatex(number.rest)}`;
}

const MINUS = 7.8, PLUS_MINUS = 12.3, TIMES_TEN = 23, POWER_DIGIT = 4.6;
/** How much wider bold digits are. */
const BOLD = 1.16;

/** How wide a cell is without its signs, in points at 10 pt. */
function measureCell(
  cell: TextCell,
  isNumeric: boolean,
  { maxText }: ColumnStyle,
): number {
  const number = isNumeric ? parseNumber(cell) : undefined;
  if (!number) {
    return Math.max(0, ...breakLines(cell.text, maxText).map(measureText));
  }
  const { mean, error, interval, power, rest, isBest } = number;
  const digits = mean + error + interval;
  const nMinus = digits.split("-").length - 1;
  const value = measureText(digits.replaceAll("-", "")) + nMinus * MINUS +
    (error ? PLUS_MINUS : 0) +
    (power ? TIMES_TEN + POWER_DIGIT * (power.length + 1) + 8 : 0);
  return (isBest ? BOLD : 1) * value + measureText(rest);
}

/**
 * Makes a column.
 *
 * @param column The column for readers.
 * @param cells Its cells.
 * @param style How columns are made.
 * @returns The column in LaTeX.
 */
export function makeColumn(
  { heading, isNumeric }: TextColumn,
  cells: readonly TextCell[],
  style: ColumnStyle,
): LatexColumn {
  const measured = cells.map((cell) => measureCell(cell, isNumeric, style));
  const content = Math.max(0, ...measured);
  // A heading may be as wide as what is below it.
  const lines = breakLines(heading, content);
  const width = Math.max(content, ...lines.map(measureText));
  const nMarks = Math.max(
    0,
    ...cells.map(({ marks = "" }) => [...marks].length),
  );
  const numbers = isNumeric && style.siunitx
    ? alignNumbers(cells, style)
    : undefined;
  const align = numbers ? "c" : isNumeric ? "r" : "l";
  const head = stackLines(lines, { vertical: "b", align });
  if (!numbers) {
    return {
      spec: align,
      heading: head,
      cells: cells.map((cell) => formatCell(cell, isNumeric, style)),
      width,
      overhang: nMarks * MARK_WIDTH,
    };
  }
  return {
    spec: numbers.spec,
    heading: numbers.hasIntervals
      ? `\\multicolumn{2}{c}{${head}}`
      : `{${head}}`,
    cells: numbers.cells,
    width: Math.max(width, numbers.width),
    overhang: nMarks * MARK_WIDTH,
  };
}

/** Lets siunitx align the numbers of a column, if it has any with a point. */
function alignNumbers(cells: readonly TextCell[], style: ColumnStyle) {
  const parsed = cells.map((cell) => {
    const number = parseNumber(cell);
    const isAligned = number && /^-?\d/.test(number.mean) &&
      number.rest === "" && number.power === "";
    return isAligned ? number : undefined;
  });
  const numbers = parsed.filter((number) => number !== undefined);
  if (numbers.length === 0) return undefined;
  const hasIntervals = numbers.some(({ interval }) => interval !== "");
  const largest = (find: (number: NumberCell) => number) =>
    Math.max(0, ...numbers.map(find));
  const [nWhole, nDecimals] = [0, 1].map((part) =>
    largest(({ mean }) => (mean.replace("-", "").split(".")[part] ?? "").length)
  ) as [number, number];
  const nError = largest(({ error }) =>
    error.replace(".", "").replace(/^0+(?=.)/, "").length
  );
  const sign = numbers.some(({ mean }) => mean.startsWith("-")) ? "-" : "";
  const format = `${sign}${nWhole}.${nDecimals}` +
    (nError > 0 ? `(${nError})` : "");
  const options = [
    `table-format=${format}`,
    "group-minimum-digits=9",
    ...(nError > 0 ? ["separate-uncertainty"] : []),
    ...(numbers.some(({ isBest }) => isBest) ? ["detect-weight"] : []),
  ].join(",");
  const digits = measureText("0".repeat(nWhole + nDecimals) + ".");
  const error = PLUS_MINUS + measureText("0".repeat(nDecimals + 1) + ".");
  const intervals = largest(({ interval }) =>
    interval ? measureCell({ text: interval }, true, style) + 4 : 0
  );
  return {
    spec: `S[${options}]${hasIntervals ? "@{\\;}l" : ""}`,
    hasIntervals,
    width: BOLD *
      (digits + (sign ? MINUS : 0) + (nError > 0 ? error : 0) + intervals),
    cells: cells.map((cell, row) => {
      const number = parsed[row];
      if (number) return formatAligned(number, hasIntervals);
      const text = formatCell(cell, true, style);
      return `\\multicolumn{${hasIntervals ? 2 : 1}}{c}{${text}}`;
    }),
  };
}

function formatAligned(
  { mean, error, interval, isBest, marks }: NumberCell,
  hasIntervals: boolean,
): string {
  const number = (isBest ? "\\bfseries " : "") + mean +
    (error ? ` +- ${error}` : "");
  const signs = formatMarks(marks);
  // Text after a number may not be wider than its column.
  if (!hasIntervals) return number + (signs && `\\rlap{${signs}}`);
  const range = isBest ? `\\mathbf{${interval}}` : interval;
  return `${number} & ${interval ? `$${range}$` : ""}${signs}`;
}
