// @ts-check
/// <reference lib="dom" />
/**
 * Parallel coordinates: a vertical axis for each key and for the score, a line for
 * each run. Two handles on each axis choose a part of it, with the pointer or the
 * keyboard; a run that lies outside of one is faint.
 *
 * @typedef {import("./sweep_data.js").KeyAxis} KeyAxis
 * @typedef {import("./sweep_data.js").Brush} Brush
 *
 * @typedef {object} ParallelRun
 * @property {string} id
 * @property {readonly number[]} numbers Its numbers on the axes.
 * @property {boolean} isWithin Whether it lies within all brushes.
 * @property {number} rank From 0 for the worst score to 1 for the best.
 *
 * @module
 */

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { html } from "./html.js";
import { numberAt, partOf } from "./sweep_data.js";
import { formatTicks, formatValue, linearTicks, logTicks } from "./ticks.js";

const HEIGHT = 300;
const TOP = 34;
const BOTTOM = 14;
const SIDE = 60;
/** Narrower, labels would touch: the chart scrolls instead. */
const MIN_AXIS_WIDTH = 110;
const KEY_STEP = 0.02;
const N_TICKS = 5;
const MAX_LABEL = 16;

/**
 * @param {object} props
 * @param {readonly KeyAxis[]} props.axes The axes; the last one is the score.
 * @param {readonly ParallelRun[]} props.runs
 * @param {readonly Brush[]} props.brushes
 * @param {(axis: KeyAxis, brush: Brush | null, isDone: boolean) => void} props.onBrush
 * @param {string} props.label What a screen reader says of it.
 */
