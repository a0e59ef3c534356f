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
import { formatCount } from "../core/utils/format_number.ts";
import { render } from "../results/tables/render.ts";
import {
  defineCommand,
  EXIT,
  type FlagValues,
  main,
  nameFlags,
  resolveFlags,
  usageError,
} from "./_command.ts";
import { compareFlags, compareRuns } from "./_compare.ts";
import { rewrite } from "./_output.ts";
import { reportProblems } from "./_runs.ts";

const tablesSchema = new ConfigSchema({
  write: texts({
    placeholder: "<file>",
    description: "fill the tables in this file; repeatable",
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
      throw usageError(
        "Choose what to do: --check FILE compares the tables in FILE with the " +
          "runs, --write FILE updates them",
      );
    }
    for (const path of write) await writeTables(path);
    let status = EXIT.done;
    for (const path of check) {
      if (!await checkTables(path)) status = EXIT.failed;
    }
    return status;
  },
});

/** Reads a file, and fills its tables. */
async function fill(path: string) {
  const { fillTables, findTables } = await import(
    "../results/tables/embedded.ts"
  );
  const text = readText(path);
  const tables = findTables(text, path);
  const contents: string[] = [];
  const problems: Problem[] = [];
  for (const { args, line } of tables) {
    try {
      const comparison = await compareRuns(parseCommand(args));
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
  reportProblems(problems);
  const filled = fillTables(text, tables, contents);
  return { text, filled, nTables: tables.length, problems };
}

/** Parses the command that makes a table. */
function parseCommand(
  [name = "", ...args]: readonly string[],
): FlagValues<typeof compareFlags> {
  if (name !== "compare") {
    throw usageError(`a table is made by compare, not by "${name}"`);
  }
  const parsed = parseFlags(args, Object.values(compareFlags));
  const [extra] = parsed.positionals;
  if (extra !== undefined) throw usageError(`Unexpected argument "${extra}"`);
  const flags = resolveFlags(parsed, compareFlags);
  if (flags.format === "table" || flags.format === "md") return flags;
  throw usageError(`Cannot use --format ${flags.format} in Markdown`);
}

async function writeTables(path: string): Promise<void> {
  const { text, filled, nTables } = await fill(path);
  if (filled !== text) rewrite(path, filled);
  const unchanged = filled === text ? ", unchanged" : "";
  console.log(`${path}: ${formatCount(nTables, "table")}${unchanged}`);
}

async function checkTables(path: string): Promise<boolean> {
  const { text, filled, nTables, problems } = await fill(path);
  if (nTables === 0) {
    console.error(`error: ${path} has no table: name a file that has one`);
    return false;
  }
  if (filled === text) {
    if (problems.length > 0) return false; // Unread runs were not checked.
    console.log(`${path}: ${formatCount(nTables, "table")} up to date`);
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

if (import.meta.main) main(command);
