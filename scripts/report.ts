/**
 * `deno task report`: writes a comparison as one page that needs nothing else.
 *
 * @module
 */

import { text } from "../core/config/fields.ts";
import { parseFlags } from "../core/config/flags.ts";
import { ConfigSchema } from "../core/config/schema.ts";
import {
  checkPositionals,
  type Command,
  commonSchema,
  main,
} from "./_command.ts";
import {
  compareByFlags,
  layoutSchema,
  selectionSchema,
  statisticsSchema,
} from "./_compare.ts";
import { folderOf, writeOutput } from "./_output.ts";
import { quote } from "./_refusal.ts";
import { reportProblems, statusOf } from "./_runs.ts";

const pageSchema = new ConfigSchema({
  out: text({
    default: "reports/report.html",
    placeholder: "<file>",
    rule: "a file that ends in .html",
    allows: (text) => text.endsWith(".html"),
    description: "where to write the page",
  }),
  title: text({ default: "Report", description: "what stands above it" }),
});

const command: Command = {
  name: "report",
  reads: "./runs,./studies,./reports",
  writes: "./reports",
  help: () => ({
    summary: "Write a comparison as one page: tables, figures, links to runs.",
    usage: "deno task report [flags]",
    groups: [
      { title: "Page", schema: pageSchema },
      { title: "Runs", schema: selectionSchema },
      { title: "Statistics", schema: statisticsSchema },
      { title: "Table", schema: layoutSchema },
    ],
    examples: [
      "deno task report --baseline model=identity --ci 95",
      "deno task report --where dataset=faithful --out reports/faithful.html",
    ],
  }),
  async run(args) {
    const flags = parseFlags(args, [
      pageSchema,
      selectionSchema,
      statisticsSchema,
      layoutSchema,
      commonSchema,
    ]);
    checkPositionals(flags.positionals, 0);
    const { out, title } = flags.resolve(pageSchema);
    const { comparison, strict } = await compareByFlags(flags);
    const { renderReport } = await import("../results/web/report.ts");
    const html = await renderReport(comparison, {
      title,
      command: `deno task report ${args.map(quote).join(" ")}`.trimEnd(),
      folder: folderOf(out),
    });
    writeOutput(out, html);
    console.log(out);
    reportProblems(comparison.problems);
    return statusOf(comparison.problems, strict);
  },
};

if (import.meta.main) main(command);
