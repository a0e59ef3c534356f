/**
 * Promotions: which configurations of a search are trained further.
 *
 * @module
 */

/** A configuration of a search, by its number, at one of its rungs. */
export interface Entry {
  /** The number of the configuration, in the order in which it was drawn. */
  readonly config: number;
  /** The number of its promotions. */
  readonly rung: number;
}

/** How {@linkcode promote} promotes. */
export interface PromotionOptions {
  /** The number of configurations. */
  readonly nConfigs: number;
  /** The number of rungs; with one rung there are no promotions. */
  readonly nRungs: number;
  /** A rung promotes one configuration in `reduction`. */
  readonly reduction: number;
  /** The fewest configurations at the last rung; one by default. */
  readonly minPromoted?: number;
}

/** The progress of a search. */
export interface Promotions {
  /** The configurations at each rung, in the order of their promotion. */
  readonly rungs: readonly (readonly number[])[];
  /** The entries without a loss so far, highest rung first. */
  readonly missing: readonly Entry[];
}

/**
 * Decides promotions by asynchronous successive halving (ASHA, Li et al. 2020,
 * MLSys 2, 230–246): with each new loss, the best ⌊n / reduction⌋ of the n losses
 * of a rung are promoted. Losses count in the order in which configurations reached
 * the rung, not in which their trainings ended. So no rung waits for all of its
 * trainings, and every process and every repeated search decides the same. Once all
 * losses of a rung are known, its best are promoted if there were too few.
 *
 * @param options The number of configurations, rungs and promotions.
 * @param readLoss Reads the loss of an entry, lower is better; undefined if it is
 * not known yet. Entries without a finite loss are never promoted.
 * @returns The entries so far, and those without a loss.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { promote } from "./promotions.ts";
 *
 * const losses = [0.3, 0.1, 0.2, 0.4];
 * const { rungs, missing } = promote(
 *   { nConfigs: 4, nRungs: 2, reduction: 2 },
 *   ({ config, rung }) => rung === 0 ? losses[config] : undefined,
 * );
 * assertEquals(rungs, [[0, 1, 2, 3], [1, 2]]);
 * assertEquals(missing, [{ config: 1, rung: 1 }, { config: 2, rung: 1 }]);
 * ```
 */
export function promote(
  { nConfigs, nRungs, reduction, minPromoted = 1 }: PromotionOptions,
  readLoss: (entry: Entry) => number | undefined,
): Promotions {
  const rungs: number[][] = [];
  const missing: Entry[] = [];
  let arrivals = Array.from({ length: nConfigs }, (_, config) => config);
  let isComplete = true;
  for (let rung = 0; rung < nRungs; rung++) {
    rungs.push(arrivals);
    const entries = arrivals.map((config) => ({ config, rung }));
    const losses = entries.map(readLoss);
    missing.unshift(...entries.filter((_, i) => losses[i] === undefined));
    const nKnown = losses.indexOf(undefined);
    isComplete &&= nKnown < 0;
    arrivals = choosePromoted(
      arrivals,
      losses.slice(0, nKnown < 0 ? undefined : nKnown) as number[],
      { reduction, minPromoted: isComplete ? minPromoted : 0 },
    );
  }
  return { rungs, missing };
}

/** Promotes after each loss, in order. */
function choosePromoted(
  configs: readonly number[],
  losses: readonly number[],
  { reduction, minPromoted }: {
    readonly reduction: number;
    readonly minPromoted: number;
  },
): number[] {
  const promoted = new Set<number>();
  const order: number[] = [];
  losses.forEach((loss, i) => {
    if (Number.isFinite(loss)) {
      const place = order.findIndex((other) => loss < losses[other]!);
      order.splice(place < 0 ? order.length : place, 0, i);
    }
    const nBest = Math.floor((i + 1) / reduction);
    for (const one of order.slice(0, nBest)) promoted.add(configs[one]!);
  });
  for (const one of order.slice(0, minPromoted)) promoted.add(configs[one]!);
  return [...promoted];
}

/**
 * Sorts the configurations of a search, best first: by the highest rung that they
 * reached, then by their losses there. Configurations without a finite loss there
 * are left out.
 *
 * @param rungs The configurations at each rung.
 * @param readLoss Reads the loss of an entry.
 * @returns The last entry of each configuration.
 */
export function rankEntries(
  rungs: Promotions["rungs"],
  readLoss: (entry: Entry) => number | undefined,
): Entry[] {
  const last = new Map<number, Entry>();
  rungs.forEach((configs, rung) => {
    for (const config of configs) last.set(config, { config, rung });
  });
  return [...last.values()]
    .map((entry) => ({ entry, loss: readLoss(entry) ?? NaN }))
    .filter(({ loss }) => Number.isFinite(loss))
    .sort((a, b) => b.entry.rung - a.entry.rung || a.loss - b.loss)
    .map(({ entry }) => entry);
}
