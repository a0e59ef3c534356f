/**
 * `deno task compare`: prints a table of replicates by records, with errors and
 * verdicts.
 *
 * @module
 */

import { truncate } from "../core/utils/terminal.ts";
import type { Comparison } from "../results/compare/comparison.ts";
import { type Command, main } from "./_command.ts";
import { compareGroups, compareRuns } from "./_compare.ts";
import { reportProblems, statusOf } from "./_runs.ts";

const command: Command = {
  name: "compare",
  reads: "./runs,./studies",
  help: () => ({
    summary: "Print a table of runs by records, with errors and verdicts.",
    usage: "deno task compare [flags]",
    groups: compareGroups,
    examples: [
      "deno task compare --where dataset=faithful --sort loss/held-out",
      "deno task compare --baseline model=identity --ci 95",
      "deno task compare --metric sliced-wasserstein --cols source",
      "deno task compare --metric 'loss/*' --since 7d --format latex",
    ],
  }),
  async run(args) {
    const { comparison, format, strict } = await compareRuns(args);
    const { render } = await import("../results/tables/render.ts");
    console.log(await render(comparison, format, terminal()));
    if (format === "csv") printNotes(comparison);
    if (format !== "json") reportProblems(comparison.problems);
    return statusOf(comparison.problems, strict);
  },
};

/** Data on stdout leave no room for notes there. */
function printNotes({ omitted, superseded, warnings }: Comparison): void {
  const lines = [
    ...omitted.map((run) => `not completed: ${run}`),
    ...superseded.map((run) => `superseded: ${run}`),
    ...warnings.map((warning) => `warning: ${warning}`),
  ];
  lines.forEach((line) => console.error(truncate(line)));
}

/** How wide the terminal is, and whether it has colours, if it is one. */
function terminal(): { width: number; color: boolean } {
  if (!Deno.stdout.isTerminal()) return { width: Infinity, color: false };
  return { width: Deno.consoleSize().columns, color: !Deno.noColor };
}

if (import.meta.main) main(command);
