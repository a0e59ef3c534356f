// @ts-check
/// <reference lib="dom" />
/**
 * The view of all runs: one row for each, or for the replicates of each group.
 *
 * @module
 */

import { useMemo } from "preact/hooks";
import { formatCount, shortId } from "./format.js";
import { html } from "./html.js";
import {
  listColumns,
  listRows,
  meanOf,
  measureColumn,
  progressOf,
} from "./run_table.js";
import { VirtualTable } from "./virtual_table.js";

/**
 * @typedef {import("./address.js").Address} Address
 * @typedef {import("../dashboard/protocol.ts").RunList} RunList
 * @typedef {import("./run_table.js").TableRow} TableRow
 * @typedef {import("./run_table.js").Column} Column
 */

/** Longer texts are cut, in characters. */
const MAX_WIDTH = 28;
/** More would make an address that servers refuse. */
const MAX_CHOSEN = 1000;

/**
 * The view of all runs.
 *
 * @param {object} props
 * @param {Address} props.address
 * @param {RunList} props.list
 */
export function RunsView({ address, list }) {
  const sort = address.get("sort"), grouped = address.get("grouped");
  const open = address.get("open"), chosen = address.get("chosen");
  const columns = useMemo(() => listColumns(list), [list]);
  const rows = useMemo(
    () => listRows(list, columns, { sort, grouped, open }),
    [list, columns, sort, grouped, open],
  );
  // A table whose columns moved with each event could not be read.
  const shape = columns.map(({ id }) => id).join();
  const widths = useMemo(
    () => columns.map((column) => widthOf(column, rows)),
    [shape, rows.length, grouped],
  );
  const chosenIds = useMemo(() => new Set(chosen), [chosen]);
  if (list.runs.length === 0) {
    return html`<${NoRuns} ...${{ address, list }} />`;
  }

  /** @param {TableRow} row @param {boolean} isOn */
  function choose({ runs }, isOn) {
    const ids = new Set(chosen);
    for (const { id } of runs) {
      if (isOn) ids.add(shortId(id));
      else ids.delete(shortId(id));
    }
    address.set({ chosen: [...ids].slice(0, MAX_CHOSEN) }, { replace: true });
  }
  /** @param {TableRow} row */
  function toggleOpen({ id }) {
    const isOpen = open.includes(id);
    address.set({
      open: isOpen ? open.filter((label) => label !== id) : [...open, id],
    }, { replace: true });
  }
  /** @param {TableRow} row */
  function renderRow(row) {
    const isChosen = row.runs.every(({ id }) => chosenIds.has(shortId(id)));
    return {
      key: row.id,
      isChosen,
      cells: [
        makeNameCell({
          address,
          row,
          isChosen,
          isOpen: open.includes(row.id),
          choose,
          toggleOpen,
        }),
        ...columns.map((column) => makeCell(column, row)),
      ],
    };
  }
  const heading = grouped ? "group" : "run";
  return html`
    <div class="actions">
      <button type="button" aria-pressed=${grouped}
        onClick=${() => address.set({ grouped: !grouped, sort: "" })}
      >Group replicates</button>
      <${Chosen} ...${{ address, n: chosen.length }} />
    </div>
    <${VirtualTable} ...${{
      label: grouped ? "Groups of runs" : "Runs",
      columns: [
        {
          id: "run",
          heading,
          isNumeric: false,
          width: grouped ? "var(--group-width)" : "var(--name-width)",
        },
        ...columns.map((column, i) => ({ ...column, width: `${widths[i]}ch` })),
      ],
      rows,
      sort,
      onSort: (/** @type {string} */ sort) => address.set({ sort }),
      renderRow,
    }} />
    <${Problems} problems=${list.problems} />
  `;
}

/** @param {Column} column @param {readonly TableRow[]} rows */
function widthOf(column, rows) {
  const bar = column.id === "progress" ? 9 : 0;
  return Math.min(MAX_WIDTH, measureColumn(column, rows)) + bar + 3.5;
}

/**
 * What leads on with the runs that were chosen.
 *
 * @param {{ address: Address, n: number }} props
 */
