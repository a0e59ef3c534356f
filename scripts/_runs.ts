import { type Field, text, texts, toggle } from "../core/config/fields.ts";
import { truncate } from "../core/utils/terminal.ts";
import type { Problem } from "../core/store/run_file.ts";
import { EXIT } from "./_command.ts";

/** The flag that names directories of runs. */
export const runsFlag: Field<readonly string[]> = texts({
  default: ["runs"],
  placeholder: "<dir>",
  description: "a directory that holds runs; may be repeated",
});

/** The flag that names the one directory in which a run is looked for. */
export const runsFolderFlag: Field<string> = text({
  default: "runs",
  placeholder: "<dir>",
  description: "the directory that holds the runs",
});

/** The flag that takes only some runs, by their values. */
export const whereFlag: Field<readonly string[]> = texts({
  default: [],
  placeholder: "<key=value>",
  description: "only runs with this value (also tag=, status=); repeatable",
});

/** The flag that takes only some runs, by their start. */
export const sinceFlag: Field<string> = text({
  default: "",
  placeholder: "<date|age>",
  description: "only runs that started since: 2026-11-22, 12h, 7d",
});

/** The flag that makes a damaged run an error. */
export const strictFlag: Field<boolean> = toggle({
  default: false,
  description: "exit with 1 if a run cannot be read",
});

/** So many problems of one run are told: a run has thousands of files. */
const MAX_TOLD = 10;

/**
 * Says on stderr which runs could not be read, and why.
 *
 * @param problems What could not be read.
 */
export function reportProblems(problems: readonly Problem[]): void {
  for (const [run, own] of Map.groupBy(problems, ({ run }) => run)) {
    for (const { file, reason } of own.slice(0, MAX_TOLD)) {
      const place = reason.includes(file) ? "" : ` (${file})`;
      console.error(oneLine(`problem: ${run}: ${reason}${place}`));
    }
    const left = own.length - MAX_TOLD;
    if (left > 0) console.error(oneLine(`problem: ${run}: and ${left} more`));
  }
}

/** What a run is called must not look like another run's problem. */
function oneLine(text: string): string {
  return truncate(text).replaceAll("\n", " ");
}

/**
 * The exit status of a command that has read runs.
 *
 * @param problems What could not be read.
 * @param strict Whether that is an error.
 * @returns The status.
 */
export function statusOf(
  problems: readonly Problem[],
  strict: boolean,
): number {
  return strict && problems.length > 0 ? EXIT.failed : EXIT.done;
}
