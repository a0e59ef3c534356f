/**
 * What stops a command from outside: signals of the user, and failures that its
 * own promise does not tell.
 *
 * @module
 */

import { EXIT } from "./_command.ts";

/** How a user asks the process to stop. */
export interface Interruption extends Disposable {
  /** Aborted at the first signal. */
  readonly signal: AbortSignal;
  /** Aborted at the second signal. */
  readonly forceSignal: AbortSignal;
  /** The exit status that belongs to the signal. */
  readonly status: number;
}

/**
 * Listens for SIGINT, SIGTERM and SIGHUP until the end of its scope.
 *
 * @returns What is aborted by them.
 */
export function listenForSignals(): Interruption {
  const first = new AbortController(), second = new AbortController();
  let status: number = EXIT.SIGINT;
  // SIGHUP: the terminal was closed. Windows knows SIGINT alone.
  const names = Deno.build.os === "windows"
    ? ["SIGINT"] as const
    : ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  const listeners = new DisposableStack();
  for (const name of names) {
    const listener = () => {
      if (first.signal.aborted) return second.abort();
      status = EXIT[name];
      first.abort(new Error(`Interrupted by ${name}`));
    };
    Deno.addSignalListener(name, listener);
    listeners.defer(() => Deno.removeSignalListener(name, listener));
  }
  return {
    signal: first.signal,
    forceSignal: second.signal,
    get status() {
      return status;
    },
    [Symbol.dispose]: () => listeners.dispose(),
  };
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
  const controller = new AbortController();
  let isExiting = false;
  const fail = (event: Pick<Event, "preventDefault">, error: unknown) => {
    event.preventDefault();
    controller.abort(error ?? new Error(`${error} was thrown`));
  };
  const listeners = new DisposableStack();
  const listen = (type: string, listener: EventListener) => {
    globalThis.addEventListener(type, listener);
    listeners.defer(() => globalThis.removeEventListener(type, listener));
  };
  listen("error", (event) => {
    const { error, message } = event as ErrorEvent;
    fail(event, error ?? new Error(message));
  });
  listen("unhandledrejection", (event) => {
    fail(event, (event as PromiseRejectionEvent).reason);
  });
  listen("beforeunload", (event) => {
    fail(event, new Error("A promise is awaited that never settles"));
  });
  listen("unload", (event) => {
    isExiting = true;
    fail(event, new Error("Deno.exit() was called"));
  });
  return {
    signal: controller.signal,
    get isExiting() {
      return isExiting;
    },
    [Symbol.dispose]: () => listeners.dispose(),
  };
}
