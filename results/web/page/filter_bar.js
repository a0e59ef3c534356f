// @ts-check
/// <reference lib="dom" />
/**
 * The bar above the views that says which runs they show.
 *
 * @module
 */

import { useEffect, useRef, useState } from "preact/hooks";
import { html } from "./html.js";
import { joinWords, splitWords } from "./words.js";

/** Keys of conditions that are no keys of the configuration. */
const OTHER_KEYS = ["status", "tag", "sweep", "id"];

/**
 * @param {object} props
 * @param {import("./address.js").Address} props.address
 * @param {import("../dashboard/protocol.ts").RunList | undefined} props.list
 * @param {import("./api.js").RequestError | undefined} props.error
 */
export function FilterBar({ address, list, error }) {
  const inAddress = joinWords(address.get("where"));
  const [text, setText] = useState(inAddress);
  const box = /** @type {{ current: HTMLInputElement | null }} */ (
    useRef(null)
  );
  // Going back shows the filter of then.
  useEffect(() => setText(inAddress), [inAddress]);
  useEffect(() => {
    /** @param {KeyboardEvent} event */
    function focus(event) {
      const { target, key } = event;
      const isTyping = target instanceof Element &&
        target.closest("input, textarea, select");
      if (key !== "/" || isTyping || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      box.current?.focus();
    }
    addEventListener("keydown", focus);
    return () => removeEventListener("keydown", focus);
  }, []);

  const chosen = address.get("chosen");
  const isWrong = error !== undefined && error.status >= 400;
  const [, before = ""] = /^(.*\s)?\S*$/s.exec(text) ?? [];
  const keys = [...OTHER_KEYS, ...list?.keys ?? []];
  return html`
    <form class="filter" role="search" onSubmit=${(
      /** @type {Event} */ event,
    ) => event.preventDefault()}>
      <label for="where">Filter</label>
      <input
        id="where" ref=${box} class="where" type="text" value=${text}
        list="where-keys" autocomplete="off" spellcheck="false"
        placeholder="model=mlp status=completed"
        aria-invalid=${isWrong} aria-describedby="where-error"
        onInput=${(/** @type {any} */ { target }) => setText(target.value)}
        onChange=${() => address.set({ where: splitWords(text) })}
      />
      <datalist id="where-keys">${keys.map((key) =>
        html`<option key=${key} value=${`${before}${key}=`} />`
      )}</datalist>
      <span class="pair"><label for="since">since</label>
      <input
        id="since" class="since" type="text" value=${address.get("since")}
        autocomplete="off" placeholder="7d"
        onChange=${(/** @type {any} */ { target }) =>
          address.set({ since: target.value.trim() })}
      /></span>
      <span class="count" role="status">${list && countRuns(list)}</span>
      ${chosen.length > 0 && html`
        <a class="chip" href=${address.link({ chosen: [] })}>
          ${chosen.length} chosen <span aria-hidden="true">×</span>
          <span class="hidden">: show all</span>
        </a>
      `}
      <p id="where-error" class="error" role="alert">${isWrong
        ? error.message
        : ""}</p>
    </form>
  `;
}

/** @param {import("../dashboard/protocol.ts").RunList} list */
function countRuns({ runs, nAll }) {
  const count = (/** @type {number} */ n) => n.toLocaleString("en");
  const unit = nAll === 1 ? "run" : "runs";
  return runs.length === nAll
    ? `${count(nAll)} ${unit}`
    : `${count(runs.length)} of ${count(nAll)} ${unit}`;
}
