/**
 * What all commands share: parsing, help, `--json`, errors and exit status.
 *
 * @module
 */

import { toggle } from "../core/config/fields.ts";
import {
  formatHelp,
  type ParsedFlags,
  parseFlags,
} from "../core/config/flags.ts";
import { ConfigError, ConfigSchema } from "../core/config/schema.ts";
import type { Problem } from "../core/store/run_file.ts";
import { describeError } from "../core/utils/describe_error.ts";
import { stringify } from "../core/utils/json.ts";
import { printable, printableJson, truncate } from "../core/utils/terminal.ts";
import { nameFlags } from "./_flag_names.ts";
import { explainRefusal, isRefusal } from "./_refusal.ts";
import { findRun, type FindRunOptions } from "../core/store/find_run.ts";
import { reportProblems } from "./_runs.ts";

/** The exit statuses of all commands. */
export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  SIGHUP: 129,
  SIGINT: 130,
  SIGTERM: 143,
};

/** Schemas of flags, by the headings under which the help lists them. */
export type FlagGroups = Readonly<Record<string, ConfigSchema<object>>>;

type ValuesOf<Schema> = Schema extends ConfigSchema<infer T> ? T : never;

/** The values of all flags in one object. */
export type FlagValues<F extends FlagGroups> = {
  [Title in keyof F]: (values: ValuesOf<F[Title]>) => void;
}[keyof F] extends (values: infer All) => void ? All : never;

/** What a command is given to work with. */
export interface CommandLine<F extends FlagGroups, Loaded> {
  /** The values of its flags, checked, over their defaults. */
  readonly flags: FlagValues<F>;
  /** Whether one JSON document is to be printed. */
  readonly json: boolean;
  /** The arguments that are not flags. */
  readonly positionals: readonly string[];
  /** What {@linkcode CommandDefinition.load} has loaded. */
  readonly loaded: Loaded;
  /** The parsed command line, for the values of further flags. */
  readonly parsed: ParsedFlags;
  /** The arguments as they were given. */
  readonly args: readonly string[];
}

/** What a command prints, and how it ends. */
export interface Output {
  /** What `--json` prints. */
  readonly document?: unknown;
  /** What is printed otherwise. */
  readonly text?: string | (() => string);
  /** Runs and files that could not be read, which stderr tells. */
  readonly problems?: readonly Problem[];
  /** Whether such a problem is a failure. */
  readonly strict?: boolean;
  /** The exit status; 0 by default. */
  readonly status?: number;
}

/** One of the project's commands. */
export interface CommandDefinition<F extends FlagGroups, Loaded> {
  /** Its name, which is also that of its task and of its permission set. */
  readonly name: string;
  /** Its file, `scripts/NAME.ts` by default. */
  readonly script?: string;
  /** What it does, in one sentence. */
  readonly summary: string;
  /** What follows the name on a command line, one text for each form. */
  readonly usage: readonly string[];
  /** What the usage needs to have explained; paragraphs. */
  readonly notes?: readonly string[];
  /** Whole command lines that show how it is used. */
  readonly examples: readonly string[];
  /** How many arguments it takes that are not flags; none by default. */
  readonly maxPositionals?: number;
  /** Its flags. */
  readonly flags: F;
  /** Whether it has the flag `--json`. */
  readonly hasJson?: boolean;
  /** Whether it writes into the directories that `--runs` names. */
  readonly writesRuns?: boolean;
  /**
   * Loads what further flags depend on: an experiment.
   *
   * @param args The arguments.
   * @param isHelp Whether only the help is wanted.
   */
  readonly load?: (
    args: readonly string[],
    isHelp: boolean,
  ) => Promise<Loaded>;
  /** Further flags, which the help lists first. */
  readonly listMoreFlags?: (loaded: Loaded) => FlagGroups;
  /** Does the work; returns what to print, or the exit status. */
  run(
    line: CommandLine<F, Loaded>,
  ): Promise<Output | number> | Output | number;
}

/** A command, whatever its flags. */
// deno-lint-ignore no-explicit-any
export type Command = CommandDefinition<any, any>;

/**
 * Defines a command.
 *
 * @param definition Its name, help, flags, and what it does.
 * @returns The command, to be run by {@linkcode main}.
 */
export function defineCommand<
  const F extends FlagGroups,
  Loaded = undefined,
>(definition: CommandDefinition<F, Loaded>): Command {
  return definition;
}

const jsonSchema = new ConfigSchema({
  json: toggle({
    description: "print one JSON document and nothing else",
  }),
});

const commonSchema = new ConfigSchema({
  debug: toggle({
    description: "show where an error comes from",
  }),
  help: toggle({ description: "print this help" }),
});

/**
 * Runs a command with this process's arguments: prints its help if that is
 * asked for, and turns what it throws into a short message and an exit status.
 * Not to be awaited at the top level of a module: Deno would end the process
 * with an error of its own if the command awaited something that never comes.
 *
 * @param command The command.
 */
