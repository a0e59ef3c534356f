// @ts-check
/// <reference lib="dom" />
/**
 * What has happened to runs since the page was loaded: a counter in the header,
 * and a list behind it.
 *
 * @module
 */

import { useEffect, useRef, useState } from "preact/hooks";
import { html } from "./html.js";

/** @typedef {import("../dashboard/protocol.ts").Notice} Notice */

/** What happened, in a word. */
const KINDS = Object.freeze({
  died: "died",
  failed: "failed",
  "not-a-number": "not a number",
  "left-band": "left its band",
});

/**
 * @param {object} props
 * @param {import("./address.js").Address} props.address
 * @param {import("../dashboard/protocol.ts").RunList | undefined} props.list
 * @param {readonly Notice[]} props.notices The newest first.
 * @param {(gone: readonly Notice[]) => void} props.dismiss
 */
export function Notices({ address, notices, dismiss }) {
  const [isOpen, setOpen] = useState(false);
  const root = useRef(/** @type {HTMLDivElement | null} */ (null));
  const button = useRef(/** @type {HTMLButtonElement | null} */ (null));
  useEffect(() => {
    if (!isOpen) return;
    /** @param {Event} event */
    function close(event) {
      const isKey = event instanceof KeyboardEvent;
      if (isKey && event.key !== "Escape") return;
      if (
        !isKey && root.current?.contains(/** @type {Node} */ (event.target))
      ) {
        return;
      }
      setOpen(false);
      if (isKey) button.current?.focus();
    }
    addEventListener("keydown", close);
    addEventListener("pointerdown", close);
    return () => {
      removeEventListener("keydown", close);
      removeEventListener("pointerdown", close);
    };
  }, [isOpen]);
  useEffect(() => {
    if (notices.length === 0) setOpen(false);
  }, [notices.length]);
  const [newest] = notices;
  const n = notices.length;

  return html`<div class="notices-corner" ref=${root}>
    <span class="hidden" aria-live="polite">${newest?.text ?? ""}</span>
    ${
    n > 0 && html`
      <button
        ref=${button} class="notices-button" aria-expanded=${isOpen}
        aria-controls="notices" onClick=${() => setOpen(!isOpen)}
      >${n} ${n === 1 ? "notice" : "notices"}</button>
    `
  }
    ${
    isOpen && html`
      <section id="notices" class="notices-list" aria-label="Notices">
        <ul>${notices.map((notice) =>
          html`
            <li key=${`${notice.run} ${notice.kind} ${notice.at}`}>
              <p><strong class=${notice.kind === "left-band"
                ? "warn"
                : "bad"}>${KINDS[notice.kind]}</strong> <time datetime=${notice
                .at} class="quiet">${new Date(notice.at)
                .toLocaleTimeString()}</time></p>
              <p>${notice.text}</p>
              <p><a
                        href=${address.link({ view: "run", run: notice.run })}
                        onClick=${() => setOpen(false)}
                      >Show the run</a> <button
                        class="small" onClick=${() => dismiss([notice])}
                        aria-label=${`Dismiss: ${notice.text}`}
                      >Dismiss</button></p>
            </li>
          `
        )}</ul>
        <p><button onClick=${() => dismiss(notices)}>Dismiss all</button></p>
      </section>
    `
  }
  </div>`;
}
