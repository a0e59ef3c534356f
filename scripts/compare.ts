/**
 * `deno task compare`: prints a table of replicates by records, with errors and
 * verdicts.
 *
 * @module
 */

import { choice } from "../core/config/fields.ts";
import { parseFlags } from "../core/config/flags.ts";
import { ConfigSchema } from "../core/config/schema.ts";
import { compare } from "../results/compare/compare.ts";
import { RunDatabase } from "../results/database.ts";
import { FORMATS, render } from "../results/render/render.ts";
import {
  checkPositionals,
  type Command,
  commonSchema,
  EXIT,
  main,
} from "./_command.ts";
import { layoutSchema, selectionSchema, statisticsSchema } from "./_compare.ts";
import { reportProblems } from "./_runs.ts";

const formatSchema = new ConfigSchema({
  format: choice({
    default: "table",
    choices: FORMATS,
    description: "how to write the table",
  }),
});

const command: Command = {
  name: "compare",
  reads: "./runs,./studies",
  help: () => ({
    summary: "Print a table of runs by records, with errors and verdicts.",
    usage: "deno task compare [flags]",
    groups: [
      { title: "Runs", schema: selectionSchema },
      { title: "Statistics", schema: statisticsSchema },
      { title: "Table", schema: layoutSchema },
      { title: "Output", schema: formatSchema },
    ],
    examples: [
      "deno task compare --where dataset=faithful --sort loss/held-out",
      "deno task compare --baseline model=identity --ci 95",
      "deno task compare --rows model --cols nSteps --metric sampling",
      "deno task compare --metric 'loss/*' --since 7d --format latex",
    ],
  }),
  async run(args) {
    const flags = parseFlags(args, [
      selectionSchema,
      statisticsSchema,
      layoutSchema,
      formatSchema,
      commonSchema,
    ]);
    checkPositionals(flags.positionals, 0);
    const { runs, strict, ...selection } = flags.resolve(selectionSchema);
    const { format } = flags.resolve(formatSchema);
    const database = new RunDatabase(...runs);
    const comparison = await compare(database, {
      ...selection,
      ...flags.resolve(statisticsSchema),
      ...flags.resolve(layoutSchema),
    });
    console.log(await render(comparison, format, terminal()));
    // Beside data there is no room for notes on stdout.
    if (format === "csv") {
      const { left, superseded, caveats } = comparison;
      left.forEach((run) => console.error(`not completed: ${run}`));
      superseded.forEach((run) => console.error(`superseded: ${run}`));
      caveats.forEach((caveat) => console.error(`beware: ${caveat}`));
    }
    if (format !== "json") reportProblems(database.problems);
    const isBad = strict && database.problems.length > 0;
    return isBad ? EXIT.failed : EXIT.done;
  },
};

/** How wide the terminal is, and whether it has colours, if it is one. */
function terminal(): { width: number; color: boolean } {
  if (!Deno.stdout.isTerminal()) return { width: Infinity, color: false };
  return { width: Deno.consoleSize().columns, color: !Deno.noColor };
}

if (import.meta.main) await main(command);
