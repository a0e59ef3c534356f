// @ts-check
/**
 * The runs of a sweep as numbers on axes. No document is needed here.
 *
 * @typedef {import("../dashboard/protocol.ts").SweepPage} SweepPage
 * @typedef {SweepPage["runs"][number]} SweepRun
 *
 * @typedef {object} KeyAxis An axis of a key, or of scores.
 * @property {string} name What is on it.
 * @property {boolean} isLog Whether it is logarithmic.
 * @property {readonly [number, number]} range Its ends; of names, their numbers.
 * @property {readonly string[] | null} names The names on it; null if it has numbers.
 *
 * @typedef {object} Brush A part of an axis that is chosen.
 * @property {string} name The name of the axis.
 * @property {number} from Where it begins; of names, their number.
 * @property {number} to Where it ends.
 *
 * @module
 */

/** An axis whose largest value is this many times its smallest is logarithmic. */
const WIDE = 30;

/**
 * Makes the axis on which all values of a key lie.
 *
 * @param {string} name The key.
 * @param {readonly unknown[]} values Its values; null where a run lacks it.
 * @returns {KeyAxis} The axis: of numbers if all values are numbers.
 */
export function makeKeyAxis(name, values) {
  const known = values.filter((value) => value !== null && value !== undefined);
  const numbers = known.filter((value) => Number.isFinite(value));
  if (known.length > 0 && numbers.length === known.length) {
    const low = Math.min(...numbers.map(Number));
    const high = Math.max(...numbers.map(Number));
    return {
      name,
      isLog: low > 0 && high / low >= WIDE,
      range: [low, high],
      names: null,
    };
  }
  const names = [...new Set(known.map(nameOf))].sort(compare);
  return {
    name,
    isLog: false,
    range: [0, Math.max(0, names.length - 1)],
    names,
  };
}

const { compare } = new Intl.Collator("en", { numeric: true });

/** @param {unknown} value */
const nameOf = (value) =>
  typeof value === "string" ? value : JSON.stringify(value);

/**
 * The number of a value on an axis.
 *
 * @param {KeyAxis} axis The axis.
 * @param {unknown} value The value.
 * @returns {number} The number; of a name, its place among them; NaN without one.
 */
export function numberOn({ names }, value) {
  if (value === null || value === undefined) return NaN;
  if (names === null) return Number(value);
  const i = names.indexOf(nameOf(value));
  return i < 0 ? NaN : i;
}

/**
 * Where a number lies between the ends of an axis.
 *
 * @param {KeyAxis} axis The axis.
 * @param {number} number The number.
 * @returns {number} From 0 to 1; half where all values are equal.
 */
export function partOf({ isLog, range: [low, high] }, number) {
  if (low === high) return Number.isNaN(number) ? NaN : 0.5;
  return isLog
    ? Math.log(number / low) / Math.log(high / low)
    : (number - low) / (high - low);
}

/**
 * The number at a place between the ends of an axis: the inverse of
 * {@linkcode partOf}.
 *
 * @param {KeyAxis} axis The axis.
 * @param {number} part From 0 to 1.
 * @returns {number} The number; of names, the nearest.
 */
export function numberAt({ isLog, range: [low, high], names }, part) {
  const number = isLog ? low * (high / low) ** part : low + (high - low) * part;
  return names === null ? number : Math.round(number);
}

/**
 * Writes a brush for the address: names instead of their numbers, which change
 * when there are more of them.
 *
 * @param {KeyAxis} axis Its axis.
 * @param {Brush} brush The brush.
 * @returns {string} `key:from:to`, each part encoded as in an address.
 */
export function formatBrush({ names }, { name, from, to }) {
  const ends = [from, to].map((end) =>
    names === null ? String(Number(end.toPrecision(6))) : names[end] ?? ""
  );
  return [name, ...ends].map(encodeURIComponent).join(":");
}

/**
 * Reads brushes from the address; those that fit no axis are left out.
 *
 * @param {readonly string[]} texts What {@linkcode formatBrush} wrote.
 * @param {readonly KeyAxis[]} axes The axes.
 * @returns {Brush[]} The brushes, with at most one for each axis.
 */
