/**
 * Tables in LaTeX, which fit a column or the text of a paper.
 *
 * @module
 */

import { singleLine } from "../compare/labels.ts";
import {
  explainWidth,
  type FitOptions,
  fitTable,
  type Fitted,
} from "./latex_fit.ts";
import { escapeLatex, escapeParagraph } from "./latex_text.ts";
import {
  type Note,
  type TextSection,
  type TextTable,
  WARNINGS,
} from "./text_table.ts";

/** How tables are set. */
export interface LatexOptions extends FitOptions {
  /** The caption; without one a table is no float. */
  readonly caption?: string;
  /** What `\ref` calls the table. */
  readonly label?: string;
  /** Is told what is too wide, and what to do. */
  readonly warn?: (message: string) => void;
}

/**
 * Writes tables with their notes.
 *
 * @param sections The tables of a comparison.
 * @param options How they are set.
 * @returns The text; its first line names the packages that it needs. Notes that
 * explain the numbers stand below each table, all others are comments.
 *
 * @example
 * ```ts
 * import { assertStringIncludes } from "@std/assert";
 * import { formatLatex } from "./latex.ts";
 *
 * const table = {
 *   columns: [{ heading: "loss", isNumeric: true, isKey: false }],
 *   rows: [[{ text: "0.391 ± 0.010", marks: "†" }]],
 * };
 * const text = formatLatex([{ heading: "Results", table, notes: [] }], {
 *   caption: "Losses.",
 *   label: "tab:losses",
 * });
 * assertStringIncludes(text, "$0.391 \\pm 0.010$\\tnote{$\\dagger$} \\\\");
 * ```
 */
export function formatLatex(
  sections: readonly TextSection[],
  options: LatexOptions = {},
): string {
  const packages = ["booktabs", "threeparttable"];
  if (options.siunitx) packages.push("siunitx");
  const { caption, label } = options;
  const slugs = new Set<string>();
  const blocks = sections.map((section, index) => {
    const slug = findUnused(slugs, section.heading);
    if (index === 0 || !caption) return formatSection(section, options);
    return formatSection(section, {
      ...options,
      caption: section.title ?? section.heading,
      ...(label ? { label: `${label}-${slug}`, of: label } : {}),
    });
  });
  return [`% \\usepackage{${packages.join(",")}}`, ...blocks].join("\n\n");
}

/** Makes a label of a heading: `ranks`, then `ranks-2`. */
function findUnused(used: Set<string>, heading: string): string {
  const slug = heading.toLowerCase().replaceAll(/\W+/g, "-");
  const count = [...used].filter((name) => name.startsWith(slug)).length;
  const name = count === 0 ? slug : `${slug}-${count + 1}`;
  used.add(name);
  return name;
}

const endSentence = (text: string) => /[.!?]$/.test(text) ? text : `${text}.`;

