// @ts-check
/// <reference lib="dom" />
/**
 * All that is known of a run, while it trains and after.
 *
 * @module
 */

import { useEffect, useState } from "preact/hooks";
import { askText } from "./api.js";
import { CopyButton } from "./copy_button.js";
import { formatSetting, shortId } from "./format.js";
import { html } from "./html.js";
import { labelRuns } from "./run_labels.js";
import { useAnswer } from "./use_answer.js";

/**
 * @typedef {import("../dashboard/protocol.ts").RunPage} RunPage
 * @typedef {import("../dashboard/protocol.ts").DiffPage} DiffPage
 * @typedef {import("../dashboard/protocol.ts").RunList} RunList
 * @typedef {import("./address.js").Address} Address
 */

/**
 * @param {object} props
 * @param {Address} props.address
 * @param {RunList} props.list
 */
export function RunView({ address, list }) {
  const id = address.get("run");
  const row = list.runs.find((run) => run.id === id);
  // What has changed since the last answer: a new step, or another status.
  const version = `${row?.status} ${row?.step}`;
  /** @type {import("./use_answer.js").Answer<RunPage>} */
  const { answer, error } = useAnswer("api/run", { id }, version);
  if (error) return html`<p class="error" role="alert">${error}</p>`;
  if (!answer) return html`<p class="quiet">Reading the run …</p>`;
  const { run, config, sections, records, figures, source, log } = answer;
  return html`
    <h1
      class="run-title">${run.id} <span class=${`status ${run.status}`}>${run
        .status}</span></h1>
    <p
      class="quiet">${[
        run.experiment,
        ...run.tags.map((tag) => `#${tag}`),
        run.note,
      ]
        .filter(Boolean).join(" · ")}${run.sweep !== null && html`
        ${" · "}<a href=${address.link({
          view: "sweep",
          sweep: run.sweep,
        })}>sweep ${run.sweep}</a>
      `}${" · "}<a href=${address.link({
        view: "curves",
        chosen: [shortId(run.id)],
        by: "run",
      })}>curves</a></p>
    ${answer.problems.map(({ reason }) =>
      html`<p key=${reason} class="error">${reason}</p>`
    )}
    ${answer.commands.length > 0 && html`
      <section aria-labelledby="run-commands">
        <h2 id="run-commands">Commands</h2>
        <${Commands} commands=${answer.commands} />
      </section>
    `}
    ${figures.length > 0 && html`
      <section aria-labelledby="run-figures">
        <h2 id="run-figures">Samples</h2>
        <div class="run-figures">${figures.map((kind) =>
          html`<${Figure} key=${kind} ...${{ id, kind, version }} />`
        )}</div>
      </section>
    `}
    <div class="run-columns">
      <section aria-labelledby="run-config">
        <h2 id="run-config">Configuration</h2>
        <${Pairs} pairs=${Object.entries(config).map(([name, value]) => [
          name,
          formatSetting(value),
        ])} />
        <${Differences} ...${{ address, list, id }} />
      </section>
      ${records.length > 0 && html`
        <section aria-labelledby="run-records">
          <h2 id="run-records">Records</h2>
          <div class="scroll" tabindex="0" role="region" aria-labelledby="run-records">
            <table>
              <thead>
                <tr>
                  <th scope="col">Record</th>
                  <th scope="col">Value</th>
                  <th scope="col" class="figure">n</th>
                </tr>
              </thead>
              <tbody>${records.map(({ name, text, n }, i) =>
                html`
                  <tr key=${i}>
                    <th scope="row">${name}</th>
                    <td>${text}</td>
                    <td class="figure">${n}</td>
                  </tr>
                `
              )}</tbody>
            </table>
          </div>
        </section>
      `}
      ${sections.map(({ title, lines }) =>
        html`
          <section key=${title} aria-label=${title}>
            <h2>${title}</h2>
            <${Pairs} pairs=${lines} />
          </section>
        `
      )}
    </div>
    ${log !== "" && html`
      <section aria-labelledby="run-log">
        <h2 id="run-log">Log</h2>
        <pre class="text" tabindex="0" role="region"
          aria-labelledby="run-log">${log}</pre>
      </section>
    `}
    ${source.length > 0 && html`
      <section aria-labelledby="run-source">
        <h2 id="run-source">Source</h2>
        <${Source} ...${{ address, id, source }} />
      </section>
    `}
  `;
}

/**
 * Commands, each with a button that copies it.
 *
 * @param {object} props
 * @param {RunPage["commands"]} props.commands
 */
export function Commands({ commands }) {
  return html`<dl class="commands">${
    commands.map(({ title, command }) =>
      html`
        <div key=${title}>
          <dt>${title}</dt>
          <dd><code>${command}</code> <${CopyButton}
                  text=${command} name=${`Copy: ${title}`}
                /></dd>
        </div>
      `
    )
  }</dl>`;
}

/**
 * @param {object} props
 * @param {readonly (readonly [string, string])[]} props.pairs
 */
function Pairs({ pairs }) {
  return html`<dl class="pairs">${
    pairs.map(([name, text], i) =>
      html`
        <div key=${i}>
          <dt>${name}</dt>
          <dd>${text}</dd>
        </div>
      `
    )
  }</dl>`;
}

/**
 * A figure of a run. Outside the page's document, nothing in it can act.
 *
 * @param {object} props
 * @param {string} props.id
 * @param {string} props.kind
 * @param {string} props.version Changes when there may be a new one.
 */
function Figure({ id, kind, version }) {
  const [hasFailed, setFailed] = useState(false);
  useEffect(() => setFailed(false), [id, version]);
  const query = new URLSearchParams({ id, kind, version });
  return html`<figure>
    <figcaption>${kind}</figcaption>
    ${
    hasFailed ? html`<p class="quiet">This figure cannot be drawn.</p>` : html`
      <img
        src=${`api/figure?${query}`} alt=${`The ${kind} of ${id}`}
        onError=${() => setFailed(true)}
      />
    `
  }
  </figure>`;
}

/**
 * How the run differs from another one that is chosen.
 *
 * @param {object} props
 * @param {Address} props.address
 * @param {RunList} props.list
 * @param {string} props.id
 */
function Differences({ address, list, id }) {
  const other = address.get("other");
  const labels = labelRuns(list);
  /** @type {import("./use_answer.js").Answer<DiffPage>} */
  const { answer, error } = useAnswer("api/diff", other && { id, other });
  const sections = answer?.sections.filter(({ lines }) => lines.length > 0);
  return html`
    <p><label>Differences to <select
      class="other" value=${other}
      onChange=${(/** @type {any} */ { target }) =>
        address.set({ other: target.value })}
    >
      <option value="">choose a run …</option>
      ${list.runs.filter((run) => run.id !== id || run.id === other).map((
        run,
      ) =>
        html`
          <option key=${run.id}
            value=${run.id}>${shortId(run.id)}${" "}${labels.get(
              run.id,
            )}</option>
        `
      )}
      ${other && !labels.has(other) &&
        html`<option value=${other}>${other}</option>`}
    </select></label></p>
    ${error && html`<p class="error" role="alert">${error}</p>`}
    ${sections?.length === 0 && html`<p>The two runs do not differ.</p>`}
    ${sections?.map(({ title, lines }) =>
      html`
        <div key=${title} class="scroll" tabindex="0" role="region"
          aria-label=${`Differences: ${title}`}>
          <table class="diff">
            <thead>
              <tr>
                <th scope="col">${title}</th>
                <th scope="col">this run</th>
                <th scope="col">${shortId(other)}</th>
              </tr>
            </thead>
            <tbody>${lines.map(({ name, first, second }, i) =>
              html`
                <tr key=${i}>
                  <th scope="row">${name}</th>
                  <td>${first}</td>
                  <td>${second}</td>
                </tr>
              `
            )}</tbody>
          </table>
        </div>
      `
    )}
  `;
}

/**
 * @param {object} props
 * @param {Address} props.address
 * @param {string} props.id
 * @param {readonly string[]} props.source
 */
function Source({ address, id, source }) {
  const file = address.get("file");
  const [text, setText] = useState("");
  useEffect(() => {
    setText("");
    if (file === "") return;
    const { signal, abort } = abortable();
    askText("api/source", new URLSearchParams({ id, file }), signal)
      .then(setText, (error) => {
        if (!signal.aborted) setText(error.message);
      });
    return abort;
  }, [id, file]);
  return html`
    <p><label>File <select
      value=${file}
      onChange=${(/** @type {any} */ { target }) =>
        address.set({ file: target.value })}
    >
      <option value="">choose one of ${source.length} …</option>
      ${source.map((name) =>
        html`<option key=${name} value=${name}>${name}</option>`
      )}
    </select></label></p>
    ${text && html`
      <pre class="text" tabindex="0" role="region"
        aria-label=${file}>${text}</pre>
    `}
  `;
}

function abortable() {
  const controller = new AbortController();
  return { signal: controller.signal, abort: () => controller.abort() };
}
