// @ts-check
/// <reference lib="dom" />
/**
 * Questions to the server, and the events that it sends.
 *
 * @module
 */

/** The server's own words on why a request was not answered. */
export class RequestError extends Error {
  /**
   * @param {string} message One or two plain sentences.
   * @param {number} status The status of the answer; 0 where there was none.
   */
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

/** What is shown where the server does not answer. */
export const GONE = "The dashboard does not answer. Is it still running?";

/**
 * Asks the server.
 *
 * @template T
 * @param {string} path What for: `api/runs`.
 * @param {URLSearchParams} query Details.
 * @param {AbortSignal} [signal] Aborts the request.
 * @returns {Promise<T>} The answer.
 * @throws {RequestError} If the server is gone or cannot answer.
 */
export async function ask(path, query, signal) {
  const response = await request(path, query, signal);
  return response.json();
}

/**
 * Asks the server for a text: a file, or a figure as SVG.
 *
 * @param {string} path What for.
 * @param {URLSearchParams} query Details.
 * @param {AbortSignal} [signal] Aborts the request.
 * @returns {Promise<string>} The text.
 * @throws {RequestError} If the server is gone or cannot answer.
 */
export async function askText(path, query, signal) {
  const response = await request(path, query, signal);
  return response.text();
}

/**
 * @param {string} path
 * @param {URLSearchParams} query
 * @param {AbortSignal} [signal]
 */
async function request(path, query, signal) {
  const url = query.size > 0 ? `${path}?${query}` : path;
  const response = await fetch(url, { signal: signal ?? null }).catch(
    (error) => {
      if (signal?.aborted) throw error;
      throw new RequestError(GONE, 0);
    },
  );
  if (response.ok) return response;
  const answer = await response.json().catch(() => ({}));
  throw new RequestError(
    answer.error ?? `The dashboard answered with status ${response.status}.`,
    response.status,
  );
}

const FIRST_WAIT = 500, LONGEST_WAIT = 5000;

/**
 * Follows events of the server, over lost connections too. A page in the
 * background follows none: a browser allows six connections to a server, and each
 * of several tabs would take some of them.
 *
 * @template T
 * @param {string} path Which events: `api/events`.
 * @param {URLSearchParams} query Details.
 * @param {object} handlers What to call.
 * @param {(event: T) => void} handlers.onEvent For each event.
 * @param {(isRepeated: boolean) => void} [handlers.onOpen] When connected; from the
 * second time on, events may have been missed.
 * @param {() => void} [handlers.onLost] When the connection is lost.
 * @returns {() => void} Ends it.
 */
export function follow(path, query, { onEvent, onOpen, onLost }) {
  const url = query.size > 0 ? `${path}?${query}` : path;
  /** @type {EventSource | undefined} */
  let source;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let wait = FIRST_WAIT;
  let isRepeated = false;

  function open() {
    close();
    if (document.hidden) return;
    source = new EventSource(url);
    source.onopen = () => {
      wait = FIRST_WAIT;
      onOpen?.(isRepeated);
      isRepeated = true;
    };
    source.onmessage = ({ data }) => onEvent(JSON.parse(data));
    source.onerror = () => {
      onLost?.();
      close();
      timer = setTimeout(open, wait);
      wait = Math.min(2 * wait, LONGEST_WAIT);
    };
  }
  function close() {
    clearTimeout(timer);
    source?.close();
    source = undefined;
  }

  open();
  document.addEventListener("visibilitychange", open);
  return () => {
    document.removeEventListener("visibilitychange", open);
    close();
  };
}
