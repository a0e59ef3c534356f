/**
 * What the dashboard serves besides its data: the page, its modules, and the
 * packages that they import. All of it is in memory, as no script may read the
 * project.
 *
 * @module
 */

import htm from "htm" with { type: "text" };
import preact from "preact" with { type: "text" };
import hooks from "preact/hooks" with { type: "text" };
import uplot from "uplot/dist/uPlot.esm.js" with { type: "text" };
import uplotStyle from "uplot/dist/uPlot.min.css" with { type: "text" };
import { createHash } from "node:crypto";
import index from "../page/index.html" with { type: "text" };
import addressModule from "../page/address.js" with { type: "text" };
import apiModule from "../page/api.js" with { type: "text" };
import comparisonViewModule from "../page/comparison_view.js" with {
  type: "text",
};
import conditionsModule from "../page/conditions.js" with { type: "text" };
import curvesViewModule from "../page/curves_view.js" with { type: "text" };
import filterBarModule from "../page/filter_bar.js" with { type: "text" };
import htmlModule from "../page/html.js" with { type: "text" };
import mainModule from "../page/main.js" with { type: "text" };
import noticesModule from "../page/notices.js" with { type: "text" };
import runViewModule from "../page/run_view.js" with { type: "text" };
import runsViewModule from "../page/runs_view.js" with { type: "text" };
import sweepViewModule from "../page/sweep_view.js" with { type: "text" };
import useRunsModule from "../page/use_runs.js" with { type: "text" };
import style from "../page/style.css" with { type: "text" };
import theme from "../theme.css" with { type: "text" };

/** A file that is served. */
export interface ServedFile {
  /** Its content. */
  readonly text: string;
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
const TEXTS: Readonly<Record<string, string>> = {
  "address.js": addressModule,
  "api.js": apiModule,
  "comparison_view.js": comparisonViewModule,
  "conditions.js": conditionsModule,
  "curves_view.js": curvesViewModule,
  "filter_bar.js": filterBarModule,
  "html.js": htmlModule,
  "main.js": mainModule,
  "notices.js": noticesModule,
  "run_view.js": runViewModule,
  "runs_view.js": runsViewModule,
  "sweep_view.js": sweepViewModule,
  "use_runs.js": useRunsModule,
  "style.css": style,
  "theme.css": theme,
  "vendor/htm.js": htm,
  "vendor/hooks.js": hooks,
  "vendor/preact.js": preact,
  "vendor/uplot.css": uplotStyle,
  "vendor/uplot.js": uplot,
};

const TYPES: Readonly<Record<string, string>> = {
  css: "text/css; charset=utf-8",
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
};

function hash(text: string): string {
  return createHash("sha256").update(text).digest("base64");
}

function makeFile(path: string, text: string): ServedFile {
  const type = path.slice(path.lastIndexOf(".") + 1);
  return { text, contentType: TYPES[type]!, etag: `"${hash(text)}"` };
}

const importMap = JSON.stringify({ imports: IMPORTS });

/** So that modules need not wait for those that import them. */
const preloads = Object.keys(TEXTS).filter((path) => path.endsWith(".js"))
  .map((path) => `<link rel="modulepreload" href="${path}">`).join("");

/** The page itself has no name: it is the folder's own address. */
const page = index.replace(
  "<head>",
  () => `<head><script type="importmap">${importMap}</script>${preloads}`,
);

/** What is served, by path; the page itself is "". */
export const FILES: ReadonlyMap<string, ServedFile> = new Map([
  ["", makeFile("index.html", page)],
  ...Object.entries(TEXTS).map(([path, text]) =>
    [path, makeFile(path, text)] as const
  ),
]);

/** What the page may load, and from where: its own address alone. */
export const POLICY: string = [
  "default-src 'none'",
  `script-src 'self' 'sha256-${hash(importMap)}'`,
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");
