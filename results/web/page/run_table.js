// @ts-check
/**
 * The table of runs as data: its columns, its order, and the runs of a group as one
 * row. A row stands for one run or several, so that a column says once how it
 * shows them.
 *
 * @module
 */

import {
  formatDate,
  formatDuration,
  formatRate,
  formatSetting,
  formatValue,
} from "./format.js";

/**
 * @typedef {import("../dashboard/protocol.ts").RunList} RunList
 * @typedef {import("../dashboard/protocol.ts").RunRow} RunRow
 */

/**
 * A column of the table.
 *
 * @typedef {object} Column
 * @property {string} id Its name in the address.
 * @property {string} heading What is written above it.
 * @property {boolean} isNumeric Whether it is aligned to the right.
 * @property {(runs: readonly RunRow[]) => string} text What it shows of runs.
 * @property {(runs: readonly RunRow[]) => unknown} value What they are sorted by;
 * null and the empty text come last.
 */

/**
 * A row of the table: a run, or the runs of a group.
 *
 * @typedef {object} TableRow
 * @property {string} id The run's id, or the group's label.
 * @property {readonly RunRow[]} runs The runs.
 * @property {"run" | "group" | "member"} kind A member is a run of an open group.
 */

/** The values of a key in a group are written out up to this length. */
const MAX_VALUES = 14;

/**
 * Lists the columns in which some run has anything.
 *
 * @param {RunList} list The runs.
 * @returns {Column[]} The columns.
 */
export function listColumns({ keys, measures, runs }) {
  const hasAny = (/** @type {(run: RunRow) => unknown} */ read) =>
    runs.some((run) => read(run));
  const isRunning = hasAny(({ stepsPerSecond }) => stepsPerSecond !== null);
  /** @type {(Column | undefined)[]} */
  const columns = [
    {
      id: "status",
      heading: "status",
      isNumeric: false,
      text: formatStatus,
      value: ([run]) => run?.status,
    },
    onlyIf(hasAny(({ step }) => step !== null), {
      id: "progress",
      heading: "progress",
      isNumeric: true,
      text: formatProgress,
      value: (runs) =>
        meanOf(runs.map(progressOf)) ?? meanOf(runs.map(({ step }) => step)),
    }),
    onlyIf(
      isRunning,
      makeNumeric(
        "rate",
        formatRate,
        (runs) => meanOf(runs.map(({ stepsPerSecond }) => stepsPerSecond)),
      ),
    ),
    onlyIf(
      isRunning,
      makeNumeric(
        "left",
        formatDuration,
        (runs) => maxOf(runs.map(({ secondsLeft }) => secondsLeft)),
      ),
    ),
    ...keys.map((key, i) => makeKeyColumn(key, i, runs)),
    ...measures.map((measure) => ({
      ...makeNumeric(
        measure,
        formatValue,
        (runs) => meanOf(runs.map(({ latest }) => latest[measure])),
      ),
      id: `latest.${measure}`,
    })),
    makeText("tags", runs, ({ tags }) => tags.join(", ")),
    makeText("sweep", runs, ({ sweep }) => sweep ?? ""),
    makeNumeric(
      "took",
      formatDuration,
      (runs) => meanOf(runs.map(({ seconds }) => seconds)),
    ),
    {
      id: "started",
      heading: "started",
      isNumeric: false,
      text: ([run]) => run ? formatDate(run.startedAt) : "",
      value: ([run]) => run?.startedAt,
    },
    makeText("note", runs, ({ note }) => note),
  ];
  return columns.filter((column) => column !== undefined);
}

/**
 * @param {boolean} isThere
 * @param {Column} column
 */
function onlyIf(isThere, column) {
  return isThere ? column : undefined;
}

/**
 * @param {string} id
 * @param {(value: number | null) => string} format
 * @param {(runs: readonly RunRow[]) => number | null} value
 * @returns {Column}
 */
function makeNumeric(id, format, value) {
  const text = (/** @type {readonly RunRow[]} */ runs) => format(value(runs));
  return { id, heading: id, isNumeric: true, text, value };
}

/**
 * @param {string} id
 * @param {readonly RunRow[]} all
 * @param {(run: RunRow) => string} read
 * @returns {Column | undefined}
 */
function makeText(id, all, read) {
  if (!all.some(read)) return undefined;
  const text = (/** @type {readonly RunRow[]} */ runs) => {
    const texts = new Set(runs.map(read));
    return texts.size === 1 ? [...texts].join() : "";
  };
  return { id, heading: id, isNumeric: false, text, value: text };
}

/**
 * @param {string} key
 * @param {number} i
 * @param {readonly RunRow[]} all
 * @returns {Column}
 */
function makeKeyColumn(key, i, all) {
  const read = (/** @type {readonly RunRow[]} */ runs) => {
    const values = new Set(runs.map(({ values }) => formatSetting(values[i])));
    return values.size > 1 ? values : runs[0]?.values[i];
  };
  return {
    id: `key.${key}`,
    heading: key,
    isNumeric: all.every(({ values }) =>
      values[i] === null || typeof values[i] === "number"
    ),
    text(runs) {
      const value = read(runs);
      if (!(value instanceof Set)) return formatSetting(value);
      const values = [...value].join(" ");
      return values.length > MAX_VALUES ? `${value.size} values` : values;
    },
    value(runs) {
      const value = read(runs);
      if (value instanceof Set) return value.size;
      return typeof value === "number" ? value : formatSetting(value);
    },
  };
}

