// @ts-check
/// <reference lib="dom" />
/**
 * A sweep while it runs: progress, the best score so far, and scores over keys.
 *
 * @module
 */

import { useMemo, useState } from "preact/hooks";
import { Chart } from "./chart.js";
import { formatSetting, shortId } from "./format.js";
import { html } from "./html.js";
import { ParallelAxes } from "./parallel_axes.js";

import { Commands } from "./run_view.js";
import {
  bestSoFar,
  formatBrush,
  isWithin,
  makeKeyAxis,
  makePoints,
  numberOn,
  parseBrushes,
} from "./sweep_data.js";
import { formatDuration, formatValue } from "./ticks.js";
import { useAnswer } from "./use_answer.js";

/**
 * @typedef {import("../dashboard/protocol.ts").SweepPage} SweepPage
 * @typedef {import("../dashboard/protocol.ts").RunList} RunList
 * @typedef {import("./address.js").Address} Address
 * @typedef {import("./sweep_data.js").KeyAxis} KeyAxis
 */

const MAX_TABLE_ROWS = 20;
const MAX_FAILURES = 5;

/**
 * @param {object} props
 * @param {Address} props.address
 * @param {RunList} props.list
 */
export function SweepView({ address, list }) {
  /** @type {import("./use_answer.js").Answer<string[]>} */
  const { answer: names, error } = useAnswer(
    "api/sweeps",
    {},
    String(list.nAll),
  );
  const name = address.get("sweep") || names?.[0] || "";
  // Something has changed when a run has another status.
  const version = useMemo(
    () =>
      list.runs.filter(({ sweep }) => sweep === name)
        .map(({ status }) => status[0]).join(""),
    [list.runs, name],
  );
  /** @type {import("./use_answer.js").Answer<SweepPage>} */
  const { answer: sweep, error: problem } = useAnswer(
    "api/sweep",
    name && { name },
    version,
  );
  if (error) return html`<p class="error" role="alert">${error}</p>`;
  if (!names) return html`<p class="quiet">Reading the sweeps …</p>`;
  if (names.length === 0 && name === "") {
    return html`
      <p
        class="quiet">There is no sweep yet. <code>deno task sweep</code> starts one.</p>
    `;
  }
  return html`
    <div class="controls">
      <label>Sweep <select
        value=${name}
        onChange=${(/** @type {any} */ { target }) =>
          address.set({ sweep: target.value, metric: "", brush: [] })}
      >${[...new Set([...names, name])].map((one) =>
        html`<option key=${one} value=${one}>${one}</option>`
      )}</select></label>
      ${sweep && sweep.metrics.length > 0 && html`<label>Score <select
        value=${address.get("metric") || sweep.metrics[0]?.name}
        onChange=${(/** @type {any} */ { target }) =>
        address.set({ metric: target.value })}
      >${
        sweep.metrics.map((metric) =>
          html`<option key=${metric.name} value=${metric.name}>${metric.name}</option>`
        )
      }</select></label>`}
    </div>
    ${problem && html`<p class="error" role="alert">${problem}</p>`}
    ${sweep && html`
      <${Progress} ...${sweep} />
      <${Scores} key=${name} ...${{ address, list, sweep }} />
      ${sweep.commands.length > 0 && html`
        <section aria-labelledby="sweep-commands">
          <h2 id="sweep-commands">Commands</h2>
          <${Commands} commands=${sweep.commands} />
        </section>
      `}
    `}
  `;
}

