/**
 * Comparisons as text: for a terminal, Markdown, CSV and JSON.
 *
 * @module
 */

import { formatValue } from "../core/config/schema.ts";
import { encodeNumber, stringify } from "../core/utils/json.ts";
import {
  formatNumber,
  type ResultMetadata,
  type ScalarResult,
} from "../core/utils/results.ts";
import type { Comparison } from "./compare.ts";
import {
  formatCsv,
  formatMarkdown,
  formatTerminal,
  NO_VALUE,
  type TextTable,
} from "./table.ts";

/** The formats that a comparison can be written in. */
export const FORMATS = ["table", "md", "csv", "json"] as const;

/** One of {@linkcode FORMATS}. */
export type Format = typeof FORMATS[number];

/** What kind of error a cell has. */
const WITHIN_RUN = "within-run";

/**
 * Writes a comparison.
 *
 * @param comparison The comparison.
 * @param format How to write it. `table` and `md` round each mean by its error
 * and say below what the errors are; `csv` and `json` keep full precision.
 * @returns The text.
 */
export async function render(
  comparison: Comparison,
  format: Format,
): Promise<string> {
  switch (format) {
    case "json":
      return stringify(jsonOf(comparison), 2);
    case "csv":
      return await formatCsv(csvRows(comparison));
    case "md":
      return `${formatMarkdown(tableOf(comparison))}\n\n${
        notesOf(comparison).join("  \n")
      }`;
    case "table":
      return `${formatTerminal(tableOf(comparison))}\n\n${
        notesOf(comparison).join("\n")
      }`;
  }
}

function tableOf({ keys, columns, rows }: Comparison): TextTable {
  return {
    header: ["run", ...keys, ...columns.map((item) => heading(item, columns))],
    rows: rows.map(({ runs, config, cells }) => [
      runs.join(", "),
      ...keys.map((key) => textOf(config[key], NO_VALUE)),
      ...columns.map((column) => cellOf(cells.get(column))),
    ]),
    numeric: [
      false,
      ...keys.map((key) =>
        rows.every(({ config }) => typeof config[key] === "number")
      ),
      ...columns.map(() => true),
    ],
  };
}

function textOf(value: unknown, missing: string): string {
  return value === undefined ? missing : formatValue(value);
}

/** One value alone has no error, and shows none. */
function cellOf(result: ScalarResult | undefined): string {
  if (!result) return NO_VALUE;
  return result.n < 2 ? formatNumber(result.mean) : String(result);
}

/** A heading names what tells a column from others of its name, no more. */
function heading(
  { name, fields }: ResultMetadata,
  columns: readonly ResultMetadata[],
): string {
  const others = columns.filter((other) => other.name === name);
  const telling = Object.entries(fields).filter(([key, value]) =>
    others.some((other) => other.fields[key] !== value)
  );
  const text = telling.map(([key, value]) => `${key}=${value}`).join(", ");
  return text ? `${name} (${text})` : name;
}

function notesOf(comparison: Comparison): string[] {
  const { columns, rows, left } = comparison;
  const counts = columns.map((column) => {
    const found = rows.flatMap(({ cells }) => cells.get(column)?.n ?? []);
    const [least, most] = [Math.min(...found), Math.max(...found)];
    return `${column}: ${least === most ? least : `${least} to ${most}`}`;
  });
  const notes = columns.length > 0
    ? [
      "± is the within-run standard error. Observations behind each value:",
      ...counts.map((count) => `  ${count}`),
    ]
    : ["The runs have no records but times; --metric 'time/*' shows those."];
  if (left.length > 0) {
    notes.push("Not completed, and so left out:");
    notes.push(...left.map((run) => `  ${run}`));
  }
  return notes;
}

function csvRows({ keys, columns, rows }: Comparison): (string | number)[][] {
  const header = [
    "run",
    ...keys,
    ...columns.flatMap((column) =>
      ["mean", "error", "n", "kind"].map((part) => `${column} ${part}`)
    ),
  ];
  return [
    header,
    ...rows.map(({ runs, config, cells }) => [
      runs.join(" "),
      ...keys.map((key) => textOf(config[key], "")),
      ...columns.flatMap((column) => {
        const cell = cells.get(column);
        if (!cell) return ["", "", "", ""];
        return [
          encodeNumber(cell.mean),
          encodeNumber(cell.error),
          cell.n,
          WITHIN_RUN,
        ];
      }),
    ]),
  ];
}

function jsonOf({ rows, problems }: Comparison): object {
  return {
    rows: rows.map(({ runs, config, cells }) => ({
      config,
      runs,
      cells: Object.fromEntries(
        Array.from(cells, ([metadata, { mean, error, n, df }]) => [
          String(metadata),
          {
            mean,
            error,
            n,
            ...(df === undefined ? {} : { df }),
            kind: WITHIN_RUN,
          },
        ]),
      ),
    })),
    problems,
  };
}
