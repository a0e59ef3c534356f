// @ts-check
/// <reference lib="dom" />
/**
 * The curves of measures while runs train: one panel for each measure, one line
 * for each run or group.
 *
 * @module
 */

import { useMemo, useState } from "preact/hooks";
import { Chart } from "./chart.js";
import { makeLines, rangeOfX, smoothingStart } from "./curve_data.js";
import { CurveControls } from "./curve_controls.js";
import { CurveLegend, describeLines, makeLegendRows } from "./curve_legend.js";
import { html } from "./html.js";
import { labelRuns } from "./run_labels.js";
import { formatDuration, formatValue } from "./ticks.js";
import { useCurves } from "./use_curves.js";

/** How many points all curves together may have, so that they come fast. */
const MAX_TOTAL_POINTS = 300_000;
const MIN_POINTS = 200;
/** Two for each pixel: the lowest and highest value. */
const POINTS_PER_PIXEL = 2;
/** Lines whose values are spoken when the crosshair moves by key. */
const MAX_SPOKEN = 6;

/** What the marks in the charts mean. */
const MARKS = Object.freeze({
  died: "× died",
  failed: "× failed",
  interrupted: "‖ interrupted",
  "not a number": "▼ not a number",
});

/** Axes that hold seconds. */
const UNITS = Object.freeze({ time: "duration", "wall time": "time" });

/**
 * @param {object} props
 * @param {import("./address.js").Address} props.address
 * @param {import("../dashboard/protocol.ts").RunList} props.list
 */
export function CurvesView({ address, list }) {
  const chosen = address.get("measure");
  const measures = chosen.length > 0 ? chosen : list.measures.slice(0, 1);
  const by = address.get("by") === "run" ? "run" : "group";
  const x = address.get("x");
  const smoothing = Math.max(0, address.get("smooth"));
  const [isLogX, isLogY] = ["x", "y"].map((key) =>
    address.get("log").includes(key)
  );
  const zoomText = address.get("zoom").join();
  const zoom = useMemo(() => parseZoom(zoomText), [zoomText]);
  const nPoints = countPoints(list.runs.length);

  const query = address.query();
  query.set("x", x);
  query.set("by", by);
  query.set("points", String(nPoints));
  if (isLogX) query.set("log", "x");
  if (zoom) {
    query.set("from", String(smoothingStart(zoom[0], smoothing)));
    query.set("to", String(zoom[1]));
  }
  const { sets, errors } = useCurves(measures, query, 2 * nPoints);

  const panels = useMemo(
    () =>
      measures.map((measure) => {
        const set = sets.get(measure);
        return set ? makeLines(set, { by, smoothing }) : [];
      }),
    [sets, measures.join("\n"), by, smoothing],
  );
  const labels = useMemo(() => labelRuns(list), [list.keys, list.runs.length]);
  const groups = sets.values().next().value?.groups ?? list.groups;
  const rows = useMemo(() => makeLegendRows(panels, groups, labels), [
    panels,
    groups,
    labels,
  ]);
  const hiddenText = address.get("hidden").join("\n");
  const { hidden, shown } = useMemo(() => {
    const hidden = new Set(hiddenText.split("\n").filter(Boolean));
    const gone = new Set(
      rows.filter(({ key }) => hidden.has(key))
        .flatMap(({ lines }) => lines.flat()),
    );
    const shown = panels.map((lines) =>
      lines.filter((line) => !gone.has(line))
    );
    return { hidden, shown };
  }, [panels, rows, hiddenText]);

  const [crosshair, setCrosshair] = useState({
    x: /** @type {number | null} */ (null),
    isByKey: false,
  });
  const [highlighted, setHighlighted] = useState(
    /** @type {string | null} */ (null),
  );
  /** @type {import("./chart.js").ChartProps["onCrosshair"]} */
  const onCrosshair = (x, key, isByKey = false) => {
    setCrosshair({ x, isByKey });
    setHighlighted(key);
  };
  // All panels show the same part of the axis, whatever their runs have.
  const window = zoom ??
    (shown.some(({ length }) => length > 0)
      ? rangeOfX(shown.flat(), isLogX ?? false)
      : null);

  const xs = sets.values().next().value?.xs ?? [x];
  const nPending = Math.max(
    0,
    ...[...sets.values()].map(({ nPending }) => nPending ?? 0),
  );
  const unit = Object.hasOwn(UNITS, x)
    ? UNITS[/** @type {keyof typeof UNITS} */ (x)]
    : undefined;
  const place = describePlace(x, crosshair.x, unit);
  const kinds = new Set(
    shown.flat().flatMap(({ marks }) => marks.map(({ kind }) => kind)),
  );

  if (list.measures.length === 0) {
    return html`<p class="quiet">${
      list.runs.length === 0
        ? "No run matches the filter."
        : "None of these runs has a history yet. Training writes one as it goes."
    }</p>`;
  }
  return html`
    <${CurveControls} ...${{ address, list, measures, by, xs }} />
    ${nPending > 0 &&
      html`<p class="quiet" role="status">Reading ${nPending} more ${
        nPending === 1 ? "run" : "runs"
      } …</p>`}
    <div class="panels">${measures.map((measure, i) =>
      html`<section key=${measure} class="panel" aria-label=${measure}>
        <h2>${measure}</h2>
        ${
        errors.has(measure) &&
        html`<p class="error" role="alert">${errors.get(measure)}</p>`
      }
        <${Chart}
          label=${`${measure} over ${x}, ${countLines(shown[i]?.length ?? 0)}`}
          lines=${shown[i] ?? []}
          x=${{ label: x, log: isLogX, unit }}
          y=${{ label: "", log: isLogY }}
          zoom=${window}
          onZoom=${(/** @type {readonly number[] | null} */ range) =>
        address.set({ zoom: range ? range.map(roundPlace) : [] })}
          crosshair=${crosshair.x} onCrosshair=${onCrosshair}
          highlighted=${highlighted}
          height=${measures.length > 1 ? 240 : 380}
        />
      </section>`
    )}</div>
    <p class="chart-notes quiet">${describeLook(by, smoothing, x)}${[...kinds]
      .map((kind) =>
        html`
          <span key=${kind}>${MARKS[kind]}</span>
        `
      )}</p>
    <p class="hidden" aria-live="polite">${crosshair.isByKey
      ? speak(place, rows, hidden, crosshair.x)
      : ""}</p>
    <${CurveLegend}
      rows=${rows} measures=${measures} hidden=${hidden}
      caption=${crosshair.x === null ? "Last values" : `Values at ${place}`}
      crosshair=${crosshair.x} highlighted=${highlighted}
      onHighlight=${setHighlighted}
      onHide=${(/** @type {string[]} */ hidden) => address.set({ hidden })}
    />
  `;
}

