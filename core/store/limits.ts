/**
 * Bounds of what is read from files, and so of what is written to them.
 *
 * @module
 */

const KIB = 2 ** 10, MIB = 2 ** 20, GIB = 2 ** 30;

/**
 * How many bytes a file of each kind may have. The worst JSON, lists of empty lists,
 * takes thirty times its bytes in memory: a gibibyte at most.
 */
export const MAX_BYTES = {
  /** Any file that is read as one text, JSON above all. */
  text: 32 * MIB,
  /** What is read of every run: `config.json`, `run.json`, a file of records. */
  runFile: 8 * MIB,
  /** A line of a history; it may have as many lines as the disk holds. */
  historyLine: MIB,
  /** A CSV file. */
  table: 128 * MIB,
  /** A row of a CSV file. */
  tableRow: MIB,
  /** A checkpoint; of that, what is no array, at most what a text may. */
  checkpoint: GIB,
  /** The observations behind one record. */
  observations: 128 * MIB,
  /** A file of weights. */
  weights: 2 * GIB,
} as const;

/**
 * How many records a run may have, and files of them: an evaluation of each
 * setting of a large sweep has fewer.
 */
export const MAX_RECORDS = 10_000;

/** How many keys a configuration may have, each a column of a comparison. */
export const MAX_KEYS = 1000;

/**
 * Makes the error of a file, or a part of one, that has too many bytes.
 *
 * @param place The file, and the line if it is about one.
 * @param maxBytes How many bytes there may be.
 * @param size How many there are; left out where it was not read to its end.
 * @returns The error.
 */
export function tooLarge(
  place: string,
  maxBytes: number,
  size?: number,
): RangeError {
  const most = formatSize(maxBytes);
  const current = size === undefined ? "more" : formatSize(size);
  return new RangeError(
    `Cannot read ${place}: it may have at most ${most}; it has ${current}`,
  );
}

/**
 * Formats a number of bytes.
 *
 * @param bytes How many.
 * @returns The text: `1.5 MiB`.
 */
export function formatSize(bytes: number): string {
  const units: [string, number][] = [["GiB", GIB], ["MiB", MIB], ["KiB", KIB]];
  const [unit, size] = units.find(([, size]) => bytes >= size) ?? ["bytes", 1];
  return `${Number((bytes / size).toFixed(1))} ${unit}`;
}
