/**
 * The dashboard: what is served, by whom, until it is ended.
 *
 * @module
 */

import type { Comparison } from "../../compare/comparison.ts";
import type { RunDatabase, StoredRun } from "../../database/run_database.ts";
import type { RunFilter } from "../../database/select.ts";
import { type CurvesQuery, makeCurves } from "./curves.ts";
import { EventStreams } from "./event_streams.ts";
import { LiveRuns } from "./live_runs.ts";
import type { ComparisonPage } from "./protocol.ts";
import { type Answer, makeHandler, RequestError } from "./server.ts";
import { listSweepNames, makeSweepPage } from "./sweep_page.ts";

/** What a dashboard shows, and where. */
export interface DashboardOptions extends RunFilter {
  /** The directories that hold runs. */
  readonly runs: readonly string[];
  /** The port on 127.0.0.1; 0 for a free one. */
  readonly port: number;
  /** What is in the address, so that only who knows it may ask; "" for none. */
  readonly token: string;
  /**
   * Compares runs.
   *
   * @param database The runs.
   * @param flags The flags of `compare`, by their names without dashes.
   * @returns The comparison, and the command that prints the same.
   * @throws {ConfigError} If a flag is wrong.
   */
  readonly compare: (
    database: RunDatabase,
    flags: URLSearchParams,
  ) => Promise<
    { readonly comparison: Comparison; readonly command: string }
  >;
}

/** A dashboard that is being served. */
export interface Dashboard extends AsyncDisposable {
  /** Where it is. */
  readonly address: string;
}

const HOSTNAME = "127.0.0.1";

/**
 * Starts to serve a dashboard.
 *
 * @param options What it shows, and where.
 * @returns The dashboard, which is served to the end of its scope.
 * @throws {Deno.errors.AddrInUse} If the port is taken.
 */
export function startDashboard(options: DashboardOptions): Dashboard {
  const { runs, port, token, where = [], since = "", compare } = options;
  const stack = new DisposableStack();
  const live = stack.use(new LiveRuns(runs, { where, since }));
  const streams = stack.use(new EventStreams());
  const answers = new Map<string, Answer>([
    ["api/runs", (query) => live.list(readFilter(query))],
    ["api/events", (query) => {
      const filter = readFilter(query);
      live.select(filter); // Throws if the filter is wrong.
      return openStream(streams, ({ send }) => live.follow(filter, send));
    }],
    ["api/curves", async (query) => {
      const curves = readCurvesQuery(query);
      const selection = live.select(readFilter(query));
      for (const run of selection.runs) live.histories.ask(run);
      await live.histories.wait(MAX_WAIT_MS);
      return await makeCurves(selection, live.histories, curves);
    }],
    ["api/curves/events", (query) => {
      const filter = readFilter(query);
      const { x, isByGroup } = readCurvesQuery(query);
      live.select(filter);
      const curves = {
        ...{ filter, isByGroup },
        x: x || "step",
        measures: query.getAll("measure"),
      };
      return openStream(
        streams,
        ({ send }) => live.followCurves(curves, send),
      );
    }],
    ["api/comparison", makeComparisons(live, compare)],
    ["api/run", async (query) => {
      const run = findRun(live, query.get("id"));
      const { makeRunPage } = await import("./run_page.ts");
      return await makeRunPage(run, live.describe(run));
    }],
    ["api/diff", async (query) => {
      const { makeDiffPage } = await import("./run_page.ts");
      const pair = ["id", "other"].map((name) => {
        const run = findRun(live, query.get(name));
        return [run, findDirectory(run)] as const;
      });
      return await makeDiffPage(pair);
    }],
    ["api/figure", async (query) => {
      const run = findRun(live, query.get("id"));
      const { drawRunFigure } = await import("./run_page.ts");
      const svg = await drawRunFigure(run, query.get("kind") ?? "");
      return makeText(svg, "image/svg+xml");
    }],
    ["api/source", async (query) => {
      const run = findRun(live, query.get("id"));
      const { readSourceText } = await import("./run_page.ts");
      const file = query.get("file") ?? "";
      const text = await readSourceText(run, findDirectory(run), file);
      return makeText(text, "text/plain");
    }],
    ["api/sweeps", () => listSweepNames(runs)],
    [
      "api/sweep",
      (query) => makeSweepPage(live.database, query.get("name") ?? ""),
    ],
  ]);
  const server = Deno.serve(
    { hostname: HOSTNAME, port, onListen: () => {} },
    makeHandler({ token, answers }),
  );
  const path = token === "" ? "" : `${token}/`;
  return {
    address: `http://${HOSTNAME}:${server.addr.port}/${path}`,
    async [Symbol.asyncDispose]() {
      stack.dispose();
      await server.shutdown();
    },
  };
}