export function parseBrushes(texts, axes) {
  return axes.flatMap((axis) => {
    for (const text of texts) {
      const [name, from, to] = text.split(":").map(decode);
      if (name !== axis.name) continue;
      const [first = NaN, last = NaN] = [from, to].map((end) =>
        axis.names === null ? Number(end) : numberOn(axis, end)
      );
      if (first <= last) return [{ name, from: first, to: last }];
    }
    return [];
  });
}

/** @param {string} text */
function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * Whether a run lies within all brushes. Rounding in the address excludes none.
 *
 * @param {readonly number[]} numbers The run's numbers on the axes.
 * @param {readonly KeyAxis[]} axes The axes.
 * @param {readonly Brush[]} brushes The brushes.
 * @returns {boolean} Whether it does; not where it lacks a value.
 */
export function isWithin(numbers, axes, brushes) {
  return brushes.every(({ name, from, to }) => {
    const number = numbers[axes.findIndex((axis) => axis.name === name)] ?? NaN;
    const slack = 1e-5 * Math.max(Math.abs(from), Math.abs(to));
    return number >= from - slack && number <= to + slack;
  });
}

/**
 * The best score so far, over the finished runs.
 *
 * @param {readonly (number | null)[]} scores The scores, in the order of the runs.
 * @param {"lower" | "higher"} better Which scores are better.
 * @returns {import("./curve_data.js").Line} A line over the number of runs.
 */
export function bestSoFar(scores, better) {
  /** @type {number[]} */
  const y = [];
  for (const score of scores) {
    if (score === null) continue;
    const before = y.at(-1) ?? score;
    y.push(
      better === "lower" ? Math.min(before, score) : Math.max(before, score),
    );
  }
  const x = y.map((_, i) => i + 1);
  return { key: "best", group: 0, x, y, steps: true, marks: [] };
}

/** How far points of the same name are spread, where names are 1 apart. */
const SPREAD = 0.5;
/** Where the mean stands beside them. */
const MEAN_OFFSET = 0.36;

/**
 * The scores over a key as points; over names, spread, with their means.
 *
 * @param {KeyAxis} axis The axis of the key.
 * @param {readonly { number: number, score: number | null }[]} runs The runs.
 * @returns {import("./curve_data.js").Line[]} The points; of names, then the means
 *   with their between-run standard errors.
 */
export function makePoints(axis, runs) {
  const points = runs.flatMap(({ number, score }) =>
    score === null || Number.isNaN(number) ? [] : [{ x: number, y: score }]
  );
  if (axis.names === null) {
    return [makePointLine("runs", 0, points)];
  }
  const means = axis.names.flatMap((_, i) => {
    const own = points.filter(({ x }) => x === i);
    own.forEach((point, k) => {
      const part = own.length > 1 ? k / (own.length - 1) - 0.5 : 0;
      point.x = i + SPREAD * part - (1 - SPREAD) / 4;
    });
    const n = own.length;
    if (n < 2) return [];
    const mean = own.reduce((sum, { y }) => sum + y, 0) / n;
    const squares = own.reduce((sum, { y }) => sum + (y - mean) ** 2, 0);
    const error = Math.sqrt(squares / (n - 1) / n);
    return [{ x: i + MEAN_OFFSET, y: mean, error }];
  });
  return [
    makePointLine("runs", 0, points),
    {
      ...makePointLine("means", INK, means),
      low: means.map(({ y, error }) => y - error),
      high: means.map(({ y, error }) => y + error),
    },
  ];
}

/** The group whose colour is that of text. */
const INK = 6;

/**
 * @param {string} key
 * @param {number} group
 * @param {{ x: number, y: number }[]} points
 * @returns {import("./curve_data.js").Line}
 */
function makePointLine(key, group, points) {
  const sorted = points.toSorted((a, b) => a.x - b.x);
  return {
    key,
    group,
    x: sorted.map(({ x }) => x),
    y: sorted.map(({ y }) => y),
    points: true,
    marks: [],
  };
}
