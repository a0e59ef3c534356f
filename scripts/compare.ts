/**
 * `deno task compare`: prints a table of runs by records, with their errors.
 *
 * @module
 */

import { choice, text, texts } from "../core/config/fields.ts";
import { parseFlags } from "../core/config/flags.ts";
import { ConfigSchema } from "../core/config/schema.ts";
import { compare } from "../results/compare.ts";
import { RunDatabase } from "../results/database.ts";
import { FORMATS, render } from "../results/render.ts";
import {
  checkPositionals,
  type Command,
  commonSchema,
  EXIT,
  main,
} from "./_command.ts";
import {
  reportProblems,
  runsFlag,
  sinceFlag,
  strictFlag,
  whereFlag,
} from "./_runs.ts";

const compareSchema = new ConfigSchema({
  where: whereFlag,
  metric: texts({
    default: [],
    placeholder: "<glob>",
    description: "only records of such a name [default: all but time/*]",
  }),
  since: sinceFlag,
  sort: text({
    default: "",
    placeholder: "<key|record>",
    description: "in the order of this; -key from high to low",
  }),
  format: choice({
    default: "table",
    choices: FORMATS,
    description: "how to write the table",
  }),
  runs: runsFlag,
  strict: strictFlag,
});

const command: Command = {
  name: "compare",
  reads: "./runs,./studies",
  help: () => ({
    summary: "Print a table of runs by records, with their errors.",
    usage: "deno task compare [flags]",
    groups: [{ title: "Comparison", schema: compareSchema }],
    examples: [
      "deno task compare --where dataset=faithful --sort loss/held-out",
      "deno task compare --metric 'loss/*' --since 7d --format md",
      "deno task compare --metric 'time/*'",
    ],
  }),
  async run(args) {
    const flags = parseFlags(args, [compareSchema, commonSchema]);
    checkPositionals(flags.positionals, 0);
    const options = flags.resolve(compareSchema);
    const database = new RunDatabase(...options.runs);
    const comparison = compare(database, options);
    console.log(await render(comparison, options.format));
    const isData = options.format === "csv" || options.format === "json";
    // Beside data there is no room for notes on stdout.
    if (isData) {
      comparison.left.forEach((run) => console.error(`left out: ${run}`));
    }
    if (options.format !== "json") reportProblems(database.problems);
    const isBad = options.strict && database.problems.length > 0;
    return isBad ? EXIT.failed : EXIT.done;
  },
};

if (import.meta.main) await main(command);
