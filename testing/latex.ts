/**
 * LaTeX as tests compile it.
 *
 * @module
 */

import { tempFolder } from "./helpers.ts";

/** What LaTeX said of a document. */
export interface Compiled {
  /** Errors, warnings, and boxes that are too wide. */
  readonly complaints: readonly string[];
  /** How many pages there are. */
  readonly nPages: number;
  /** All that it said. */
  readonly log: string;
}

/** What a column of two is wide, as in many templates. */
const PREAMBLE = String.raw`
\documentclass[twocolumn,10pt]{article}
\usepackage{booktabs,threeparttable,siunitx}
\setlength{\textwidth}{6.75in}
\setlength{\columnsep}{0.25in}
\setlength{\oddsidemargin}{-0.125in}
\begin{document}
`;

/** Compiles the body of a two-column document, twice for its references. */
export async function compileLatex(body: string): Promise<Compiled> {
  using folder = tempFolder();
  const text = `${PREAMBLE}${body}\n\\end{document}\n`;
  Deno.writeTextFileSync(`${folder.path}/document.tex`, text);
  for (let pass = 1; pass <= 2; pass++) {
    await new Deno.Command("pdflatex", {
      args: ["-interaction=nonstopmode", "document.tex"],
      cwd: folder.path,
      stdin: "null",
      stdout: "null",
    }).output();
  }
  return readLog(`${folder.path}/document.log`);
}

/** Reads what LaTeX said when it compiled a document. */
export function readLog(path: string): Compiled {
  // The log has lines of 79 bytes, in which a letter may be cut.
  const log = new TextDecoder().decode(Deno.readFileSync(path));
  const complaints = log.match(/^(!|Overfull|LaTeX Warning).*$/gm) ?? [];
  const [, nPages = "0"] = /\((\d+) pages?/.exec(log) ?? [];
  return { complaints, nPages: Number(nPages), log };
}