/** @param {SweepPage} props */
function Progress({ counts, secondsLeft, failures }) {
  const { total, completed, running, failed, waiting } = counts;
  const parts = [
    `${completed} of ${total} completed`,
    ...running > 0 ? [`${running} running`] : [],
    ...failed > 0 ? [`${failed} failed`] : [],
    ...waiting > 0 ? [`${waiting} waiting`] : [],
    ...secondsLeft === null
      ? []
      : [`about ${formatDuration(secondsLeft)} left`],
  ];
  const widthOf = (/** @type {number} */ n) => ({
    width: `${100 * n / Math.max(1, total)}%`,
  });
  return html`
    <div
      class="sweep-progress" role="progressbar" aria-label="Progress of the sweep"
      aria-valuemin="0" aria-valuemax=${total} aria-valuenow=${completed}
    >
      <span class="completed" style=${widthOf(completed)} />
      <span class="running" style=${widthOf(running)} />
      <span class="failed" style=${widthOf(failed)} />
    </div>
    <p>${parts.join(", ")}.</p>
    ${failures.length > 0 && html`<details open>
      <summary>Why tasks failed</summary>
      <ul class="failures">${
      failures.slice(0, MAX_FAILURES).map((text, i) =>
        html`<li key=${i}>${text}</li>`
      )
    }</ul>
      ${
      failures.length > MAX_FAILURES &&
      html`<p>And ${failures.length - MAX_FAILURES} more.</p>`
    }
    </details>`}
  `;
}

/**
 * @param {object} props
 * @param {Address} props.address
 * @param {RunList} props.list
 * @param {SweepPage} props.sweep
 */
function Scores({ address, list, sweep }) {
  const chosen = address.get("metric");
  const at = Math.max(
    0,
    sweep.metrics.findIndex(({ name }) => name === chosen),
  );
  const metric = sweep.metrics[at];
  const better = metric?.better ?? null;
  const runs = useMemo(
    () => sweep.runs.toSorted((a, b) => a.id < b.id ? -1 : a.id > b.id ? 1 : 0),
    [sweep],
  );
  const scores = runs.map(({ scores }) => scores[at] ?? null);
  const axes = useMemo(() => {
    const keys = sweep.keys.flatMap((key, i) =>
      list.nuisance.includes(key)
        ? []
        : [{ i, axis: makeKeyAxis(key, runs.map(({ values }) => values[i])) }]
    );
    const score = makeKeyAxis(metric?.name ?? "", scores);
    return { keys, all: [...keys.map(({ axis }) => axis), score] };
  }, [runs, at, list.nuisance.join()]);

  // While a handle is dragged, the address stays as it is.
  const [dragged, setDragged] = useState(
    /** @type {readonly string[] | null} */ (null),
  );
  const texts = dragged ?? address.get("brush");
  const brushes = parseBrushes(texts, axes.all);
  const order = scores.filter((score) => score !== null)
    .sort((a, b) => better === "lower" ? b - a : a - b);
  const placed = runs.map((run, i) => {
    const score = scores[i] ?? null;
    const numbers = [
      ...axes.keys.map(({ i, axis }) => numberOn(axis, run.values[i])),
      score ?? NaN,
    ];
    return {
      ...run,
      score,
      numbers,
      isWithin: isWithin(numbers, axes.all, brushes),
      rank: score === null
        ? 0
        : order.lastIndexOf(score) / Math.max(1, order.length - 1),
    };
  });
  /**
   * @param {KeyAxis} axis
   * @param {import("./sweep_data.js").Brush | null} brush
   * @param {boolean} isDone
   */
  function onBrush(axis, brush, isDone) {
    const others = brushes.flatMap((one) => {
      const own = axes.all.find(({ name }) => name === one.name);
      return own && own.name !== axis.name ? [formatBrush(own, one)] : [];
    });
    const next = brush ? [...others, formatBrush(axis, brush)] : others;
    setDragged(isDone ? null : next);
    if (isDone) address.set({ brush: next });
  }
  if (!metric || order.length === 0) {
    return html`<p class="quiet">No run of this sweep has a score yet.</p>`;
  }
  const within = placed.filter(({ isWithin }) => isWithin);
  const y = { label: metric.name, log: axes.all.at(-1)?.isLog ?? false };
  const best = better && bestSoFar(scores, better);
  return html`
    <div class="panels">
      ${best && html`
        <section class="panel" aria-labelledby="sweep-best">
          <h2 id="sweep-best">Best so far</h2>
          <${Chart}
            label=${`The best ${metric.name} over the number of runs: ${
              formatValue(best.y.at(-1))
            } after ${best.y.length}`}
            lines=${[best]} x=${{
              label: "runs with a score, in order of start",
            }} y=${y}
            height=${240}
          />
          <p class="chart-notes quiet">The best of many scores is better than its
                configuration will be on new seeds: use it to search, do not report it. A
                result needs seeds that the search did not see.</p>
        </section>
      `}
      ${axes.keys.map(({ axis }, i) =>
        html`<section key=${axis.name} class="panel" aria-label=${`${metric.name} over ${axis.name}`}>
        <h2>${axis.name}</h2>
        <${Chart}
          label=${`${metric.name} over ${axis.name}, ${within.length} runs`}
          lines=${
          makePoints(
            axis,
            within.map(({ numbers, score }) => ({
              number: numbers[i] ?? NaN,
              score,
            })),
          )
        }
          x=${{
          label: axis.name,
          log: axis.isLog,
          names: axis.names ?? undefined,
        }}
          y=${y} height=${240}
        />
        ${
          axis.names &&
          html`
            <p
              class="chart-notes quiet">Beside the runs: mean ± standard error between runs.</p>
          `
        }
      </section>`
      )}
    </div>
    <section aria-labelledby="sweep-axes">
      <h2 id="sweep-axes">All keys</h2>
      <p
        class="quiet">${within.length} of ${placed
          .length} runs within the handles.${better
          ? " The more coloured a line, the better its score."
          : ""} ${brushes.length > 0 &&
          html`
            <button onClick=${() =>
              address.set({ brush: [] })}>Show all runs</button>
          `}</p>
      <${ParallelAxes}
        axes=${axes.all} runs=${placed} brushes=${brushes} onBrush=${onBrush}
        label=${`Keys and ${metric.name} of ${placed.length} runs`}
      />
    </section>
    <${BestRuns} ...${{ address, sweep, metric, runs: within }} />
  `;
}