function formatSection(
  { heading, title, table, notes }: TextSection,
  options: LatexOptions & { readonly of?: string },
): string {
  const { caption, label, of, width = "column" } = options;
  const { kept, shared } = noteShared(table);
  const fitted = fitTable(kept, options);
  const { size, gap, omitted } = fitted;
  const printed = notes.filter(({ role }) => role);
  const others = notes.filter(({ role }) => !role);
  const legend = [
    ...(title && !caption ? [endSentence(escapeParagraph(title))] : []),
    ...(shared.length > 0
      ? [`${shared.map(escapeParagraph).join(", ")}.`]
      : []),
    ...printed.map(formatNote),
  ];
  const problem = explainWidth(fitted, options);
  if (problem) {
    options.warn?.(
      `the table of ${heading.toLowerCase()} is too wide: ${problem}`,
    );
  }
  const block = [
    "\\begin{threeparttable}",
    `${size}\\setlength{\\tabcolsep}{${gap}pt}`,
    ...formatTabular(fitted),
    ...(legend.length > 0
      ? [
        "\\begin{tablenotes}[flushleft]",
        "\\footnotesize\\raggedright\\setlength{\\labelsep}{0pt}",
        "\\item",
        ...legend,
        "\\end{tablenotes}",
      ]
      : []),
    "\\end{threeparttable}",
  ];
  const environment = width === "text" ? "table*" : "table";
  return [
    ...(problem ? [comment(`Too wide: ${problem}`)] : []),
    ...(omitted.length > 0
      ? [comment(`Left out, so that the table fits: ${omitted.join(", ")}.`)]
      : []),
    ...(caption
      ? [
        `\\begin{${environment}}[${width === "text" ? "t" : "tb"}]`,
        "\\centering",
        "\\setlength{\\belowcaptionskip}{4pt}",
        `\\caption{${escapeLatex(singleLine(caption))}${
          of ? ` (Table~\\ref{${of}})` : ""
        }}`,
        ...(label ? [`\\label{${label}}`] : []),
        ...block,
        `\\end{${environment}}`,
      ]
      : block),
    ...others.flatMap(({ text, items = [] }) =>
      [text, ...items.map((item) => `  ${item}`)].map(comment)
    ),
  ].join("\n");
}

const comment = (text: string) => `% ${text}`;

/**
 * In print, what all rows share is a note, and ids of runs are left out.
 */
function noteShared(
  { columns, rows }: TextTable,
): { readonly kept: TextTable; readonly shared: readonly string[] } {
  const hasKeys = columns.some(({ isKey, isRuns }) => isKey && !isRuns);
  const shared: string[] = [];
  const kept = [...columns.keys()].filter((place) => {
    const { isKey, isRuns, isNumeric, heading } = columns[place]!;
    if (!isKey || !hasKeys) return true;
    if (isRuns && !isNumeric) return false;
    const [text, ...others] = new Set(rows.map((row) => row[place]!.text));
    if (others.length > 0 || (rows.length === 1 && !isRuns)) return true;
    shared.push(isRuns ? `${text} runs a row` : `${heading} = ${text}`);
    return false;
  });
  return {
    kept: {
      columns: kept.map((place) => columns[place]!),
      rows: rows.map((row) => kept.map((place) => row[place]!)),
    },
    shared,
  };
}

/**
 * Writes a table with the rules of booktabs.
 *
 * @param fitted The table.
 * @returns The lines of a `tabular`.
 */
export function formatTabular({ columns, stretch }: Fitted): string[] {
  const specs = columns.map(({ spec, overhang }, index) => {
    const isLast = index === columns.length - 1;
    if (overhang === 0) return isLast ? `${spec}@{}` : spec;
    const space = `\\hspace{${overhang}pt}`;
    return `${spec}@{${isLast ? "" : "\\hspace{2\\tabcolsep}"}${space}}`;
  });
  // After the end of a line, [ and * would be read as its argument.
  const line = (cells: readonly string[]) =>
    `${cells.join(" & ").replace(/^[[*]/, "{}$&")} \\\\`;
  const nRows = columns[0]?.cells.length ?? 0;
  const all = specs.join("");
  const [environment, begin] = stretch
    ? ["tabular*", `{${Math.floor(stretch)}pt}{@{\\extracolsep{\\fill}}${all}}`]
    : ["tabular", `{@{}${all}}`];
  return [
    `\\begin{${environment}}${begin}`,
    "\\toprule",
    line(columns.map(({ heading }) => heading)),
    "\\midrule",
    ...Array.from(
      { length: nRows },
      (_, row) => line(columns.map(({ cells }) => cells[row]!)),
    ),
    "\\bottomrule",
    `\\end{${environment}}`,
  ];
}

/** Writes a note as a part of one paragraph. */
function formatNote({ text, items = [] }: Note): string {
  const list = items.map(escapeParagraph).join("; ");
  const intro = text === WARNINGS ? "" : escapeParagraph(text);
  return [intro, list && endSentence(list)].filter(Boolean).join(" ");
}
