/**
 * What all commands share: help, errors, exit status, signals.
 *
 * @module
 */

import { formatHelp, type Help } from "../core/config/flags.ts";
import { type Field, toggle } from "../core/config/fields.ts";
import { ConfigError, ConfigSchema } from "../core/config/schema.ts";
import { describeError } from "../core/utils/describe_error.ts";
import { truncate } from "../core/utils/terminal.ts";
import { nameFlags } from "./_flag_names.ts";
import { explainRefusal, type Grants, isRefusal } from "./_refusal.ts";

/** Exit status, as every command has it. */
export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  SIGHUP: 129,
  SIGINT: 130,
  SIGTERM: 143,
};

/** Flags that every command has. */
export interface CommonFlags {
  /** Whether errors come with their stack trace. */
  readonly debug: boolean;
  /** Whether to print the help and do nothing else. */
  readonly help: boolean;
}

/** The schema of {@linkcode CommonFlags}. */
export const commonSchema: ConfigSchema<CommonFlags> = new ConfigSchema<
  CommonFlags
>({
  debug: toggle({ default: false, description: "show where an error is from" }),
  help: toggle({ default: false, description: "print this help" }),
});

/** The flag that asks for a document in place of lines. */
export const jsonFlag: Field<boolean> = toggle({
  default: false,
  description: "print one JSON document and nothing else",
});

/** One of the project's commands. */
export interface Command extends Grants {
  /** Its help; called only when it is asked for. */
  readonly help: (args: readonly string[]) => Promise<Help> | Help;
  /** Does the work. */
  readonly run: (args: readonly string[]) => Promise<number> | number;
}

/**
 * Runs a command with this process's arguments: prints its help if that is
 * asked for, and turns what it throws into one or two lines and an exit status.
 * Not to be awaited at the top level of a module: Deno would end the process
 * with an error of its own if the command awaited something that never comes.
 *
 * @param command The command.
 */
export async function main(command: Command): Promise<void> {
  const args = Deno.args;
  const end = args.indexOf("--");
  const flags = end < 0 ? args : args.slice(0, end);
  const outputFailure = guardOutput(command);
  // Until the command has ended: it might await something that never comes.
  Deno.exitCode = EXIT.failed;
  let status = EXIT.done;
  try {
    if (flags.includes("--help") || flags.includes("-h")) {
      const help = await command.help(args);
      console.log(formatHelp({
        ...help,
        groups: [...help.groups, { title: "Help", schema: commonSchema }],
      }));
    } else status = await command.run(args);
    if (outputFailure()) throw outputFailure();
  } catch (error) {
    status = error instanceof ConfigError ? EXIT.usage : EXIT.failed;
    printError(command, error);
  }
  // What was started and not awaited must not keep the process alive, nor
  // change what has been reported.
  Deno.exit(status);
}

/**
 * Says what went wrong on stderr, in one or two lines.
 *
 * @param command The command in which it did.
 * @param error What was thrown.
 */
export function printError(command: Command, error: unknown): void {
  const text = Deno.args.includes("--debug")
    ? inspect(error)
    : `error: ${explain(command, error)}`;
  console.error(truncate(text));
}

function inspect(error: unknown): string {
  try {
    return Deno.inspect(error);
  } catch {
    return describeError(error).message;
  }
}

/**
 * Makes a full disk behind stdout or stderr harmless: a command that writes
 * runs goes on to its end without stdout, all others stop, and what cannot be
 * written to stderr is lost.
 *
 * @param command The command.
 * @returns What gives the error of stdout, if there was one.
 */
function guardOutput(command: Command): () => Error | undefined {
  let failure: Error | undefined;
  for (const name of ["log", "info", "debug"] as const) {
    const print = console[name].bind(console);
    console[name] = (...parts) => {
      try {
        print(...parts);
      } catch (cause) {
        const { message } = cause as Error;
        failure ??= new Error(`Cannot write to stdout: ${message}`, { cause });
        if (!command.writesRuns) throw failure;
      }
    };
  }
  for (const name of ["error", "warn"] as const) {
    const print = console[name].bind(console);
    console[name] = (...parts) => {
      try {
        print(...parts);
      } catch { /* there is nowhere else to say it */ }
    };
  }
  return () => failure;
}

