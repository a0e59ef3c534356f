/**
 * `deno task tables`: fills the tables inside Markdown files from runs, or
 * checks that they still follow from them.
 *
 * @module
 */

import { texts } from "../core/config/fields.ts";
import { parseFlags } from "../core/config/flags.ts";
import { ConfigSchema } from "../core/config/schema.ts";
import { readText } from "../core/store/read_text.ts";
import type { Problem } from "../core/store/run_file.ts";
import { render } from "../results/tables/render.ts";
import {
  defineCommand,
  EXIT,
  type FlagValues,
  main,
  usageError,
} from "./_command.ts";
import { compareFlags, compareRuns } from "./_compare.ts";
import { nameFlags } from "./_flag_names.ts";
import { rewrite } from "./_output.ts";
import { reportProblems } from "./_runs.ts";

const tablesSchema = new ConfigSchema({
  write: texts({
    placeholder: "<file>",
    description: "fill the tables in this file; may be repeated",
  }),
  check: texts({
    placeholder: "<file>",
    description: "exit with 1 if its tables do not match the runs",
  }),
});

const command = defineCommand({
  name: "tables",
  summary: "Fill the tables inside Markdown files, or check them.",
  usage: ["--write FILE", "--check FILE"],
  notes: [
    "A table stands between two comments, the first with the flags of compare:",
    "  <!-- whisker: compare --runs studies/NAME/runs --ci 95 -->\n" +
    "  <!-- /whisker -->",
    "A formatter may wrap its lines, but change nothing else.",
  ],
  examples: [
    "deno task tables --write README.md",
    "deno task tables --check README.md --check docs/statistics.md",
  ],
  flags: { Tables: tablesSchema },
  async run({ flags: { write, check } }) {
    if (write.length + check.length === 0) {
      throw usageError("No file is named: give --write FILE or --check FILE");
    }
    for (const path of write) await writeTables(path);
    let nStale = 0;
    for (const path of check) nStale += await checkTables(path) ? 0 : 1;
    return nStale > 0 ? EXIT.failed : EXIT.done;
  },
});

interface Filled {
  readonly text: string;
  readonly filled: string;
  readonly nTables: number;
  readonly nProblems: number;
}

async function fill(path: string): Promise<Filled> {
  const { fillTables, findTables } = await import(
    "../results/tables/embedded.ts"
  );
  const text = readText(path);
  const tables = findTables(text, path);
  const contents: string[] = [];
  const problems: Problem[] = [];
  for (const { args: [name, ...args], line } of tables) {
    if (name !== "compare") {
      throw usageError(
        `Cannot fill ${path}:${line}: a table is made by compare, not by ` +
          `"${name ?? ""}"`,
      );
    }
    try {
      const flags = resolveCompareFlags(args);
      const { format } = flags;
      if (format !== "table" && format !== "md") {
        throw usageError(`Cannot use --format ${format} in Markdown`);
      }
      const comparison = await compareRuns(flags);
      contents.push(await render(comparison, "md"));
      problems.push(...comparison.problems);
    } catch (error) {
      if (error instanceof Deno.errors.NotCapable) throw error;
      const message = nameFlags(error as Error);
      throw usageError(`Cannot fill ${path}:${line}: ${message}`, {
        cause: error,
      });
    }
  }
  const filled = fillTables(text, tables, contents);
  reportProblems(problems);
  return { text, filled, nTables: tables.length, nProblems: problems.length };
}

/** Parses the flags of the `compare` that makes a table. */
function resolveCompareFlags(
  args: readonly string[],
): FlagValues<typeof compareFlags> {
  const schemas = Object.values(compareFlags);
  const { positionals: [extra], resolve } = parseFlags(args, schemas);
  if (extra !== undefined) throw usageError(`Unexpected argument "${extra}"`);
  return {
    ...resolve(compareFlags.Runs),
    ...resolve(compareFlags.Statistics),
    ...resolve(compareFlags.Table),
    ...resolve(compareFlags.Output),
  };
}

async function writeTables(path: string): Promise<void> {
  const { text, filled, nTables } = await fill(path);
  if (filled !== text) rewrite(path, filled);
  console.log(
    `${path}: ${formatCount(nTables)}${filled === text ? ", unchanged" : ""}`,
  );
}

async function checkTables(path: string): Promise<boolean> {
  const { text, filled, nTables, nProblems } = await fill(path);
  if (nTables === 0) {
    console.error(`error: ${path} has no table: name a file that has one`);
    return false;
  }
  if (filled === text) {
    if (nProblems > 0) return false; // Unread runs were not checked.
    console.log(`${path}: ${formatCount(nTables)} up to date`);
    return true;
  }
  const { createTwoFilesPatch } = await import("diff");
  console.log(
    createTwoFilesPatch(path, path, text, filled, "current", "from the runs")
      .trimEnd(),
  );
  console.error(
    `error: ${path} does not match the runs: deno task tables --write ${path} ` +
      "updates it",
  );
  return false;
}

function formatCount(nTables: number): string {
  return nTables === 1 ? "1 table" : `${nTables} tables`;
}

if (import.meta.main) main(command);
