/**
 * The times at which a sampler stops, evenly spaced in time or in log-SNR.
 *
 * @module
 */

/** How the times of a sampler are spaced. */
export type Spacing = "time" | "log-snr";

/** Where a sampler stops: from the last timestep, all noise, to the first. */
export interface SamplingTimes {
  /** Each time as a share of nTimesteps, falling from 1; shape [nSteps]. */
  readonly times: Float64Array;
  /** ᾱ at each of them, shape [nSteps]. */
  readonly alphaBars: Float64Array;
}

/**
 * Half the logarithm of the signal-to-noise ratio, the λ of Lu et al. (2022):
 * λ = ½ log(ᾱ / (1 − ᾱ)).
 *
 * @param alphaBar ᾱ, in (0, 1).
 * @returns λ; it rises with ᾱ.
 */
export function logSnr(alphaBar: number): number {
  return 0.5 * (Math.log(alphaBar) - Math.log1p(-alphaBar));
}

/** A point of the schedule, which may lie between two timesteps. */
export interface NoiseLevel {
  /** The time as a share of nTimesteps. */
  readonly time: number;
  /** ᾱ there. */
  readonly alphaBar: number;
}

/**
 * Finds where noise has a certain share, √(1 − ᾱ), between timesteps as
 * {@linkcode samplingTimes} does.
 *
 * @param schedule ᾱₜ for t = 1 … T.
 * @param noise The share, in (0, 1).
 * @returns The level; undefined where the schedule does not reach it.
 */
export function findLevel(
  schedule: Float64Array,
  noise: number,
): NoiseLevel | undefined {
  const alphaBar = 1 - noise ** 2;
  if (alphaBar > schedule[0]! || alphaBar < schedule.at(-1)!) return undefined;
  const place = findPlace(schedule.map(logSnr), logSnr(alphaBar));
  return { time: (place + 1) / schedule.length, alphaBar };
}

/**
 * Spaces the steps of a sampler between the last timestep and the first.
 *
 * In `log-snr` each step takes away the same share of the noise, in `time` the
 * steps are equal in t. Between two timesteps λ is taken to be linear in t, so
 * that times need not be whole; where there are as many steps as timesteps and
 * they are even in time, they are the timesteps themselves.
 *
 * @param schedule ᾱₜ for t = 1 … T, what `alphaBars` gave.
 * @param options How many steps, and evenly spaced in what.
 * @returns The times and their ᾱ.
 * @throws {RangeError} If there are more steps than timesteps.
 */
export function samplingTimes(
  schedule: Float64Array,
  options: { readonly nSteps: number; readonly spacing: Spacing },
): SamplingTimes {
  const { nSteps, spacing } = options;
  const nTimesteps = schedule.length;
  if (nSteps > nTimesteps) {
    throw new RangeError(
      `Cannot sample in ${nSteps} steps as the noise schedule has fewer: ` +
        `--n-steps ${nTimesteps} is the most`,
    );
  }
  const lambdas = schedule.map(logSnr);
  const last = Math.max(nSteps - 1, 1);
  const times = new Float64Array(nSteps), alphaBars = new Float64Array(nSteps);
  for (let step = 0; step < nSteps; step++) {
    // Counted from 0 here: the place in the schedule. Divided last, so that
    // whole places come out whole.
    const place = spacing === "time"
      ? (nTimesteps - 1) * (last - step) / last
      : step === 0
      ? nTimesteps - 1
      : step === last
      ? 0
      : findPlace(
        lambdas,
        between(lambdas.at(-1)!, lambdas[0]!, step / last),
      );
    times[step] = (place + 1) / nTimesteps;
    const before = Math.floor(place), part = place - before;
    alphaBars[step] = part === 0
      ? schedule[before]!
      : sigmoid(2 * between(lambdas[before]!, lambdas[before + 1]!, part));
  }
  return { times, alphaBars };
}

function between(a: number, b: number, share: number): number {
  return a + (b - a) * share;
}

/** Where in falling λs a value lies, between two of them as by a line. */
function findPlace(lambdas: Float64Array, value: number): number {
  let low = 0, high = lambdas.length - 1;
  if (value >= lambdas[low]!) return low;
  if (value <= lambdas[high]!) return high;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (lambdas[middle]! >= value) low = middle;
    else high = middle;
  }
  return low + (lambdas[low]! - value) / (lambdas[low]! - lambdas[high]!);
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}