/** @param {number} n */
const countLines = (n) => `${n} ${n === 1 ? "line" : "lines"}`;

/** @param {number} nRuns */
function countPoints(nRuns) {
  const most = POINTS_PER_PIXEL * Math.ceil(innerWidth / 400) * 400;
  const each = Math.floor(MAX_TOTAL_POINTS / Math.max(1, nRuns) / 100) * 100;
  return Math.min(most, Math.max(MIN_POINTS, each));
}

/**
 * @param {string} text
 * @returns {readonly [number, number] | null}
 */
function parseZoom(text) {
  const [from = NaN, to = NaN] = text.split(",").map(Number);
  return from < to ? [from, to] : null;
}

/** @param {number} place */
const roundPlace = (place) => String(Number(place.toPrecision(6)));

/**
 * @param {string} x
 * @param {number | null} place
 * @param {string | undefined} unit
 */
function describePlace(x, place, unit) {
  if (place === null) return "";
  if (unit === "duration") return `${x} ${formatDuration(place)}`;
  if (unit === "time") return new Date(place * 1000).toLocaleString();
  return `${x} ${formatValue(place)}`;
}

/**
 * @param {"run" | "group"} by
 * @param {number} smoothing
 * @param {string} x
 */
function describeLook(by, smoothing, x) {
  const parts = by === "group"
    ? [
      "Lines: means of runs that differ only in nuisance keys, with the number " +
      "of runs in parentheses. Bands: 95 % t intervals of the mean, from two runs on.",
    ]
    : [];
  if (smoothing > 0) {
    const what = by === "group" ? "means" : "values";
    parts.push(
      "Smoothed by an exponential moving average with bias correction: a point at a distance of " +
        `${
          formatValue(smoothing)
        } (${x}) counts 1/e. Faint: the ${what} themselves.`,
    );
  }
  return parts.join(" ");
}

/**
 * @param {string} place
 * @param {readonly import("./curve_legend.js").LegendRow[]} rows
 * @param {ReadonlySet<string>} hidden
 * @param {number | null} x
 */
function speak(place, rows, hidden, x) {
  if (x === null) return "";
  const shown = rows.filter(({ key }) => !hidden.has(key));
  const parts = shown.slice(0, MAX_SPOKEN).map(({ label, lines }) =>
    `${label}: ${lines.map((own) => describeLines(own, x)).join(", ")}`
  );
  const more = shown.length - parts.length;
  return [place, ...parts, ...more > 0 ? [`and ${more} more`] : []].join("; ");
}
