/**
 * What the dashboard serves besides its data: the page, its modules, and the
 * packages that they import. All of it is in memory, as no script may read the
 * project.
 *
 * @module
 */

import medium from "@expo-google-fonts/inter/600SemiBold/Inter_600SemiBold.ttf" with {
  type: "bytes",
};
import regular from "@expo-google-fonts/inter/400Regular/Inter_400Regular.ttf" with {
  type: "bytes",
};
import htm from "htm" with { type: "text" };
import preact from "preact" with { type: "text" };
import hooks from "preact/hooks" with { type: "text" };
import uplot from "uplot/dist/uPlot.esm.js" with { type: "text" };
import uplotStyle from "uplot/dist/uPlot.min.css" with { type: "text" };
import { createHash } from "node:crypto";
import index from "../page/index.html" with { type: "text" };
import address from "../page/address.js" with { type: "text" };
import api from "../page/api.js" with { type: "text" };
import chart from "../page/chart.js" with { type: "text" };
import chartDrawing from "../page/chart_drawing.js" with { type: "text" };
import comparisonView from "../page/comparison_view.js" with { type: "text" };
import copyButton from "../page/copy_button.js" with { type: "text" };
import curveControls from "../page/curve_controls.js" with { type: "text" };
import curveData from "../page/curve_data.js" with { type: "text" };
import curveLegend from "../page/curve_legend.js" with { type: "text" };
import curvesView from "../page/curves_view.js" with { type: "text" };
import filterBar from "../page/filter_bar.js" with { type: "text" };
import flags from "../page/flags.js" with { type: "text" };
import format from "../page/format.js" with { type: "text" };
import html from "../page/html.js" with { type: "text" };
import main from "../page/main.js" with { type: "text" };
import notices from "../page/notices.js" with { type: "text" };
import palette from "../page/palette.js" with { type: "text" };
import parallelAxes from "../page/parallel_axes.js" with { type: "text" };
import runLabels from "../page/run_labels.js" with { type: "text" };
import runTable from "../page/run_table.js" with { type: "text" };
import runView from "../page/run_view.js" with { type: "text" };
import runsView from "../page/runs_view.js" with { type: "text" };
import sweepData from "../page/sweep_data.js" with { type: "text" };
import sweepView from "../page/sweep_view.js" with { type: "text" };
import ticks from "../page/ticks.js" with { type: "text" };
import useAnswer from "../page/use_answer.js" with { type: "text" };
import useCurves from "../page/use_curves.js" with { type: "text" };
import useRuns from "../page/use_runs.js" with { type: "text" };
import virtualTable from "../page/virtual_table.js" with { type: "text" };
import words from "../page/words.js" with { type: "text" };
import charts from "../page/charts.css" with { type: "text" };
import style from "../page/style.css" with { type: "text" };
import theme from "../theme.css" with { type: "text" };

/** A file that is served. */
export interface ServedFile {
  /** Its content. */
  readonly content: string | Uint8Array<ArrayBuffer>;
  /** What it is, for the browser. */
  readonly contentType: string;
  /** Changes with its content. */
  readonly etag: string;
}

/** Where the modules of the page find packages, by the names they import. */
const IMPORTS = {
  "htm": "./vendor/htm.js",
  "preact": "./vendor/preact.js",
  "preact/hooks": "./vendor/hooks.js",
  "uplot": "./vendor/uplot.js",
};

/** All files, by their paths below the page's own address. */
const CONTENTS: Readonly<Record<string, ServedFile["content"]>> = {
  "address.js": address,
  "api.js": api,
  "chart.js": chart,
  "chart_drawing.js": chartDrawing,
  "comparison_view.js": comparisonView,
  "copy_button.js": copyButton,
  "curve_controls.js": curveControls,
  "curve_data.js": curveData,
  "curve_legend.js": curveLegend,
  "curves_view.js": curvesView,
  "filter_bar.js": filterBar,
  "flags.js": flags,
  "format.js": format,
  "html.js": html,
  "main.js": main,
  "notices.js": notices,
  "palette.js": palette,
  "parallel_axes.js": parallelAxes,
  "run_labels.js": runLabels,
  "run_table.js": runTable,
  "run_view.js": runView,
  "runs_view.js": runsView,
  "sweep_data.js": sweepData,
  "sweep_view.js": sweepView,
  "ticks.js": ticks,
  "use_answer.js": useAnswer,
  "use_curves.js": useCurves,
  "use_runs.js": useRuns,
  "virtual_table.js": virtualTable,
  "words.js": words,
  "charts.css": charts,
  "style.css": style,
  "theme.css": theme,
  "vendor/htm.js": htm,
  "vendor/inter-400.ttf": regular,
  "vendor/inter-600.ttf": medium,
  "vendor/hooks.js": hooks,
  "vendor/preact.js": preact,
  "vendor/uplot.css": uplotStyle,
  "vendor/uplot.js": uplot,
};

const TYPES: Readonly<Record<string, string>> = {
  css: "text/css; charset=utf-8",
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  ttf: "font/ttf",
};

function hash(content: ServedFile["content"]): string {
  return createHash("sha256").update(content).digest("base64");
}

function makeFile(path: string, content: ServedFile["content"]): ServedFile {
  const type = path.slice(path.lastIndexOf(".") + 1);
  return { content, contentType: TYPES[type]!, etag: `"${hash(content)}"` };
}

const importMap = JSON.stringify({ imports: IMPORTS });

/** So that modules need not wait for those that import them. */
const preloads = Object.keys(CONTENTS).filter((path) => path.endsWith(".js"))
  .map((path) => `<link rel="modulepreload" href="${path}">`).join("");

/** The page itself has no name: it is the folder's own address. */
const page = index.replace(
  "<head>",
  () => `<head><script type="importmap">${importMap}</script>${preloads}`,
);

/** What is served, by path; the page itself is "". */
export const FILES: ReadonlyMap<string, ServedFile> = new Map([
  ["", makeFile("index.html", page)],
  ...Object.entries(CONTENTS).map(([path, content]) =>
    [path, makeFile(path, content)] as const
  ),
]);

/** What the page may load, and from where: its own address alone. */
export const POLICY: string = [
  "default-src 'none'",
  `script-src 'self' 'sha256-${hash(importMap)}'`,
  "style-src 'self'",
  "font-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");
