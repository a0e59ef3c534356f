/**
 * What an examination of runs finds.
 *
 * @module
 */

/**
 * What is wrong: the content of a file; that there is none; that it, or what a
 * folder holds, may not be read; a version that this code does not know; a run
 * that is marked running, but its process is gone; a directory that never became
 * a run; a file that is left over; what is no part of the run it lies in, or no
 * run; a run under another name.
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

/** Something that is not as a run leaves it. */
export interface Finding {
  /** The run's id, or the name that is no run. */
  readonly run: string;
  /** The file or directory, as a path within the runs directory. */
  readonly file: string;
  /** What kind of thing is wrong. */
  readonly kind: FindingKind;
  /** What is wrong, in one line. */
  readonly reason: string;
  /** Whether it is worth knowing, and yet nothing is wrong. */
  readonly isNote: boolean;
  /** Whether it is safe to move away. */
  readonly isLeftOver: boolean;
}

/** What was found of one thing among the runs. */
export class Findings {
  readonly #run: string;
  #all: Finding[] = [];

  /**
   * Begins without findings.
   *
   * @param run The run's id, or the name that is no run.
   */
  constructor(run: string) {
    this.#run = run;
  }

  /** All of them. */
  get all(): readonly Finding[] {
    return this.#all;
  }

  /**
   * Adds one.
   *
   * @param kind What kind of thing is wrong.
   * @param file The file's path within the run; "" is the run itself.
   * @param reason What is wrong.
   * @param more Whether it is but a note, or left over.
   */
  add(
    kind: FindingKind,
    file: string,
    reason: string,
    more: Partial<Pick<Finding, "isNote" | "isLeftOver">> = {},
  ): void {
    this.#all.push({
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
   * Takes some back.
   *
   * @param isWrong Which turned out to be none.
   */
  drop(isWrong: (finding: Finding) => boolean): void {
    this.#all = this.#all.filter((finding) => !isWrong(finding));
  }

  /**
   * Says whether there is one of a file, of a folder that it lies in, or of
   * something in it.
   *
   * @param file The path within the run.
   * @returns Whether something is found there, be it but a note.
   */
  has(file: string): boolean {
    const path = `${this.#run}/${file}/`;
    return this.#all.some(({ file }) =>
      file !== this.#run &&
      (path.startsWith(`${file}/`) || `${file}/`.startsWith(path))
    );
  }

  /**
   * Adds why a file cannot be read.
   *
   * @param file The file's path within the run.
   * @param reason What its reader said.
   */
  addUnreadable(file: string, reason: string): void {
    this.add(kindOf(reason), file, reason);
  }

  /**
   * Tries to read a file, and adds why it cannot be read.
   *
   * @param file The file's path within the run.
   * @param read Reads it.
   * @returns What was read; undefined if it could not be, or is not there.
   */
  async attempt<T>(
    file: string,
    read: () => T | Promise<T>,
  ): Promise<T | undefined> {
    try {
      return await read();
    } catch (error) {
      // A file that was there a moment ago has been replaced or removed.
      if (error instanceof Deno.errors.NotFound) return undefined;
      if (error instanceof Deno.errors.NotCapable) throw error;
      this.addUnreadable(file, (error as Error).message);
    }
  }
}

/** What the error of a reader is about; readers tell it in words alone. */
function kindOf(message: string): FindingKind {
  if (/^Permission denied\b/.test(message)) return "unreadable";
  return /\bschemaVersion must be\b/.test(message)
    ? "unknown version"
    : "damaged";
}