function explain(command: Command, error: unknown): string {
  const { message } = describeError(error);
  if (!(error instanceof Error)) return message;
  if (isRefusal(error)) return explainRefusal(command, message);
  if (error instanceof ConfigError) return nameFlags(error);
  if (command.writesRuns && "code" in error && NO_ROOM.includes(error.code)) {
    return `${message}\nMake room or get the right to write there, or ` +
      "name another directory with --runs DIR";
  }
  return message;
}

/** A disk that is full or read-only, or a quota that is used up. */
const NO_ROOM: readonly unknown[] = ["ENOSPC", "EROFS", "EDQUOT"];

/**
 * Refuses positional arguments beyond those that a command takes.
 *
 * @param positionals What was given.
 * @param most How many the command takes.
 * @throws {ConfigError} If there are more.
 */
export function checkPositionals(
  positionals: readonly string[],
  most: number,
): void {
  const [extra] = positionals.slice(most);
  if (extra === undefined) return;
  throw usageError(
    `Cannot use "${extra}" as ${
      most === 0 ? "flags alone are taken" : "there is an argument already"
    }: a flag begins with --`,
  );
}

/**
 * An error of the command line.
 *
 * @param message What is wrong and what would be right.
 * @param options What caused it, if that was another error.
 * @returns The error, which ends the process with status 2.
 */
export function usageError(
  message: string,
  options?: ErrorOptions,
): ConfigError {
  return new ConfigError([{ where: "command line", message }], options);
}

/**
 * Looks up what a command line names, a run or a file: where it cannot be had,
 * it is the command line that is wrong.
 *
 * @param lookUp The look-up.
 * @returns What it returns.
 * @throws {ConfigError} If it throws, but for lack of a right.
 */
export function orUsageError<T>(lookUp: () => T): T {
  try {
    return lookUp();
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    throw usageError((error as Error).message, { cause: error });
  }
}

/** What is aborted when the process is asked to stop. */
export interface Interruption extends Disposable {
  /** Aborted when it is asked; to be handed on. */
  readonly signal: AbortSignal;
  /** Aborted when it is asked once more. */
  readonly forceSignal: AbortSignal;
  /** The exit status that belongs to how the process was asked. */
  readonly status: () => number;
}

/**
 * Listens for SIGINT, SIGTERM and SIGHUP until the end of its scope.
 *
 * @returns What tells of them.
 */
export function listenForSignals(): Interruption {
  const first = new AbortController(), second = new AbortController();
  let status: number = EXIT.SIGINT;
  // SIGHUP is a terminal that is gone. Windows has but one to listen for.
  const names = Deno.build.os === "windows"
    ? ["SIGINT"] as const
    : ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  const listeners = names.map((name) => {
    const listener = () => {
      if (first.signal.aborted) return second.abort();
      status = EXIT[name];
      first.abort(new Error(`Interrupted by ${name}`));
    };
    Deno.addSignalListener(name, listener);
    return { name, listener };
  });
  return {
    signal: first.signal,
    forceSignal: second.signal,
    status: () => status,
    [Symbol.dispose]() {
      for (const { name, listener } of listeners) {
        Deno.removeSignalListener(name, listener);
      }
    },
  };
}

/** What goes wrong outside of a command's own promise. */
export interface ProcessFailures extends Disposable {
  /** Aborted, with what was thrown, at the first such failure. */
  readonly signal: AbortSignal;
  /** Whether the process is about to end: only synchronous code still runs. */
  readonly isExiting: boolean;
}

/**
 * Listens for what would end the process unseen until the end of its scope:
 * errors in timers, rejections that nothing awaits, `Deno.exit()`, and an event
 * loop that runs dry while something is still awaited.
 *
 * @returns What tells of the first of these.
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