/** How many comparisons are kept until runs change. */
const MAX_COMPARISONS = 16;

/** Makes comparisons, each once until runs change. */
function makeComparisons(
  live: LiveRuns,
  compare: DashboardOptions["compare"],
): Answer {
  const known = new Map<string, Promise<ComparisonPage>>();
  const make = async (flags: URLSearchParams): Promise<ComparisonPage> => {
    const { makeComparisonPage } = await import("./comparison_page.ts");
    const { comparison, command } = await compare(live.database, flags);
    return await makeComparisonPage(comparison, command);
  };
  let version = -1;
  return (query) => {
    live.refresh();
    if (version !== live.version || known.size >= MAX_COMPARISONS) {
      known.clear();
    }
    version = live.version;
    return known.getOrInsertComputed(String(query), () => make(query));
  };
}

function findRun({ database }: LiveRuns, id: string | null): StoredRun {
  const found = [...database].find((run) => run.id === id);
  if (found) return found;
  throw new RequestError(`There is no run ${id ?? ""} among those shown.`, 404);
}

/** Finds the directory of runs that a run lies in. */
function findDirectory({ id, path }: StoredRun): string {
  return path.slice(0, -id.length - 1);
}

function makeText(text: string, type: string): Response {
  return new Response(text, {
    headers: {
      "cache-control": "no-store",
      "content-type": `${type}; charset=utf-8`,
    },
  });
}

/** So long a page waits for histories that are still being read. */
const MAX_WAIT_MS = 1000;

const DEFAULT_PLACES = 800, MAX_PLACES = 8000;

function readCurvesQuery(query: URLSearchParams): CurvesQuery {
  const read = (name: string) => query.get(name) ?? "";
  const readNumber = (name: string) => {
    const text = read(name);
    if (text === "") return undefined;
    const value = Number(text);
    if (Number.isFinite(value)) return value;
    throw new RequestError(`Cannot use ${name}=${text}: it must be a number.`);
  };
  const measure = read("measure");
  if (measure === "") throw new RequestError("Choose a measure: measure=NAME.");
  const from = readNumber("from"), to = readNumber("to");
  if (from !== undefined && to !== undefined && !(from < to)) {
    throw new RequestError("Cannot zoom: `from` must be below `to`.");
  }
  const nPlaces = readNumber("points") ?? DEFAULT_PLACES;
  return {
    measure,
    x: read("x"),
    isByGroup: read("by") === "group",
    nPlaces: Math.min(MAX_PLACES, Math.max(1, nPlaces)),
    range: from === undefined && to === undefined
      ? undefined
      : { from: from ?? -Infinity, to: to ?? Infinity },
    isLog: read("log").includes("x"),
  };
}

function readFilter(query: URLSearchParams): RunFilter {
  return { where: query.getAll("where"), since: query.get("since") ?? "" };
}

function openStream(
  streams: EventStreams,
  start: Parameters<EventStreams["open"]>[0],
): Response {
  if (streams.isFull) {
    throw new RequestError(
      "Too many pages of this dashboard are open: close some.",
      503,
    );
  }
  return new Response(streams.open(start), {
    headers: {
      "cache-control": "no-store",
      "content-type": "text/event-stream; charset=utf-8",
    },
  });
}