function Chosen({ address, n }) {
  if (n === 0) {
    return html`<span class="quiet">Choose runs to see them alone, or see all: <a
      href=${address.link({ view: "curves" })}>curves</a>, <a
      href=${address.link({ view: "comparison" })}>comparison</a>.</span>`;
  }
  return html`
    <span role="status">${formatCount(n, "run")} chosen${n === MAX_CHOSEN
      ? ", the most that can be: use the filter for more"
      : ""}</span>
    <a class="button" href=${address.link({ view: "curves" })}>Show curves</a>
    <a class="button" href=${address.link({ view: "comparison" })}>Compare</a>
    <button type="button" onClick=${() => address.set({ chosen: [] })}
    >Clear</button>
  `;
}

/**
 * The first cell of a row: what it is, and whether it is chosen.
 *
 * @param {object} props
 * @param {Address} props.address
 * @param {TableRow} props.row
 * @param {boolean} props.isChosen
 * @param {boolean} props.isOpen
 * @param {(row: TableRow, isOn: boolean) => void} props.choose
 * @param {(row: TableRow) => void} props.toggleOpen
 */
function makeNameCell({ address, row, isChosen, isOpen, choose, toggleOpen }) {
  const { id, kind, runs } = row;
  const isGroup = kind === "group";
  return html`
    <th key="name" scope="row" class=${kind} title=${id}>
      <input type="checkbox" checked=${isChosen}
        aria-label=${`Choose ${isGroup ? "group" : "run"} ${id}`}
        onChange=${(/** @type {any} */ { target }) =>
          choose(row, target.checked)} />
      ${isGroup
        ? html`
          <button type="button" class="fold" aria-expanded=${isOpen}
            aria-label=${`${id}: ${formatCount(runs.length, "run")}`}
            onClick=${() => toggleOpen(row)}><span aria-hidden="true">${isOpen
              ? "▾"
              : "▸"}</span> ${formatCount(runs.length, "run")}</button>
        `
        : html`
          <a href=${address.link({ view: "run", run: id })}
            aria-label=${id}><span class="start">${id.slice(
              0,
              -shortId(id).length,
            )}</span>${shortId(id)}</a>
        `}
    </th>
  `;
}

/**
 * @param {Column} column
 * @param {TableRow} row
 */
function makeCell({ id, isNumeric, text }, { runs }) {
  const content = text(runs);
  const [run] = runs;
  if (id === "status" && run) {
    const isOne = new Set(runs.map(({ status }) => status)).size === 1;
    return html`
      <td key=${id}
        title=${content}><span class=${isOne
          ? `status ${run.status}`
          : "status"}>${content}</span></td>
    `;
  }
  if (id === "progress") {
    const done = meanOf(runs.map(progressOf));
    const isWhole = runs.every(({ status }) => status === "completed");
    return html`<td key=${id} class="number">${
      done !== null && !isWhole && html`
        <span class="bar" aria-hidden="true"
          style=${{ "--done": String(done) }} />
      `
    }${content}</td>`;
  }
  const isWrong = content === "NaN" || content.endsWith("Infinity");
  return html`<td key=${id} class=${
    [isNumeric && "number", isWrong && "bad"].filter(Boolean).join(" ") || null
  } title=${content.length > MAX_WIDTH ? content : null}>${content}</td>`;
}

/**
 * What is shown where no run is.
 *
 * @param {{ address: Address, list: RunList }} props
 */
function NoRuns({ address, list: { nAll, problems } }) {
  return html`
    <div class="empty">${nAll === 0
      ? html`
        <h1>No runs yet</h1>
        <p>Start one in another terminal, and it appears here:</p>
        <pre>deno task train</pre>
      `
      : html`
        <h1>No run matches</h1>
        <p>The filter leaves none of ${formatCount(nAll, "run")}.
                <a href=${address.link({
                  where: [],
                  since: "",
                })}>Show all</a></p>
      `}
    <${Problems} problems=${problems} /></div>
  `;
}

/**
 * What could not be read.
 *
 * @param {{ problems: RunList["problems"] }} props
 */
function Problems({ problems }) {
  return problems.length > 0 && html`
    <details class="problems">
      <summary>${formatCount(
        problems.length,
        "file",
      )} could not be read</summary>
      <ul>${problems.map(({ run, reason }) =>
        html`<li key=${run + reason}>${run}: ${reason}</li>`
      )}</ul>
    </details>
  `;
}
