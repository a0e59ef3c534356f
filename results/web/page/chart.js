// @ts-check
/// <reference lib="dom" />
/**
 * A chart: lines or points over axes, with zoom and a crosshair.
 *
 * @typedef {import("./curve_data.js").Line} Line
 *
 * @typedef {object} Axis
 * @property {string} label What is on it.
 * @property {boolean} [log] Whether it is logarithmic.
 * @property {"duration" | "time"} [unit] How its numbers are written: seconds as
 *   durations, or seconds since 1970 as times.
 * @property {readonly string[]} [names] Names at 0, 1, 2, … instead of numbers.
 *
 * @module
 */

import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import { drawLines, makeScale } from "./chart_drawing.js";
import { indexAt, rangeOfX, rangeOfY } from "./curve_data.js";
import { html } from "./html.js";
import { formatDuration, formatTicks, linearTicks, logTicks } from "./ticks.js";

const HELP =
  "Arrow keys move the crosshair, plus and minus zoom, 0 shows everything.";
/** Narrower drags are clicks. */
const MIN_DRAG = 6;
const TICK_SPACE_X = 90;
const TICK_SPACE_Y = 45;
const FONT = "11px system-ui, sans-serif";
/** How far an arrow key moves the crosshair, as a part of the width. */
const ARROW_STEP = 1 / 100;
const ARROW_STEPS_WITH_SHIFT = 10;
const ZOOM_FACTOR = 2;
/** How near a line must be to the pointer to be highlighted, in pixels. */
const NEAR = 24;

/**
 * @typedef {object} ChartProps
 * @property {string} label What a screen reader says of it.
 * @property {readonly Line[]} lines The lines.
 * @property {Axis} x The horizontal axis.
 * @property {Axis} y The vertical axis.
 * @property {readonly [number, number] | null} [zoom] The shown part of the
 *   horizontal axis; null for all that the lines have.
 * @property {(zoom: readonly [number, number] | null) => void} [onZoom] Called
 *   when another part is chosen.
 * @property {number | null} [crosshair] Its place on the horizontal axis.
 * @property {(x: number | null, key: string | null, isByKey?: boolean) => void} [onCrosshair]
 *   Called when the crosshair moves, with the line that it is near to.
 * @property {string | null} [highlighted] The key of the line to highlight.
 * @property {number} [height] In pixels.
 */

/** @param {ChartProps} props */
export function Chart(props) {
  const { label, x, y, height = 280 } = props;
  const mount = useRef(/** @type {HTMLDivElement | null} */ (null));
  const chart = useRef(/** @type {LiveChart | null} */ (null));
  const latest = useRef(props);
  latest.current = props;

  useLayoutEffect(() => {
    const live = new LiveChart(
      /** @type {HTMLDivElement} */ (mount.current),
      latest,
    );
    chart.current = live;
    return () => live.destroy();
  }, [x.log, x.label, x.unit, y.log, y.label, height]);
  useLayoutEffect(() => chart.current?.update(), [
    props.lines,
    props.zoom?.[0],
    props.zoom?.[1],
    x.names,
  ]);
  useEffect(() => chart.current?.drawOverlay(), [
    props.crosshair,
    props.highlighted,
    props.lines,
  ]);

  /** @param {KeyboardEvent} event */
  function onKeyDown(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (chart.current?.press(event.key, event.shiftKey)) event.preventDefault();
  }
  if (!props.onCrosshair) {
    return html`<div class="chart" ref=${mount} role="img" aria-label=${label}></div>`;
  }
  return html`
    <div
      class="chart" ref=${mount} tabindex="0" role="group"
      aria-roledescription="chart" aria-label=${`${label}. ${HELP}`}
      onKeyDown=${onKeyDown}
    ></div>
  `;
}

/** uPlot with lines of our own, as long as its axes stay the same. */
class LiveChart {
  /** @type {uPlot} */
  #plot;
  /** @type {HTMLCanvasElement} */
  #overlay;
  /** @type {ResizeObserver} */
  #observer;
  /** @type {MediaQueryList} */
  #theme;
  /** @type {{ current: ChartProps }} */
  #props;
  /** @type {HTMLElement} */
  #mount;
  #redraw = () => this.#plot.redraw(false, true);

