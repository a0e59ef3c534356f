/**
 * The dashboard's server: who may ask, and who answers.
 *
 * @module
 */

import { timingSafeEqual } from "node:crypto";
import { ConfigError } from "../../../core/config/schema.ts";
import { OptionError } from "../../database/option_error.ts";
import { FILES, POLICY, type ServedFile } from "./files.ts";
import type { ErrorAnswer } from "./protocol.ts";

/** Answers a request for data. */
export type Answer = (
  query: URLSearchParams,
) => unknown | Promise<unknown>;

/** A request that cannot be answered: what is wrong with it. */
export class RequestError extends Error {
  /** The status of HTTP. */
  readonly status: number;

  /**
   * @param message One or two plain sentences.
   * @param status The status of HTTP, 400 or more.
   */
  constructor(message: string, status = 400) {
    super(message);
    this.status = status;
  }
}

/** What a server is made of. */
export interface ServerOptions {
  /** What is in the address, so that only who knows it may ask; "" for none. */
  readonly token: string;
  /** What answers requests for data, by path: `api/runs`. */
  readonly answers: ReadonlyMap<string, Answer>;
}

/** Names by which a browser on this machine, or one end of a tunnel, asks. */
const LOCAL_NAMES: readonly string[] = ["127.0.0.1", "localhost"];

const HEADERS: Readonly<Record<string, string>> = {
  "content-security-policy": POLICY,
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
};

/**
 * Makes the function that answers requests.
 *
 * @param options The token, and what answers.
 * @returns The function, for `Deno.serve`.
 */
export function makeHandler(
  { token, answers }: ServerOptions,
): (request: Request) => Promise<Response> {
  return async (request) => {
    let response: Response;
    try {
      checkRequest(request);
      response = await answer(request, findPath(request, token), answers);
    } catch (error) {
      response = refuse(error);
    }
    return request.method === "HEAD" && response.body
      ? withoutBody(response)
      : response;
  };
}

async function answer(
  request: Request,
  path: string,
  answers: ServerOptions["answers"],
): Promise<Response> {
  const file = FILES.get(path);
  if (file) return serveFile(request, file);
  const find = answers.get(path);
  if (!find) throw new RequestError("There is nothing at this address.", 404);
  const found = await find(new URL(request.url).searchParams);
  if (found instanceof Response) {
    for (const [name, value] of Object.entries(HEADERS)) {
      found.headers.set(name, value);
    }
    return found;
  }
  return makeJson(found);
}

/** Refuses what no page of this server's would send. */
function checkRequest(request: Request): void {
  const { method, headers } = request;
  if (method !== "GET" && method !== "HEAD") {
    throw new RequestError("Only GET and HEAD are answered here.", 405);
  }
  // Another site's name may lead to this machine, and its page would ask by it.
  const host = headers.get("host") ?? "";
  if (!LOCAL_NAMES.includes(host.replace(/:\d+$/, ""))) {
    throw new RequestError(
      "This server answers only to 127.0.0.1 and localhost.",
      403,
    );
  }
  const origin = headers.get("origin");
  const site = headers.get("sec-fetch-site");
  if (
    origin !== null && origin !== `http://${host}` ||
    site !== null && site !== "same-origin" && site !== "none"
  ) {
    throw new RequestError(
      "Another site's page asked for this. To open the dashboard, put its " +
        "address into the address bar.",
      403,
    );
  }
}

/** Checks the token, and returns what comes after it. */
function findPath(request: Request, token: string): string {
  const { pathname } = new URL(request.url);
  if (token === "") return pathname.slice(1);
  const [, given = "", ...path] = pathname.split("/");
  if (!equals(given, token)) {
    throw new RequestError(
      "The address lacks the right token: open the whole address that " +
        "deno task dashboard printed.",
      403,
    );
  }
  if (path.length === 0) {
    throw new RequestError("The address must end with a slash.", 404);
  }
  return path.join("/");
}

/** Compares texts in a time that does not tell how much is equal. */
function equals(given: string, token: string): boolean {
  const encoder = new TextEncoder();
  const [a, b] = [encoder.encode(given), encoder.encode(token)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function serveFile(request: Request, file: ServedFile): Response {
  const { content, contentType, etag } = file;
  const headers = { ...HEADERS, etag, "cache-control": "no-cache" };
  return request.headers.get("if-none-match") === etag
    ? new Response(null, { status: 304, headers })
    : new Response(content, {
      headers: { ...headers, "content-type": contentType },
    });
}

function makeJson(value: unknown, status = 200): Response {
  return new Response(JSON.stringify(value), {
    status,
    headers: {
      ...HEADERS,
      "cache-control": "no-store",
      "content-type": "application/json; charset=utf-8",
    },
  });
}

function refuse(error: unknown): Response {
  const { message } = error as Error;
  const status = error instanceof RequestError
    ? error.status
    : error instanceof OptionError || error instanceof ConfigError ||
        error instanceof RangeError
    ? 400
    : 500;
  const response = makeJson({ error: message } satisfies ErrorAnswer, status);
  if (status === 405) response.headers.set("allow", "GET, HEAD");
  return response;
}

function withoutBody({ status, headers, body }: Response): Response {
  body?.cancel();
  return new Response(null, { status, headers });
}
