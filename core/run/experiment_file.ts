import { normalize } from "@std/path";
import type { RunInfo } from "../store/run_info.ts";

/** A path that means the same in a shell, and leads nowhere above. */
const PLAIN_PATH = /^\w(?!.*\.\.)[\w./-]{0,200}$/;

/**
 * Finds the file of a run's experiment.
 *
 * @param info What `run.json` says; older runs have it in their command line.
 * @returns The file's path within the project; null for an experiment of
 * Whisker's own, and where the path is not plain: what a run says of itself is
 * no part of a command that one copies.
 */
export function findExperimentFile(
  { experimentFile, args }: RunInfo,
): string | null {
  const [, given = ""] = /(?:^|\0)--experiment[=\0]([^\0]+)/
    .exec(args.join("\0")) ?? [];
  const file = normalize(experimentFile ?? given);
  return PLAIN_PATH.test(file) ? file : null;
}
