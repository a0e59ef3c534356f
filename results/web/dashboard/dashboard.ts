/**
 * The dashboard: what is served, by whom, until it is ended.
 *
 * @module
 */

import type { RunFilter } from "../../database/select.ts";
import { EventStreams } from "./event_streams.ts";
import { LiveRuns } from "./live_runs.ts";
import { type Answer, makeHandler, RequestError } from "./server.ts";

/** What a dashboard shows, and where. */
export interface DashboardOptions extends RunFilter {
  /** The directories that hold runs. */
  readonly runs: readonly string[];
  /** The port on 127.0.0.1; 0 for a free one. */
  readonly port: number;
  /** What is in the address, so that only who knows it may ask; "" for none. */
  readonly token: string;
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
  const { runs, port, token, where = [], since = "" } = options;
  const stack = new DisposableStack();
  const live = stack.use(new LiveRuns(runs, { where, since }));
  const streams = stack.use(new EventStreams());
  const answers = new Map<string, Answer>([
    ["api/runs", (query) => live.list(readFilter(query))],
    ["api/events", (query) => {
      const filter = readFilter(query);
      return openStream(streams, (stream) => live.follow(filter, stream.send));
    }],
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
