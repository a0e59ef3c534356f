/**
 * `deno task compare`: prints a table of replicates by records, with errors and
 * verdicts.
 *
 * @module
 */

import { truncate } from "../core/utils/terminal.ts";
import type { Comparison } from "../results/compare/comparison.ts";
import { defineCommand, EXIT, main, terminalWidth } from "./_command.ts";
import { compareFlags, compareRuns } from "./_compare.ts";
import { reportProblems } from "./_runs.ts";

const command = defineCommand({
  name: "compare",
  summary: "Print a table of runs by records, with errors and verdicts.",
  usage: ["[flags]"],
  examples: [
    "deno task compare --where dataset=faithful --sort loss/held-out",
    "deno task compare --baseline model=identity --ci 95",
    "deno task compare --metric sliced-wasserstein --cols source",
    "deno task compare --metric 'loss/*' --since 7d --format latex \\\n" +
    "    --caption 'Losses.' --label tab:losses > losses.tex",
  ],
  flags: compareFlags,
  async run({ flags }) {
    const { format, strict, caption, label, width: wanted, siunitx } = flags;
    const comparison = await compareRuns(flags);
    const { problems } = comparison;
    const { render } = await import("../results/tables/render.ts");
    const width = terminalWidth(Infinity);
    const color = Deno.stdout.isTerminal() && !Deno.noColor;
    const warn = (message: string) => console.error(`warning: ${message}`);
    const latex = { caption, label, width: wanted, siunitx, warn };
    console.log(await render(comparison, format, { width, color, latex }));
    if (format === "csv") printNotes(comparison);
    if (format !== "json") reportProblems(problems);
    return strict && problems.length > 0 ? EXIT.failed : EXIT.done;
  },
});

/** Data on stdout leave no room for notes there. */
function printNotes({ omitted, superseded, warnings }: Comparison): void {
  const lines = [
    ...omitted.map((run) => `not completed: ${run}`),
    ...superseded.map((run) => `superseded: ${run}`),
    ...warnings.map((warning) => `warning: ${warning}`),
  ];
  lines.forEach((line) => console.error(truncate(line)));
}

if (import.meta.main) main(command);
