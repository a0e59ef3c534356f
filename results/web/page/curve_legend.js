// @ts-check
/// <reference lib="dom" />
/**
 * The legend of the curves: it names and hides lines, and is the charts as a
 * table, with the values at the crosshair.
 *
 * @typedef {import("./curve_data.js").Line} Line
 *
 * @typedef {object} LegendRow
 * @property {string} key The key of the line, or the label of a group of lines.
 * @property {string} label What it is called.
 * @property {number} group The number of its group.
 * @property {boolean} isDashed Whether its lines are dashed.
 * @property {readonly (readonly Line[])[]} lines Its lines in each panel.
 *
 * @module
 */

import { ALL_RUNS, indexAt } from "./curve_data.js";
import { html } from "./html.js";
import { colorOf, dashOf } from "./palette.js";
import { formatValue, formatWithError } from "./ticks.js";

/** With more lines, those of a group share one row. */
const MAX_SINGLE_ROWS = 40;

/**
 * The rows of the legend.
 *
 * @param {readonly (readonly Line[])[]} panels The lines of each panel.
 * @param {readonly string[]} groups The labels of the groups, by number.
 * @param {ReadonlyMap<string, string>} labels The labels of runs, by id.
 * @returns {LegendRow[]} The rows, group by group.
 */
export function makeLegendRows(panels, groups, labels) {
  const keys = new Set(panels.flatMap((lines) => lines.map(({ key }) => key)));
  const isShared = keys.size > MAX_SINGLE_ROWS;
  /** @type {Map<string, { row: LegendRow, lines: Line[][] }>} */
  const rows = new Map();
  panels.forEach((lines, panel) => {
    for (const line of lines) {
      const key = isShared ? groups[line.group] || ALL_RUNS : line.key;
      let entry = rows.get(key);
      if (!entry) {
        const own = panels.map(() => /** @type {Line[]} */ ([]));
        const row = {
          key,
          label: labels.get(key) ?? key,
          group: line.group,
          isDashed: line.dashed ?? false,
          lines: own,
        };
        rows.set(key, entry = { row, lines: own });
      }
      entry.lines[panel]?.push(line);
    }
  });
  return [...rows.values()].map(({ row }) => row)
    .sort((a, b) => a.group - b.group || compare(a.label, b.label));
}

const { compare } = new Intl.Collator("en", { numeric: true });

/**
 * Writes what lines have at a place: a value, with its interval if it is a mean;
 * of several lines, the lowest and highest.
 *
 * @param {readonly Line[]} lines The lines.
 * @param {number | null} x The place; null for the last values.
 * @returns {string} The text.
 */
export function describeLines(lines, x) {
  const values = lines.flatMap((line) => {
    const i = x === null
      ? line.y.findLastIndex((value) => value !== null)
      : indexAt(line, x);
    const value = line.y[i];
    return typeof value === "number" ? [{ line, i, value }] : [];
  });
  const [only] = values;
  if (!only) return "–";
  if (values.length > 1) {
    const numbers = values.map(({ value }) => value);
    const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
    return `${formatValue(low)} … ${formatValue(high)}`;
  }
  const { line, i, value } = only;
  const low = line.low?.[i], high = line.high?.[i];
  const n = line.n?.[i];
  const text = typeof low === "number" && typeof high === "number"
    ? formatWithError(value, (high - low) / 2)
    : formatValue(value);
  return n === undefined ? text : `${text} (${n})`;
}

/**
 * @param {object} props
 * @param {readonly LegendRow[]} props.rows
 * @param {readonly string[]} props.measures The measures of the panels.
 * @param {string} props.caption What the values are.
 * @param {number | null} props.crosshair
 * @param {string | null} props.highlighted
 * @param {(key: string | null) => void} props.onHighlight
 * @param {ReadonlySet<string>} props.hidden The keys of hidden rows.
 * @param {(hidden: readonly string[]) => void} props.onHide
 */
export function CurveLegend(props) {
  const { rows, measures, caption, crosshair, highlighted, hidden } = props;
  const { onHighlight, onHide } = props;
  /** @param {string} key */
  const toggle = (key) => {
    const next = new Set(hidden);
    if (!next.delete(key)) next.add(key);
    onHide([...next]);
  };
  /** @param {string} key */
  const only = (key) =>
    onHide(rows.flatMap((row) => row.key === key ? [] : [row.key]));
  return html`
    <div class="legend scroll" tabindex="0" role="region" aria-label="Legend">
      <table>
        <caption>${caption}</caption>
        <thead>
          <tr>
          <th scope="col">Line</th>
          ${measures.map((measure) =>
            html`<th key=${measure} scope="col">${measure}</th>`
          )}
          <th>${hidden.size > 0 &&
            html`<button class="small" onClick=${() =>
              onHide([])}>Show all</button>`}</th>
        </tr>
        </thead>
        <tbody onMouseLeave=${() => onHighlight(null)}>${rows.map((row) =>
          html`
            <tr
              key=${row.key}
              class=${row.key === highlighted ? "lit" : ""}
              onMouseEnter=${() => onHighlight(row.key)}
            >
              <th scope="row"><button
                class="line" aria-pressed=${!hidden.has(row.key)}
                title=${row.label} onClick=${() => toggle(row.key)}
              ><${Swatch} ...${row} />${row.label}${countLines(
                row,
              )}</button></th>
              ${row.lines.map((lines, i) =>
                html`<td key=${i}>${
                  hidden.has(row.key) ? "" : describeLines(lines, crosshair)
                }${describeMarks(lines)}</td>`
              )}
              <td>${rows.length > 1 && html`
                <button
                  class="small only" onClick=${() => only(row.key)}
                  aria-label=${`Only ${row.label}`}
                >only</button>
              `}</td>
            </tr>
          `
        )}</tbody>
      </table>
    </div>
  `;
}

/** @param {LegendRow} row */
function countLines({ lines }) {
  const n = Math.max(...lines.map(({ length }) => length));
  return n > 1 ? ` (${n} runs)` : "";
}

/** @param {readonly Line[]} lines */
function describeMarks(lines) {
  const [line] = lines;
  if (!line || lines.length > 1) return "";
  const kinds = [...new Set(line.marks.map(({ kind }) => kind))];
  return kinds.length > 0 &&
    html`
      <span class="quiet">${kinds.map((kind) =>
        `${kind} at ${
          formatValue(line.marks.find((mark) => mark.kind === kind)?.x)
        }`
      ).join(", ")}</span>
    `;
}

/**
 * A short piece of a line, as it is drawn.
 *
 * @param {object} props
 * @param {number} props.group
 * @param {boolean} props.isDashed
 */
export function Swatch({ group, isDashed }) {
  return html`
    <svg class="swatch" width="24" height="10" aria-hidden="true">
      <line
        x1="1" x2="23" y1="5" y2="5" stroke-width="2.5"
        stroke=${colorOf(group)}
        stroke-dasharray=${isDashed ? dashOf(group).join(" ") : ""}
      />
    </svg>
  `;
}
