/**
 * The options of the Slurm launcher.
 *
 * @module
 */

/** How Slurm runs a sweep; empty texts stand for Slurm's defaults. */
export interface SlurmOptions {
  /** The partition. */
  readonly partition: string;
  /** The time limit of a task of the array, in a format of sbatch: `8:00:00`. */
  readonly time: string;
  /** The memory of a task of the array: `4G`. */
  readonly mem: string;
  /** The processors of a task of the array. */
  readonly cpus: number;
  /** How many tasks of the array may run at once; 0 for no limit. */
  readonly arrayParallelism: number;
  /** How many runs a task of the array takes; as many at once as it has cpus. */
  readonly pack: number;
  /** Further arguments of sbatch. */
  readonly sbatchArg: readonly string[];
  /** The command to run after the array: `compare --metric mmd2`. */
  readonly then: string;
}

const TIME_LIMIT = /^(?:(\d+)-)?(\d+)(?::(\d+))?(?::(\d+))?$/;

/**
 * Parses a time limit of sbatch: minutes, minutes:seconds, hours:minutes:seconds,
 * days-hours, days-hours:minutes or days-hours:minutes:seconds.
 *
 * @param text The time limit.
 * @returns Seconds; infinite without a limit, NaN for another format.
 */
export function parseTimeLimit(text: string): number {
  if (["", "UNLIMITED", "INFINITE"].includes(text.toUpperCase())) {
    return Infinity;
  }
  const [, days, ...parts] = TIME_LIMIT.exec(text) ?? [];
  const numbers = parts.filter((part) => part !== undefined).map(Number);
  const [a = NaN, b = 0, c = 0] = numbers;
  if (days !== undefined) return Number(days) * 86_400 + a * 3600 + b * 60 + c;
  return numbers.length === 3 ? a * 3600 + b * 60 + c : a * 60 + b;
}
