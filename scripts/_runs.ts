import { type Field, texts, toggle } from "../core/config/fields.ts";
import type { Problem } from "../core/utils/run_directory.ts";

/** The flag that names directories of runs. */
export const runsFlag: Field<readonly string[]> = texts({
  default: ["runs"],
  placeholder: "<dir>",
  description: "a directory that holds runs; may be repeated",
});

/** The flag that makes a damaged run an error. */
export const strictFlag: Field<boolean> = toggle({
  default: false,
  description: "exit with 1 if a run cannot be read",
});

/**
 * Says on stderr which runs could not be read, and why.
 *
 * @param problems What could not be read.
 */
export function reportProblems(problems: readonly Problem[]): void {
  for (const { run, file, reason } of problems) {
    const place = reason.includes(file) ? "" : ` (${file})`;
    console.error(`problem: ${run}: ${reason}${place}`);
  }
}
