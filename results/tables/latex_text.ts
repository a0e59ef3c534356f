/**
 * Texts in LaTeX: escaped, measured, and broken into lines.
 *
 * @module
 */

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
  "≤": "$\\le$",
  "†": "$\\dagger$",
  "α": "$\\alpha$",
  "χ": "$\\chi$",
  "²": "$^2$",
  "–": "--",
  // Two of them would be a dash.
  "-": "-{}",
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
    /[\\{}$&#%_~^<>|"±≈≤∞†αχ²–−\uFFFD]|-(?=-)/g,
    (sign) => ESCAPES[sign]!,
  );
}

/**
 * Escapes a text that LaTeX breaks into lines. Names as long as a line, like
 * `layers=64,64,64`, may be broken inside.
 *
 * @param text Any text.
 * @returns The text as LaTeX that shows it.
 */
export function escapeParagraph(text: string): string {
  return text.split(/(?<=[/=,_:;.])(?=[^\s\d])|(?<=\p{Ll})(?=\p{Lu})|(?<=,)/u)
    .map(escapeLatex).join("\\allowbreak{}");
}

/** Widths of letters of Computer Modern at 10 pt, rounded up. */
const WIDTHS: readonly (readonly [width: number, letters: string])[] = [
  [2.8, "il.,:;'![]|I"],
  [3.4, " -fj"],
  [4, "rst()_"],
  [4.5, "cez"],
  [5.1, 'ago0123456789/–*†²"'],
  [5.6, "bdhnpukqvxySJ"],
  [6.9, "EFLPZ"],
  [7.3, "wBCTR"],
  [7.8, "ADGHKNOQUVXY=+<>≈≤−~"],
  [8.4, "m%&#α"],
  [9.2, "M"],
  [10.3, "W@"],
];
const WIDTH_OF = new Map(
  WIDTHS.flatMap(([width, letters]) =>
    [...letters].map((letter) => [letter, width])
  ),
);
const WIDEST = 10.3;

/**
 * Measures how wide a text is.
 *
 * @param text The text, not yet escaped.
 * @returns Its width in points, at 10 pt; no less than it really is.
 */
export function measureText(text: string): number {
  return [...text].reduce(
    (sum, letter) => sum + (WIDTH_OF.get(letter) ?? WIDEST),
    0,
  );
}

/**
 * Breaks a text into lines, after spaces and between the parts of names.
 *
 * @param text The text, not yet escaped.
 * @param width How wide a line may be in points, at 10 pt; a piece that is wider
 * has a line of its own.
 * @returns The lines.
 */
export function breakLines(text: string, width: number): string[] {
  const lines: string[] = [];
  const pieces = text.split(/(?<=[/=,_ ])/).flatMap((part) =>
    // Inside words only where that is necessary.
    measureText(part) <= width
      ? part
      : part.split(/(?<=\w-)|(?<=[a-z])(?=[A-Z])/)
  );
  for (const piece of pieces) {
    const joined = (lines.at(-1) ?? "") + piece;
    if (lines.length > 0 && measureText(joined.trimEnd()) <= width) {
      lines[lines.length - 1] = joined;
    } else lines.push(piece);
  }
  return lines.map((line) => line.trimEnd());
}

/**
 * Puts lines on top of each other.
 *
 * @param lines The lines, not yet escaped.
 * @param place How they are aligned: with the top or bottom line of the row,
 * and to the left, right or centre.
 * @returns LaTeX for a cell.
 */
export function stackLines(
  lines: readonly string[],
  place: { readonly vertical: "t" | "b"; readonly align: "l" | "r" | "c" },
): string {
  const [first = "", ...others] = lines.map(escapeLatex);
  if (others.length === 0) return first;
  const { vertical, align } = place;
  // After \\, [ and * would be read as its argument.
  const text = [first, ...others.map((line) => line.replace(/^[[*]/, "{}$&"))]
    .join("\\\\");
  return `\\begin{tabular}[${vertical}]{@{}${align}@{}}${text}\\end{tabular}`;
}