export async function main(command: Command): Promise<void> {
  const args = Deno.args;
  const outputFailure = guardOutput(command);
  // Until the command has ended: it might await something that never comes.
  Deno.exitCode = EXIT.failed;
  let status: number;
  try {
    status = await runCommand(command, args);
    if (outputFailure()) throw outputFailure();
  } catch (error) {
    status = error instanceof ConfigError ? EXIT.usage : EXIT.failed;
    printError(command, error);
  }
  // What was started and not awaited must not keep the process alive, nor
  // change what has been reported.
  Deno.exit(status);
}

async function runCommand(
  command: Command,
  args: readonly string[],
): Promise<number> {
  const end = args.indexOf("--");
  const beforeEnd = end < 0 ? args : args.slice(0, end);
  const isHelp = beforeEnd.includes("--help") || beforeEnd.includes("-h");
  const loaded = await command.load?.(args, isHelp);
  const groups: FlagGroups = {
    ...command.listMoreFlags?.(loaded),
    ...command.flags,
    ...(command.hasJson ? { Output: jsonSchema } : {}),
    Help: commonSchema,
  };
  if (isHelp) {
    const usage = command.usage
      .map((form) => `deno task ${command.name} ${form}`.trimEnd());
    console.log(
      formatHelp({ ...command, usage, flags: groups }, terminalWidth()),
    );
    return EXIT.done;
  }
  const parsed = parseFlags(args, Object.values(groups));
  const { positionals } = parsed;
  checkPositionals(positionals, command.maxPositionals ?? 0);
  const flags = Object.assign(
    {},
    ...Object.values<ConfigSchema<object>>(command.flags)
      .map((schema) => parsed.resolve(schema)),
  );
  const json = command.hasJson === true && parsed.resolve(jsonSchema).json;
  const line = { flags, json, positionals, loaded, parsed, args };
  const output = await command.run(line);
  return typeof output === "number" ? output : printOutput(output, json);
}

/** Prints what a command has found out; returns the exit status. */
function printOutput(output: Output, json: boolean): number {
  const { document, text = "", problems = [], strict = false } = output;
  if (json) console.log(printableJson(stringify(document, 2)));
  else {
    const own = typeof text === "string" ? text : text();
    if (own !== "") console.log(printable(own));
    reportProblems(problems);
  }
  if (strict && problems.length > 0) return EXIT.failed;
  return output.status ?? EXIT.done;
}

/** How wide help may be. */
function terminalWidth(): number {
  const usual = 80;
  return Deno.stdout.isTerminal() ? Deno.consoleSize().columns : usual;
}

/**
 * Prints on stderr what went wrong, in one or two lines.
 *
 * @param command The command in which it did.
 * @param error What was thrown.
 */
export function printError(command: Command, error: unknown): void {
  const text = Deno.args.includes("--debug")
    ? inspect(error)
    : `error: ${explainAny(command, error)}`;
  console.error(truncate(text));
}

function inspect(error: unknown): string {
  try {
    return Deno.inspect(error);
  } catch {
    return describeError(error).message;
  }
}

/** A disk that is full or read-only, or a quota that is used up. */
const NO_ROOM: readonly unknown[] = ["ENOSPC", "EROFS", "EDQUOT"];

/** Even a proxy that refuses to be looked at is an error to report. */
function explainAny(command: Command, error: unknown): string {
  try {
    return explain(command, error);
  } catch {
    return describeError(error).message;
  }
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

/**
 * Makes a full disk behind stdout or stderr harmless: a command that writes
 * runs continues to its end without stdout, all others stop, and what cannot be
 * written to stderr is lost.
 *
 * @param command The command.
 * @returns A function that returns the error of stdout, if there was one.
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
      } catch { /* there is nowhere else to print it */ }
    };
  }
  return () => failure;
}

/** Refuses arguments beyond those that a command takes. */
function checkPositionals(positionals: readonly string[], max: number): void {
  const extra = positionals[max];
  if (extra === undefined) return;
  const limit = max === 0
    ? "this command takes flags alone, which begin with --"
    : `this command takes at most ${max === 1 ? "one" : max}`;
  throw usageError(`Unexpected argument "${extra}": ${limit}`);
}

/**
 * Makes an error of the command line.
 *
 * @param message What is wrong and what would be right.
 * @param options What caused it, if that was another error.
 * @returns The error, which ends the process with status 2.
 */
export function usageError(
  message: string,
  options?: ErrorOptions,
): ConfigError {
  return new ConfigError([message], options);
}

/**
 * Looks up what a command line names, a run or a file. If the lookup fails, the
 * command line is wrong.
 *
 * @param lookUp The lookup.
 * @returns What it returns.
 * @throws {ConfigError} If it throws, except for a missing permission.
 */
export function orUsageError<T>(lookUp: () => T): T {
  try {
    return lookUp();
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    throw usageError((error as Error).message, { cause: error });
  }
}

/**
 * Finds the run that a command line names. Damaged runs that were skipped on
 * the way to the latest are reported on stderr.
 *
 * @param runs The directory that holds the runs.
 * @param name The name of the run.
 * @param options Which runs `latest` may mean.
 * @returns The run's directory.
 * @throws {ConfigError} If there is no such run.
 */
export function findNamedRun(
  runs: string,
  name: string,
  options: FindRunOptions = {},
): string {
  const problems: Problem[] = [];
  try {
    return orUsageError(() => findRun(runs, name, { ...options, problems }));
  } finally {
    reportProblems(problems);
  }
}
