// @ts-check
/// <reference lib="dom" />
/**
 * The page: which view is shown, and what is around it.
 *
 * @module
 */

import { render } from "preact";
import { useEffect, useErrorBoundary, useMemo, useState } from "preact/hooks";
import { makeAddress, parseAddress } from "./address.js";
import { ComparisonView } from "./comparison_view.js";
import { CurvesView } from "./curves_view.js";
import { FilterBar } from "./filter_bar.js";
import { html } from "./html.js";
import { Notices } from "./notices.js";
import { RunView } from "./run_view.js";
import { RunsView } from "./runs_view.js";
import { SweepView } from "./sweep_view.js";
import { useRuns } from "./use_runs.js";

/** @typedef {import("./address.js").Address} Address */

/** The views; only those with a heading are in the navigation. */
const VIEWS = Object.freeze({
  runs: { heading: "Runs", component: RunsView, isFiltered: true },
  curves: { heading: "Curves", component: CurvesView, isFiltered: true },
  comparison: {
    heading: "Comparison",
    component: ComparisonView,
    isFiltered: true,
  },
  sweep: { heading: "Sweeps", component: SweepView, isFiltered: false },
  run: { heading: "", component: RunView, isFiltered: false },
});

/** @returns {Address} */
function useAddress() {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const follow = () => setHash(location.hash);
    addEventListener("popstate", follow);
    addEventListener("hashchange", follow);
    return () => {
      removeEventListener("popstate", follow);
      removeEventListener("hashchange", follow);
    };
  }, []);
  return useMemo(() =>
    makeAddress(parseAddress(hash), (hash, replace) => {
      if (hash === location.hash) return;
      if (replace) history.replaceState(null, "", hash);
      else history.pushState(null, "", hash);
      setHash(hash);
    }), [hash]);
}

function Page() {
  const address = useAddress();
  const { list, error, isLive, notices, dismiss } = useRuns(address);
  const name = /** @type {keyof typeof VIEWS} */ (address.get("view"));
  const view = Object.hasOwn(VIEWS, name) ? VIEWS[name] : VIEWS.runs;
  const heading = view.heading || address.get("run");
  useEffect(() => {
    document.title = `${heading} · Whisker`;
  }, [heading]);

  return html`
    <a class="skip" href="#main" onClick=${skip}>Skip to the content</a>
    <header class="top">
      <a class="brand" href=${address.link({ view: "runs" })}>Whisker</a>
      <nav aria-label="Views">
        ${Object.entries(VIEWS).map(([key, { heading }]) =>
          heading && html`
            <a
              key=${key}
              href=${address.link({ view: key })}
              aria-current=${view === VIEWS[
                  /** @type {keyof typeof VIEWS} */ (key)
                ]
                ? "page"
                : null}
            >${heading}</a>
          `
        )}
      </nav>
      <${Notices} ...${{ address, list, notices, dismiss }} />
      <span class=${isLive ? "live" : "live lost"} role="status">${isLive
        ? "Live"
        : list || error
        ? "Not connected"
        : "Connecting"}</span>
    </header>
    ${view.isFiltered && html`<${FilterBar} ...${{ address, list, error }} />`}
    ${error?.status === 0 && html`
      <p class="banner" role="alert">${error.message} Trying again.</p>
    `}
    <main id="main" tabindex="-1" class=${`view-${name}`}>
      <${Guarded} key=${name} ...${{
        view,
        address,
        list,
        hasFailed: error !== undefined,
      }} />
    </main>
  `;
}

/** @param {Event} event */
function skip(event) {
  event.preventDefault();
  document.getElementById("main")?.focus();
}

/**
 * A view, or the error that it ended with: the rest of the page stays usable.
 *
 * @param {object} props
 * @param {typeof VIEWS[keyof typeof VIEWS]} props.view
 * @param {Address} props.address
 * @param {import("../dashboard/protocol.ts").RunList | undefined} props.list
 * @param {boolean} props.hasFailed Whether the list cannot be read.
 */
function Guarded({ view, address, list, hasFailed }) {
  const [error, reset] = useErrorBoundary(console.error);
  if (error) {
    return html`
      <p class="error" role="alert">This view failed: ${String(error)}
        <button onClick=${reset}>Try again</button></p>
    `;
  }
  if (!list) {
    return hasFailed ? null : html`<p class="quiet">Reading runs …</p>`;
  }
  return html`<${view.component} ...${{ address, list }} />`;
}

render(html`<${Page} />`, document.body);
