/**
 * What the commands that read runs share: their flags, and how they report what
 * cannot be read.
 *
 * @module
 */

import { type Field, text, texts, toggle } from "../core/config/fields.ts";
import type { Problem } from "../core/store/run_file.ts";
import { formatCount } from "../core/utils/format_number.ts";
import { quote } from "../core/utils/quote.ts";
import { singleLine } from "../results/compare/labels.ts";

/** The flags that select runs. */
export const selectionFields = {
  where: texts({
    placeholder: "<key=value>",
    description:
      "only runs with this value (also id=, tag=, status=, sweep=); " +
      "repeat it for other keys, or other values of the same key",
  }),
  since: text({
    placeholder: "<date|age>",
    description: "only runs that started since: 2026-11-22, 12h, 7d",
  }),
  runs: texts({
    default: ["runs"],
    placeholder: "<dir>",
    description: "a directory that holds runs; repeatable",
  }),
  strict: toggle({ description: "exit with 1 if a run cannot be read" }),
};

/** A longer table is cut, unless all of it is asked for. */
export const MAX_ROWS = 200;

/** The flag that shows all rows, however many they are. */
export const allField: Field<boolean> = toggle({
  defaultText: `${MAX_ROWS} rows`,
  description: "show all rows, however many",
});

/** The flag that names the one directory in which a run is looked for. */
export const runsFolderFlag: Field<string> = text({
  default: "runs",
  placeholder: "<dir>",
  description: "the directory that holds the runs",
});

/** What the usage of commands on one run says of it. */
export const RUN_NOTE =
  "RUN is a run's id, a unique part of it, its path, or latest";

/** How many damaged runs are named. */
const MAX_NAMED = 3;

/**
 * Describes what could not be read: a single problem in full, and of several their
 * number, as doctor lists them.
 *
 * @param problems What could not be read.
 * @returns A line; empty if there are no problems.
 */
export function describeProblems(problems: readonly Problem[]): string {
  const [first, second] = problems;
  if (!first) return "";
  if (!second) {
    const { run, file, reason } = first;
    const place = reason.includes(file) ? "" : ` (${file})`;
    return singleLine(`problem: ${run}: ${reason}${place}`);
  }
  const runs = [...new Set(problems.map(({ run }) => run))];
  const names = runs.slice(0, MAX_NAMED).join(", ") +
    (runs.length > MAX_NAMED ? ", …" : "");
  const folders = new Set(
    problems.map(({ run, file }) => file.slice(0, file.lastIndexOf(`/${run}`))),
  );
  const where = [...folders].filter((folder) => folder !== "runs")
    .map((folder) => ` --runs ${quote(folder)}`).join("");
  return singleLine(
    `problems: ${problems.length} in ${formatCount(runs.length, "run")} ` +
      `(${names}): deno task doctor${where} lists them`,
  );
}

/** Reports on stderr what could not be read. */
export function reportProblems(problems: readonly Problem[]): void {
  const line = describeProblems(problems);
  if (line !== "") console.error(line);
}
