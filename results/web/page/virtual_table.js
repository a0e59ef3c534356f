// @ts-check
/// <reference lib="dom" />
/**
 * A table of any length, of which only the rows in sight are elements.
 *
 * @module
 */

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { html } from "./html.js";

/** The height of a row in CSS pixels, as style.css has it. */
const ROW_HEIGHT = 30;
/** So many rows are made at a time, and kept before and after those in sight. */
const CHUNK = 8;

/**
 * A column of a table.
 *
 * @typedef {object} TableColumn
 * @property {string} id Its name in the address.
 * @property {string} heading What is written above it.
 * @property {boolean} isNumeric Whether it is aligned to the right.
 * @property {string} width Its width, as CSS has it.
 */

/**
 * A table of any length.
 *
 * @template {object} Row
 * @param {object} props
 * @param {string} props.label What it lists, for screen readers.
 * @param {readonly TableColumn[]} props.columns Its columns; the first stays in sight.
 * @param {readonly Row[]} props.rows Its rows.
 * @param {string} props.sort The column by which it is sorted, after `-` if downwards.
 * @param {(sort: string) => void} props.onSort Sorts it by another.
 * @param {(row: Row) => { key: string, cells: unknown, isChosen: boolean }} props.renderRow
 * What a row shows: a cell for each column.
 */
export function VirtualTable(
  { label, columns, rows, sort, onSort, renderRow },
) {
  const scroller = /** @type {{ current: HTMLElement | null }} */ (
    useRef(null)
  );
  const [chunk, setChunk] = useState(0);
  const [height, setHeight] = useState(() => innerHeight);
  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const observer = new ResizeObserver(() => setHeight(element.clientHeight));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  const nShown = Math.ceil(height / ROW_HEIGHT) + 3 * CHUNK;
  const last = Math.max(0, Math.floor((rows.length - 1) / CHUNK));
  const first = Math.max(0, Math.min(chunk, last) - 1) * CHUNK;
  const shown = rows.slice(first, first + nShown);
  const nAfter = rows.length - first - shown.length;

  // Scrolling makes the rows anew that come into sight, and no others.
  const made = useMemo(() => new WeakMap(), [rows, renderRow]);
  /** @param {Row} row @param {number} i */
  function makeRow(row, i) {
    if (!made.has(row)) {
      const { key, cells, isChosen } = renderRow(row);
      made.set(
        row,
        html`
          <tr key=${key} aria-rowindex=${first + i + 2}
            class=${isChosen ? "chosen" : null}>${cells}</tr>
        `,
      );
    }
    return made.get(row);
  }

  /** @param {Event & { currentTarget: HTMLElement }} event */
  function onScroll({ currentTarget: { scrollTop } }) {
    setChunk(Math.floor(scrollTop / ROW_HEIGHT / CHUNK));
  }
  return html`
    <div class="grid" ref=${scroller} onScroll=${onScroll} tabindex="0"
      role="region" aria-label=${label}>
      <table aria-rowcount=${rows.length + 1} aria-label=${label}
        onKeyDown=${moveFocus}>
        <colgroup>${columns.map(({ id, width }) =>
          html`<col key=${id} style=${{ width }} />`
        )}</colgroup>
        <thead>
          <tr aria-rowindex="1">${columns.map((column) =>
            html`<${Heading} key=${column.id} ...${{ column, sort, onSort }} />`
          )}</tr>
        </thead>
        <${Space} n=${first} />
        <tbody>${shown.map(makeRow)}</tbody>
        <${Space} n=${nAfter} />
      </table>
    </div>
  `;
}

/**
 * A heading that sorts the table: upwards, downwards, then no more.
 *
 * @param {object} props
 * @param {TableColumn} props.column
 * @param {string} props.sort
 * @param {(sort: string) => void} props.onSort
 */
function Heading({ column: { id, heading, isNumeric }, sort, onSort }) {
  const isUp = sort === id, isDown = sort === `-${id}`;
  const next = isUp ? `-${id}` : isDown ? "" : id;
  return html`
    <th scope="col" class=${isNumeric ? "number" : null}
      aria-sort=${isUp ? "ascending" : isDown ? "descending" : "none"}>
      <button type="button" title=${heading}
        onClick=${() => onSort(next)}>${isUp
          ? "↑ "
          : isDown
          ? "↓ "
          : ""}${heading}</button>
    </th>
  `;
}

/**
 * The room of rows that are not made.
 *
 * @param {{ n: number }} props
 */
function Space({ n }) {
  const style = { height: `${n * ROW_HEIGHT}px` };
  return n > 0 &&
    html`
      <tbody aria-hidden="true">
        <tr>
          <td class="space" style=${style} />
        </tr>
      </tbody>
    `;
}

/**
 * Arrows lead to the same control of the next row.
 *
 * @param {KeyboardEvent & { currentTarget: HTMLElement }} event
 */
function moveFocus(event) {
  const { key, target, currentTarget } = event;
  if (key !== "ArrowDown" && key !== "ArrowUp") return;
  if (!(target instanceof HTMLElement)) return;
  const controls = Array.from(
    currentTarget.querySelectorAll(`tbody ${target.localName}`),
  );
  const at = controls.indexOf(target);
  const next = controls[at + (key === "ArrowDown" ? 1 : -1)];
  if (at === -1 || !(next instanceof HTMLElement)) return;
  event.preventDefault();
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest", inline: "nearest" });
}
