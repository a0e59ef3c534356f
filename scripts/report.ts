/**
 * `deno task report`: writes a comparison as one page that needs nothing else.
 *
 * @module
 */

import { dirname } from "@std/path";
import { text } from "../core/config/fields.ts";
import { ConfigSchema } from "../core/config/schema.ts";
import { quote } from "../core/utils/quote.ts";
import { defineCommand, main } from "./_command.ts";
import { compareRuns, comparisonFlags } from "./_compare.ts";
import { writeOutput } from "./_output.ts";

const pageSchema = new ConfigSchema({
  out: text({
    default: "reports/report.html",
    placeholder: "<file>",
    rule: "a file that ends in .html",
    allows: (text) => text.endsWith(".html"),
    description: "where to write the page",
  }),
  title: text({ default: "Report", description: "the title of the page" }),
});

const command = defineCommand({
  name: "report",
  summary: "Write a comparison as one page: tables, figures, links to runs.",
  usage: ["[flags]"],
  examples: [
    "deno task report --baseline model=identity --ci 95",
    "deno task report --where dataset=faithful --out reports/faithful.html",
  ],
  flags: { Page: pageSchema, ...comparisonFlags },
  async run({ flags: { out, title, ...flags } }) {
    const comparison = await compareRuns(flags);
    const { renderReport } = await import("../results/web/report.ts");
    const html = await renderReport(comparison, {
      title,
      command: `deno task report ${Deno.args.map(quote).join(" ")}`.trimEnd(),
      folder: dirname(out),
    });
    writeOutput(out, html);
    const { strict } = flags;
    return { text: out, problems: comparison.problems, strict };
  },
});

if (import.meta.main) main(command);
