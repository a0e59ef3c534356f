// @ts-check
/// <reference lib="dom" />
/**
 * What is chosen above the curves: measures, axes, lines, smoothing.
 *
 * @module
 */

import { html } from "./html.js";

/** With more measures, those that are not shown are behind a button. */
const MANY_MEASURES = 8;

/**
 * @param {object} props
 * @param {import("./address.js").Address} props.address
 * @param {import("../dashboard/protocol.ts").RunList} props.list
 * @param {readonly string[]} props.measures Those that are shown.
 * @param {"run" | "group"} props.by
 * @param {readonly string[]} props.xs What can be on the horizontal axis.
 */
export function CurveControls({ address, list, measures, by, xs }) {
  const log = address.get("log");
  const smoothing = address.get("smooth");
  const x = address.get("x");
  /** @param {string} measure */
  const toggle = (measure) => {
    const next = measures.includes(measure)
      ? measures.filter((one) => one !== measure)
      : [...measures, measure];
    if (next.length > 0) address.set({ measure: next });
  };
  /** @param {"x" | "y"} axis */
  const toggleLog = (axis) =>
    address.set({
      log: ["x", "y"].filter((one) => log.includes(one) !== (one === axis))
        .join(""),
    });
  /** @param {string} measure */
  const button = (measure) =>
    html`
      <button
        key=${measure} aria-pressed=${measures.includes(measure)}
        onClick=${() => toggle(measure)}
      >${measure}</button>
    `;
  const known = [...new Set([...measures, ...list.measures])];
  const isFolded = known.length > MANY_MEASURES;
  return html`
    <div class="controls">
      <div role="group" aria-label="Measures" class="buttons">
        ${(isFolded ? measures : known).map(button)}
        ${isFolded && html`
          <select
            aria-label="Add a measure" value=""
            onChange=${(/** @type {any} */ { target }) => {
              toggle(target.value);
              target.value = "";
            }}
          >
                    <option value="">Add a measure …</option>
                    ${known.filter((one) => !measures.includes(one)).map((
                      one,
                    ) => html`<option key=${one} value=${one}>${one}</option>`)}
                  </select>
        `}
      </div>
      <div role="group" aria-label="Lines" class="buttons">
        ${/** @type {const} */ ([["group", "Mean of groups"], ["run", "Runs"]])
          .map((
            [value, text],
          ) =>
            html`
              <button
                key=${value} aria-pressed=${by === value}
                onClick=${() => address.set({ by: value })}
              >${text}</button>
            `
          )}
      </div>
      <label>over <select
        value=${x}
        onChange=${(/** @type {any} */ { target }) =>
          address.set({ x: target.value, zoom: [] })}
      >${[...new Set([...xs, x])].map((one) =>
        html`<option key=${one} value=${one}>${one}</option>`
      )}</select></label>
      <div role="group" aria-label="Logarithmic axes" class="buttons">
        ${/** @type {const} */ (["x", "y"]).map((axis) =>
          html`
            <button
              key=${axis} aria-pressed=${log.includes(axis)}
              onClick=${() => toggleLog(axis)}
            >log ${axis}</button>
          `
        )}
      </div>
      <label title="Exponential moving average with bias correction; the values themselves stay visible behind it"
      >smooth over <input
        type="number" min="0" step="any" class="number" placeholder="0"
        value=${smoothing || ""}
        onChange=${(/** @type {any} */ { target }) =>
          address.set({ smooth: Math.max(0, Number(target.value)) })}
      /> ${x}</label>
      ${address.get("zoom").length > 0 &&
        html`<button onClick=${() =>
          address.set({ zoom: [] })}>Whole range</button>`}
    </div>
  `;
}