/** @param {readonly RunRow[]} runs */
function formatStatus(runs) {
  const [run] = runs;
  if (runs.length === 1 && run) return run.status;
  const byStatus = Map.groupBy(runs, ({ status }) => status);
  if (byStatus.size === 1) return run?.status ?? "";
  return Array.from(
    byStatus,
    ([status, { length }]) => `${length} ${status}`,
  ).join(", ");
}

/** @param {readonly RunRow[]} runs */
function formatProgress(runs) {
  const step = meanOf(runs.map(({ step }) => step));
  if (step === null) return "";
  const nSteps = meanOf(runs.map(({ nSteps }) => nSteps));
  const format = (/** @type {number | string} */ n) =>
    typeof n === "number" ? Math.round(n).toLocaleString("en") : n;
  return nSteps === null || step === nSteps
    ? format(step)
    : `${format(step)} / ${format(nSteps)}`;
}

/**
 * How much of a run is done.
 *
 * @param {RunRow} run The run.
 * @returns {number | null} From 0 to 1; null if unknown.
 */
export function progressOf({ step, nSteps }) {
  if (step === null || nSteps === null || !(nSteps > 0)) return null;
  return Math.min(1, step / nSteps);
}

/**
 * @template {number | string | null | undefined} T
 * @param {readonly T[]} values
 * @returns The mean, of those that are there; not a number if one of them is not.
 */
export function meanOf(values) {
  const known = values.filter((value) => value !== null && value !== undefined);
  if (known.length === 0) return null;
  if (known.length === 1) return Number(known[0]);
  return known.reduce((sum, value) => sum + Number(value), 0) / known.length;
}

/** @param {readonly (number | null)[]} values */
function maxOf(values) {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : Math.max(...known);
}

/**
 * Makes the rows of the table.
 *
 * @param {RunList} list The runs.
 * @param {readonly Column[]} columns The columns.
 * @param {object} options How they are shown.
 * @param {string} options.sort The id of the column to sort by, after `-` if
 * downwards; empty for the order of the list.
 * @param {boolean} options.grouped Whether replicates are one row.
 * @param {readonly string[]} options.open The labels of the groups whose runs are
 * shown too.
 * @returns {TableRow[]} The rows, in order.
 */
export function listRows({ runs, groups }, columns, { sort, grouped, open }) {
  const isDown = sort.startsWith("-");
  const id = isDown ? sort.slice(1) : sort;
  const value = id === "run"
    ? (/** @type {readonly RunRow[]} */ [run]) => run?.id
    : columns.find((column) => column.id === id)?.value;
  const order = (/** @type {TableRow[]} */ rows) =>
    value ? sortRows(rows, value, isDown) : rows;
  /** @type {(kind: TableRow["kind"]) => (run: RunRow) => TableRow} */
  const makeRow = (kind) => (run) => ({ id: run.id, runs: [run], kind });
  if (!grouped) return order(runs.map(makeRow("run")));
  const byGroup = Map.groupBy(runs, ({ group }) => group);
  const rows = byGroup.entries().map((
    [group, runs],
  ) => /** @type {TableRow} */ ({
    id: groups[group] ?? String(group),
    runs,
    kind: "group",
  })).toArray();
  const isOpen = new Set(open);
  return order(rows).flatMap((row) =>
    isOpen.has(row.id)
      ? [row, ...order(row.runs.map(makeRow("member")))]
      : [row]
  );
}

/**
 * @param {readonly TableRow[]} rows
 * @param {Column["value"]} value
 * @param {boolean} isDown
 */
function sortRows(rows, value, isDown) {
  const valued = rows.map((row) => ({ row, value: value(row.runs) }));
  return valued.sort((a, b) => compareValues(a.value, b.value, isDown))
    .map(({ row }) => row);
}

const { compare } = new Intl.Collator("en", { numeric: true });

/**
 * @param {unknown} a
 * @param {unknown} b
 * @param {boolean} isDown
 */
function compareValues(a, b, isDown) {
  const isGone = (/** @type {unknown} */ value) =>
    value === null || value === undefined || value === "" ||
    Number.isNaN(value);
  // What is not known is never first.
  if (isGone(a) || isGone(b)) return Number(isGone(a)) - Number(isGone(b));
  const order = typeof a === "number" && typeof b === "number"
    ? a - b
    : typeof a === "number"
    ? -1
    : typeof b === "number"
    ? 1
    : compare(String(a), String(b));
  return isDown ? -order : order;
}

/**
 * Finds the texts that a column needs room for.
 *
 * @param {Column} column The column.
 * @param {readonly TableRow[]} rows The rows.
 * @returns {number} The length of the longest, heading included.
 */
export function measureColumn({ heading, text }, rows) {
  return rows.reduce(
    (longest, { runs }) => Math.max(longest, text(runs).length),
    heading.length,
  );
}