  /**
   * @param {HTMLElement} mount
   * @param {{ current: ChartProps }} props
   */
  constructor(mount, props) {
    this.#mount = mount;
    this.#props = props;
    this.#plot = new uPlot(this.#makeOptions(), [[0, 1], [null, null]], mount);
    this.#overlay = document.createElement("canvas");
    this.#overlay.className = "chart-overlay";
    this.#plot.over.before(this.#overlay);
    this.#plot.over.addEventListener(
      "mouseleave",
      () => this.#tell(null, null),
    );
    this.#plot.over.addEventListener("dblclick", () => this.#zoomTo(null));
    this.#observer = new ResizeObserver(() => {
      const { clientWidth: width } = mount;
      if (width > 0 && width !== this.#plot.width) {
        this.#plot.setSize({ width, height: this.#plot.height });
        this.drawOverlay();
      }
    });
    this.#observer.observe(mount);
    this.#theme = matchMedia("(prefers-color-scheme: dark)");
    this.#theme.addEventListener("change", this.#redraw);
    this.update();
  }

  destroy() {
    this.#observer.disconnect();
    this.#theme.removeEventListener("change", this.#redraw);
    this.#plot.destroy();
  }

  /** Shows the lines as they are now; the crosshair stays where it is. */
  update() {
    const { lines, zoom, x, y } = this.#props.current;
    const isLog = x.log ?? false;
    const [from, to] = zoom ??
      (x.names
        ? /** @type {const} */ ([-0.6, x.names.length - 0.4])
        : rangeOfX(lines, isLog));
    const [low, high] = rangeOfY(lines, [from, to], y.log ?? false);
    this.#plot.batch(() => {
      this.#plot.setScale("x", { min: from, max: to });
      this.#plot.setScale("y", { min: low, max: high });
      // The scales may be the same, but the lines are not.
      this.#plot.redraw(false, false);
    });
    this.#mount.dataset.range = JSON.stringify([from, to, low, high]);
  }

  /** Draws the crosshair and the highlighted line over the others. */
  drawOverlay() {
    const canvas = this.#overlay;
    const { over, ctx, bbox } = this.#plot;
    const { crosshair = null, highlighted, lines } = this.#props.current;
    [canvas.width, canvas.height] = [ctx.canvas.width, ctx.canvas.height];
    const context = canvas.getContext("2d");
    if (!context || over.clientWidth === 0) return;
    const line = lines.find(({ key }) => key === highlighted);
    if (line) drawLines(this.#plane(context), [{ ...line, marks: [] }], true);
    if (crosshair === null) return;
    const plane = this.#plane(context);
    const place = plane.x(crosshair);
    if (!(place >= bbox.left && place <= bbox.left + bbox.width)) return;
    context.strokeStyle = this.#css("--soft", "#777");
    context.lineWidth = plane.pixel;
    context.beginPath();
    context.moveTo(place, bbox.top);
    context.lineTo(place, bbox.top + bbox.height);
    context.stroke();
  }

  /**
   * Does what a key stands for.
   *
   * @param {string} key The key.
   * @param {boolean} isFast Whether shift is held.
   * @returns {boolean} Whether it stands for anything.
   */
  press(key, isFast) {
    const { crosshair = null, onZoom } = this.#props.current;
    const { width } = this.#plot.bbox;
    const plot = this.#plot;
    const middle = crosshair ?? plot.posToVal(plot.over.clientWidth / 2, "x");
    const steps = isFast ? ARROW_STEPS_WITH_SHIFT : 1;
    const moved = (/** @type {number} */ part) => {
      const pixels = plot.valToPos(middle, "x", true) - plot.bbox.left;
      const place = Math.min(width, Math.max(0, pixels + part * width));
      this.#tell(plot.posToVal(plot.bbox.left + place, "x", true), null, true);
    };
    if (key === "ArrowLeft") moved(-steps * ARROW_STEP);
    else if (key === "ArrowRight") moved(steps * ARROW_STEP);
    else if (key === "Home") moved(-1);
    else if (key === "End") moved(1);
    else if (key === "Escape") this.#tell(null, null);
    else if (onZoom && (key === "+" || key === "=")) {
      this.#zoomBy(middle, 1 / ZOOM_FACTOR);
    } else if (onZoom && key === "-") this.#zoomBy(middle, ZOOM_FACTOR);
    else if (onZoom && key === "0") this.#zoomTo(null);
    else return false;
    return true;
  }

  /**
   * @param {number} middle
   * @param {number} factor
   */
  #zoomBy(middle, factor) {
    const { lines, x } = this.#props.current;
    const plot = this.#plot;
    const place = plot.valToPos(middle, "x");
    const { clientWidth: width } = plot.over;
    const from = plot.posToVal(place - place * factor, "x");
    const to = plot.posToVal(place + (width - place) * factor, "x");
    const [low, high] = rangeOfX(lines, x.log ?? false);
    if (from <= low && to >= high) this.#zoomTo(null);
    else this.#zoomTo([Math.max(low, from), Math.min(high, to)]);
  }

  /** @param {readonly [number, number] | null} zoom */
  #zoomTo(zoom) {
    this.#props.current.onZoom?.(zoom);
  }

  /**
   * @param {number | null} x
   * @param {string | null} key
   */
  #tell(x, key, byKey = false) {
    this.#props.current.onCrosshair?.(x, key, byKey);
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @returns {import("./chart_drawing.js").Plane}
   */
  #plane(context) {
    const { bbox, scales, width, ctx } = this.#plot;
    const { x, y } = this.#props.current;
    const { left, top, height } = bbox;
    const window = /** @type {[number, number]} */ (
      [scales.x?.min ?? 0, scales.x?.max ?? 1]
    );
    const values = /** @type {[number, number]} */ (
      [scales.y?.min ?? 0, scales.y?.max ?? 1]
    );
    return {
      context,
      x: makeScale(window, [left, left + bbox.width], x.log ?? false),
      y: makeScale(values, [top + height, top], y.log ?? false),
      box: bbox,
      window,
      pixel: ctx.canvas.width / width,
      ink: this.#css("--ink", "#222"),
    };
  }

  /**
   * The value of a CSS variable as a colour that canvas knows.
   *
   * @param {string} name
   * @param {string} fallback
   */
  #css(name, fallback) {
    const probe = this.#mount;
    probe.style.setProperty("caret-color", `var(${name}, ${fallback})`);
    return getComputedStyle(probe).caretColor;
  }

  /** The key of the line nearest to the pointer, if one is near. */
  #nearest() {
    const { left = -1, top = -1 } = this.#plot.cursor;
    if (left < 0) return null;
    const { lines } = this.#props.current;
    const place = this.#plot.posToVal(left, "x");
    let nearest = null, distance = NEAR;
    for (const line of lines) {
      const value = line.y[indexAt(line, place)];
      if (typeof value !== "number") continue;
      const away = Math.abs(this.#plot.valToPos(value, "y") - top);
      if (away < distance) [nearest, distance] = [line.key, away];
    }
    return nearest;
  }

  /** @returns {uPlot.Options} */
  #makeOptions() {
    const { x, y, height = 280, onZoom } = this.#props.current;
    const text = () => this.#css("--soft", "#666");
    const grid = {
      stroke: () => this.#css("--grid", "#ddd"),
      width: 1,
    };
    /** @param {Axis} axis @param {number} space @returns {uPlot.Axis} */
    const makeAxis = (axis, space) => ({
      label: axis.label,
      labelFont: FONT,
      labelSize: 20,
      labelGap: 0,
      font: FONT,
      stroke: text,
      grid,
      ticks: { ...grid, size: 4 },
      gap: 3,
      splits: (_plot, _i, low, high) => {
        const size = axis === x ? this.#plot.over.clientWidth || 400 : height;
        const n = Math.max(2, Math.floor(size / space));
        const { names } = this.#props.current[axis === x ? "x" : "y"];
        if (names) return names.map((_, i) => i);
        return axis.log ? logTicks(low, high, n) : linearTicks(low, high, n);
      },
      values: (_plot, splits) => {
        const { names } = this.#props.current[axis === x ? "x" : "y"];
        if (names) return splits.map((i) => names[i] ?? "");
        if (axis.unit === "duration") return splits.map(formatDuration);
        if (axis.unit === "time") return splits.map(formatTime);
        return formatTicks(splits);
      },
      filter: (_plot, splits) => splits,
    });
    /** @param {Axis} axis @returns {uPlot.Scale} */
    const makeUplotScale = (axis) => ({
      time: false,
      auto: false,
      distr: axis.log ? 3 : 1,
      range: (_plot, low, high) => [low, high],
    });
    return {
      width: Math.max(100, this.#mount.clientWidth),
      height,
      legend: { show: false },
      padding: [8, 12, 0, 0],
      scales: { x: makeUplotScale(x), y: makeUplotScale(y) },
      series: [{}, { scale: "y", auto: false }],
      axes: [
        { ...makeAxis(x, TICK_SPACE_X), size: 24 },
        {
          ...makeAxis(y, TICK_SPACE_Y),
          scale: "y",
          size: (plot, values) => {
            plot.ctx.font = FONT;
            const widths = (values ?? []).map((value) =>
              plot.ctx.measureText(String(value)).width / uPlot.pxRatio
            );
            return Math.ceil(Math.max(20, ...widths)) + 12;
          },
        },
      ],
      cursor: {
        y: false,
        x: false,
        points: { show: false },
        drag: { x: onZoom !== undefined, y: false, setScale: false },
        // Ours shows everything, and asks for finer curves.
        bind: { dblclick: () => null },
      },
      hooks: {
        draw: [
          (plot) => drawLines(this.#plane(plot.ctx), this.#props.current.lines),
        ],
        setCursor: [(plot) => {
          const { left = -1 } = plot.cursor;
          if (left < 0 || !plot.cursor.event) return;
          this.#tell(plot.posToVal(left, "x"), this.#nearest());
        }],
        setSelect: [(plot) => {
          const { left, width } = plot.select;
          if (width < MIN_DRAG) return;
          plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
          this.#zoomTo([
            plot.posToVal(left, "x"),
            plot.posToVal(left + width, "x"),
          ]);
        }],
      },
    };
  }
}

/** @param {number} seconds */
function formatTime(seconds) {
  return new Date(seconds * 1000).toLocaleString(undefined, {
    month: "short",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
  });
}