/**
 * @param {object} props
 * @param {Address} props.address
 * @param {SweepPage} props.sweep
 * @param {SweepPage["metrics"][number]} props.metric
 * @param {readonly (SweepPage["runs"][number] & { score: number | null, rank: number })[]} props.runs
 */
function BestRuns({ address, sweep, metric, runs }) {
  const scored = runs.filter(({ score }) => score !== null)
    .toSorted((a, b) => b.rank - a.rank);
  return html`
    <section aria-labelledby="sweep-runs">
      <h2 id="sweep-runs">${metric.better
        ? "Best runs"
        : "Runs"} ${scored.length > MAX_TABLE_ROWS &&
        html`
          <span class="quiet">(${MAX_TABLE_ROWS} of ${scored.length})</span>
        `}</h2>
      <div class="scroll" tabindex="0" role="region" aria-labelledby="sweep-runs">
        <table>
          <thead>
            <tr>
            <th scope="col">Run</th><th scope="col" class="figure">${metric
              .name}</th>
            ${sweep.keys.map((key) =>
              html`<th key=${key} scope="col">${key}</th>`
            )}
            <th scope="col">Status</th>
          </tr>
          </thead>
          <tbody>${scored.slice(0, MAX_TABLE_ROWS).map((run) =>
            html`<tr key=${run.id}>
        <th scope="row"><a href=${address.link({ view: "run", run: run.id })}>${
              shortId(run.id)
            }</a></th>
        <td class="figure">${formatValue(run.score)}</td>
        ${
              sweep.keys.map((key, i) =>
                html`<td key=${key}>${formatSetting(run.values[i])}</td>`
              )
            }
        <td>${run.status}</td>
      </tr>`
          )}</tbody>
        </table>
      </div>
    </section>
  `;
}
