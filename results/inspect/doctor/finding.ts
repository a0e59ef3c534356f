/**
 * What an examination of runs finds.
 *
 * @module
 */

import { UnknownVersionError } from "../../../core/store/json_file.ts";

/**
 * What is wrong: the content of a file; that it is missing; that it, or a
 * folder, cannot be read; a version that this code does not know; a run that is
 * marked running, but its process is gone; a directory that never became a run;
 * an unfinished file; something that does not belong to the run or the runs
 * directory; a run under another name.
 */
export type FindingKind =
  | "damaged"
  | "missing"
  | "unreadable"
  | "unknown version"
  | "died"
  | "unfinished"
  | "temporary"
  | "foreign"
  | "renamed";

/** Something that is wrong. */
export interface Finding {
  /** The run's id, or the name of what is not a run. */
  readonly run: string;
  /** The file or directory, as a path within the runs directory. */
  readonly file: string;
  /** What kind of thing is wrong. */
  readonly kind: FindingKind;
  /** What is wrong, in one line. */
  readonly reason: string;
  /** Whether it is worth knowing, but nothing is wrong. */
  readonly isNote: boolean;
  /** Whether it is safe to move away. */
  readonly isLeftOver: boolean;
}

/** What was found in one run, or beside the runs. */
export class Findings {
  readonly #run: string;
  /** All of them. */
  readonly all: Finding[];

  /**
   * Begins without findings.
   *
   * @param run The run's id, or the name of what is not a run.
   * @param all Where to add them.
   */
  constructor(run: string, all: Finding[] = []) {
    this.#run = run;
    this.all = all;
  }

  /**
   * Adds one.
   *
   * @param kind What kind of thing is wrong.
   * @param file The file's path within the run; "" is the run itself.
   * @param reason What is wrong.
   * @param more Whether it is only a note, or left over.
   */
  add(
    kind: FindingKind,
    file: string,
    reason: string,
    more: Partial<Pick<Finding, "isNote" | "isLeftOver">> = {},
  ): void {
    this.all.push({
      run: this.#run,
      file: file === "" ? this.#run : `${this.#run}/${file}`,
      kind,
      reason,
      isNote: false,
      isLeftOver: false,
      ...more,
    });
  }

  /**
   * Tells whether there is one of a file, of a folder that contains it, or of
   * something in it.
   *
   * @param file The path within the run.
   * @returns Whether there is a finding, or a note.
   */
  has(file: string): boolean {
    const path = `${this.#run}/${file}/`;
    return this.all.some(({ file }) =>
      file !== this.#run &&
      (path.startsWith(`${file}/`) || `${file}/`.startsWith(path))
    );
  }

  /**
   * Tries to read a file of which there is no finding yet, and adds why it
   * cannot be read.
   *
   * @param file The file's path within the run; "" is the run itself.
   * @param read Reads it.
   * @returns What was read; undefined if it could not be, or does not exist.
   */
  async attempt<T>(
    file: string,
    read: () => T | Promise<T>,
  ): Promise<T | undefined> {
    if (file !== "" && this.has(file)) return undefined;
    try {
      return await read();
    } catch (error) {
      // A file that existed a moment ago has been replaced or removed.
      if (error instanceof Deno.errors.NotFound) return undefined;
      if (error instanceof Deno.errors.NotCapable) throw error;
      const kind = error instanceof Deno.errors.PermissionDenied
        ? "unreadable"
        : error instanceof UnknownVersionError
        ? "unknown version"
        : "damaged";
      this.add(kind, file, (error as Error).message);
    }
  }
}