export function ParallelAxes({ axes, runs, brushes, onBrush, label }) {
  const root = useRef(/** @type {HTMLDivElement | null} */ (null));
  const [available, setAvailable] = useState(800);
  useLayoutEffect(() => {
    const element = /** @type {HTMLDivElement} */ (root.current);
    const observer = new ResizeObserver(() =>
      setAvailable(element.clientWidth)
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const needed = 2 * SIDE + MIN_AXIS_WIDTH * (axes.length - 1);
  const width = Math.max(available, needed);
  const gap = (width - 2 * SIDE) / Math.max(1, axes.length - 1);
  const xOf = (/** @type {number} */ i) => SIDE + i * gap;
  /** @param {ParallelRun} run */
  const pathOf = ({ numbers }) => {
    let path = "", isOpen = false;
    numbers.forEach((number, i) => {
      const axis = axes[i];
      const part = axis ? partOf(axis, number) : NaN;
      if (Number.isNaN(part)) isOpen = false;
      else {
        path += `${isOpen ? "L" : "M"}${xOf(i).toFixed(1)},${
          yOf(part).toFixed(1)
        }`;
        isOpen = true;
      }
    });
    return path;
  };
  // The best lines lie on top.
  const ordered = runs.toSorted((a, b) =>
    Number(a.isWithin) - Number(b.isWithin) || a.rank - b.rank
  );
  return html`
    <div class="parallel scroll" ref=${root} tabindex="0" role="region"
      aria-label=${label}>
      <svg width=${width} height=${HEIGHT} role="group" aria-label=${label}>
          <g fill="none">${ordered.map((run) =>
            html`
              <path
                key=${run.id} d=${pathOf(run)}
                class=${run.isWithin ? "run" : "run out"}
                style=${run.isWithin ? { stroke: colorOf(run.rank) } : {}}
              />
            `
          )}</g>
          ${axes.map((axis, i) =>
            html`
              <${BrushedAxis}
                key=${axis.name} axis=${axis} x=${xOf(i)}
                brush=${brushes.find(({ name }) => name === axis.name)}
                onBrush=${onBrush}
              />
            `
          )}
        </svg>
    </div>
  `;
}

/** @param {number} part */
const yOf = (part) => HEIGHT - BOTTOM - part * (HEIGHT - TOP - BOTTOM);

/** @param {number} rank */
function colorOf(rank) {
  const percent = Math.round(100 * rank ** 2);
  return `color-mix(in oklab, var(--accent) ${percent}%, var(--faint-line))`;
}

/**
 * @param {object} props
 * @param {KeyAxis} props.axis
 * @param {number} props.x
 * @param {Brush | undefined} props.brush
 * @param {(axis: KeyAxis, brush: Brush | null, isDone: boolean) => void} props.onBrush
 */
function BrushedAxis({ axis, x, brush, onBrush }) {
  const { name, range, names } = axis;
  const from = brush?.from ?? range[0], to = brush?.to ?? range[1];
  const fixed = useRef(0);

  /** @param {number} a @param {number} b @param {boolean} isDone */
  function choose(a, b, isDone) {
    const [low, high] = [Math.min(a, b), Math.max(a, b)];
    const isAll = low <= range[0] && high >= range[1];
    onBrush(axis, isAll ? null : { name, from: low, to: high }, isDone);
  }
  /** @param {PointerEvent} event */
  function numberUnder(event) {
    const box = /** @type {Element} */ (event.currentTarget)
      .closest("svg")?.getBoundingClientRect();
    const y = event.clientY - (box?.top ?? 0);
    const part = (HEIGHT - BOTTOM - y) / (HEIGHT - TOP - BOTTOM);
    return numberAt(axis, Math.min(1, Math.max(0, part)));
  }
  /** @param {PointerEvent} event @param {number} [anchor] The other end. */
  function start(event, anchor) {
    event.stopPropagation();
    /** @type {Element} */ (event.currentTarget).setPointerCapture(
      event.pointerId,
    );
    fixed.current = anchor ?? numberUnder(event);
  }
  /** @param {PointerEvent} event */
  function drag(event) {
    const element = /** @type {Element} */ (event.currentTarget);
    if (!element.hasPointerCapture(event.pointerId)) return;
    choose(fixed.current, numberUnder(event), false);
  }
  /** @param {PointerEvent} event */
  function end(event) {
    const to = numberUnder(event);
    // A click on an axis of numbers chooses everything again.
    if (to === fixed.current && names === null) onBrush(axis, null, true);
    else choose(fixed.current, to, true);
  }
  const ticks = names?.map((_, i) => i) ??
    (axis.isLog
      ? logTicks(range[0], range[1], N_TICKS)
      : linearTicks(range[0], range[1], N_TICKS));
  const texts = names ?? formatTicks(ticks);
  const describe = (/** @type {number} */ number) =>
    names?.[number] ?? formatValue(number);

  /** @param {"from" | "to"} end_ */
  const handle = (end_) => {
    const [own, other] = end_ === "from" ? [from, to] : [to, from];
    const y = yOf(partOf(axis, own));
    const direction = end_ === "from" ? 1 : -1;
    /** @param {KeyboardEvent} event */
    function press(event) {
      const part = partOf(axis, own);
      const step = names ? 1 / Math.max(1, range[1]) : KEY_STEP;
      /** @type {Record<string, number>} */
      const places = {
        ArrowUp: part + step,
        ArrowRight: part + step,
        ArrowDown: part - step,
        ArrowLeft: part - step,
        Home: 0,
        End: 1,
      };
      const place = places[event.key];
      if (place === undefined) return;
      event.preventDefault();
      const moved = numberAt(axis, Math.min(1, Math.max(0, place)));
      // The two handles never pass each other.
      choose(
        end_ === "from" ? Math.min(moved, other) : Math.max(moved, other),
        other,
        true,
      );
    }
    return html`
      <path
        class="handle" d=${`M${x - 8},${y + 8 * direction}H${x + 8}L${x},${y}Z`}
        tabindex="0" role="slider" aria-orientation="vertical"
        aria-label=${`${name}, ${end_ === "from" ? "from" : "up to"}`}
        aria-valuemin=${range[0]} aria-valuemax=${range[1]} aria-valuenow=${own}
        aria-valuetext=${describe(own)}
        onKeyDown=${press}
        onPointerDown=${(/** @type {PointerEvent} */ event) =>
          start(event, other)}
        onPointerMove=${drag} onPointerUp=${end}
      />
    `;
  };
  return html`<g class="axis">
    <text x=${x} y=${
    TOP - 20
  } text-anchor="middle" class="name"><title>${name}</title>${
    truncate(name)
  }</text>
    <line x1=${x} x2=${x} y1=${TOP} y2=${HEIGHT - BOTTOM} />
    ${
    ticks.map((tick, i) =>
      html`
        <g key=${tick}>
          <line x1=${x - 3} x2=${x + 3} y1=${yOf(partOf(axis, tick))} y2=${yOf(
            partOf(axis, tick),
          )} />
          <text x=${x + 7} y=${yOf(partOf(axis, tick))}
            dy="0.32em"><title>${texts[i]}</title>${truncate(
              texts[i] ?? "",
            )}</text>
        </g>
      `
    )
  }
    <rect
      class="track" x=${x - 12} width="24" y=${TOP} height=${
    HEIGHT - TOP - BOTTOM
  }
      onPointerDown=${(/** @type {PointerEvent} */ event) => start(event)}
      onPointerMove=${drag} onPointerUp=${end}
    />
    ${
    brush && html`
      <rect
        class="brush" x=${x - 5} width="10"
        y=${yOf(partOf(axis, to)) - 1}
        height=${yOf(partOf(axis, from)) - yOf(partOf(axis, to)) + 2}
      />
    `
  }
    ${range[0] < range[1] && [handle("from"), handle("to")]}
  </g>`;
}

/** @param {string} text */
const truncate = (text) =>
  text.length > MAX_LABEL ? `${text.slice(0, MAX_LABEL - 1)}…` : text;
