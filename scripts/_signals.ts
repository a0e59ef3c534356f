/**
 * What stops a command from outside: signals of the user, and failures that do
 * not reject its own promise.
 *
 * @module
 */

import { EXIT } from "./_exit.ts";

/**
 * Ctrl-C reaches a command twice through `deno task`: from the terminal, and
 * passed on by the task a moment later. A signal so soon is no second request.
 */
const SAME_REQUEST_MS = 500;

/** How a user asks the process to stop. */
export interface Interruption {
  /** Aborted at the first signal. */
  readonly signal: AbortSignal;
  /** Aborted when the user asks again. */
  readonly forceSignal: AbortSignal;
  /** The exit status that belongs to the signal. */
  readonly status: number;
}

/**
 * Listens for SIGINT, SIGTERM and SIGHUP until the process ends.
 *
 * @param ignored Those that another process passes on as SIGTERM: a terminal
 * sends Ctrl-C to the sweeper and to its runs.
 * @returns What is aborted by the others.
 */
export function listenForSignals(
  ignored: readonly Deno.Signal[] = [],
): Interruption {
  const first = new AbortController(), second = new AbortController();
  const { signal } = first, { signal: forceSignal } = second;
  const interruption = { signal, forceSignal, status: EXIT.SIGINT };
  // SIGHUP: the terminal was closed. Windows knows SIGINT alone.
  const names = Deno.build.os === "windows"
    ? ["SIGINT"] as const
    : ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  let firstAt = Infinity;
  for (const name of names) {
    Deno.addSignalListener(name, () => {
      if (ignored.includes(name)) return;
      const now = performance.now();
      if (now - firstAt > SAME_REQUEST_MS) second.abort();
      if (signal.aborted) return;
      firstAt = now;
      interruption.status = EXIT[name];
      first.abort(new Error(`Interrupted by ${name}`));
    });
  }
  return interruption;
}

/** Failures outside of a command's own promise. */
export interface ProcessFailures extends Disposable {
  /** Aborted, with what was thrown, at the first such failure. */
  readonly signal: AbortSignal;
  /** Whether the process is about to end: only synchronous code still runs. */
  readonly isExiting: boolean;
}

/**
 * Listens, until the end of its scope, for what would end the process
 * unnoticed: errors in timers, rejections that nothing awaits, `Deno.exit()`,
 * and an event loop that runs dry while something is still awaited.
 *
 * @returns What is aborted by the first of these.
 */
export function listenForFailures(): ProcessFailures {
  const failure = new AbortController(), end = new AbortController();
  const failures = {
    signal: failure.signal,
    isExiting: false,
    [Symbol.dispose]: () => end.abort(),
  };
  const listen = (type: string, findReason: (event: Event) => unknown) =>
    globalThis.addEventListener(type, (event) => {
      event.preventDefault();
      failures.isExiting ||= type === "unload";
      const reason = findReason(event);
      failure.abort(reason ?? new Error(`${reason} was thrown`));
    }, { signal: end.signal });
  listen("error", (event) => {
    const { error, message } = event as ErrorEvent;
    return error ?? new Error(message);
  });
  listen(
    "unhandledrejection",
    (event) => (event as PromiseRejectionEvent).reason,
  );
  listen(
    "beforeunload",
    () => new Error("A promise is awaited that never settles"),
  );
  listen("unload", () => new Error("Deno.exit() was called"));
  return failures;
}
