/**
 * What all commands share: parsing, help, `--json`, errors and exit status.
 *
 * @module
 */

import { toggle } from "../core/config/fields.ts";
import {
  formatFlag,
  formatHelp,
  type Help,
  type ParsedFlags,
  parseFlags,
} from "../core/config/flags.ts";
import { ConfigError, ConfigSchema } from "../core/config/schema.ts";
import type { Problem } from "../core/store/run_file.ts";
import { OptionError } from "../results/database/option_error.ts";
import { stringify } from "../core/utils/json.ts";
import { exists } from "../core/utils/exists.ts";
import { printable, printableJson } from "../core/utils/terminal.ts";
import { EXIT } from "./_exit.ts";
import { findRun, type FindRunOptions } from "../core/store/find_run.ts";
import { reportProblems } from "./_runs.ts";

export { EXIT };

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
  /** The arguments that are not flags. */
  readonly positionals: readonly string[];
  /** What {@linkcode CommandDefinition.load} returned. */
  readonly loaded: Loaded;
  /** The parsed command line, for the values of those further flags. */
  readonly parsed: ParsedFlags;
}

/** What a command prints, and how it ends. */
export interface Output {
  /** What `--json` prints. */
  readonly document?: unknown;
  /** What is printed otherwise. */
  readonly text?: string;
  /** Runs and files that could not be read, to be listed on stderr. */
  readonly problems?: readonly Problem[];
  /** Whether the command fails if there are any. */
  readonly strict?: boolean;
  /** The exit status; 0 by default. */
  readonly status?: number;
}

/** One of the project's commands. */
export interface CommandDefinition<F extends FlagGroups, Loaded>
  extends Omit<Help, "usage" | "flags"> {
  /** Its name, which is also that of its task and of its permission set. */
  readonly name: string;
  /** What follows the name on a command line, one text for each form. */
  readonly usage: readonly string[];
  /** How many arguments it takes that are not flags; none by default. */
  readonly maxPositionals?: number;
  /** Its flags. */
  readonly flags: F;
  /** Whether it writes into the directories that `--runs` names. */
  readonly writesRuns?: boolean;
  /**
   * Loads an experiment, which has flags of its own.
   *
   * @param isHelp Whether only the help is wanted.
   */
  readonly load?: (isHelp: boolean) => Promise<Loaded>;
  /** Further flags, which the help lists first. */
  readonly listMoreFlags?: (loaded: Loaded) => FlagGroups;
  /** Says whose flags these are, for errors. */
  readonly explainFlags?: (loaded: Loaded) => string;
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

/** The flag of commands that can print JSON. */
export const outputSchema = new ConfigSchema({
  json: toggle({ description: "print one JSON document and nothing else" }),
});

const commonSchema = new ConfigSchema({
  debug: toggle({ description: "show where an error comes from" }),
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
  const outputFailure = guardOutput(command);
  // Until the command has ended: it might await something that never comes.
  Deno.exitCode = EXIT.failed;
  let status: number;
  try {
    status = await runCommand(command, Deno.args);
    if (outputFailure()) throw outputFailure();
  } catch (error) {
    status = error instanceof ConfigError ? EXIT.usage : EXIT.failed;
    // Loaded here alone: it takes half as long as a quick command.
    const { printError } = await import("./_print_error.ts");
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
  const isHelp = args.slice(0, [...args, "--"].indexOf("--"))
    .some((arg) => arg === "--help" || arg === "-h");
  const loaded = await command.load?.(isHelp);
  const groups: FlagGroups = {
    ...command.listMoreFlags?.(loaded),
    ...command.flags,
    Help: commonSchema,
  };
  if (isHelp) {
    const usage = command.usage
      .map((form) => `deno task ${command.name} ${form}`.trimEnd());
    const help = { ...command, usage, flags: groups };
    console.log(formatHelp(help, terminalWidth(80)));
    return EXIT.done;
  }
  const note = command.explainFlags?.(loaded);
  const parsed = parseFlags(args, Object.values(groups), note);
  const { positionals } = parsed;
  checkPositionals(positionals, command.maxPositionals ?? 0);
  const flags = resolveFlags(parsed, command.flags);
  const output = await command.run({ flags, positionals, loaded, parsed });
  return typeof output === "number"
    ? output
    : printOutput(output, "json" in flags && flags.json === true);
}

/**
 * Checks the values of flags, and puts them over their defaults.
 *
 * @param parsed The parsed command line.
 * @param groups The flags, among those it was parsed with.
 * @returns All values in one object.
 * @throws {ConfigError} If a value breaks its rule.
 */
export function resolveFlags<F extends FlagGroups>(
  parsed: ParsedFlags,
  groups: F,
): FlagValues<F> {
  return Object.assign({}, ...Object.values(groups).map(parsed.resolve));
}

/** Prints the output of a command; returns the exit status. */
function printOutput(
  { document, text = "", problems = [], strict, status }: Output,
  json: boolean,
): number {
  if (json) console.log(printableJson(stringify(document, 2)));
  else {
    if (text !== "") console.log(printable(text));
    reportProblems(problems);
  }
  return strict && problems.length > 0 ? EXIT.failed : status ?? EXIT.done;
}

/**
 * Finds how wide the terminal is.
 *
 * @param usual What to take where there is no terminal.
 * @returns The number of columns.
 */
export function terminalWidth(usual: number): number {
  return Deno.stdout.isTerminal() ? Deno.consoleSize().columns : usual;
}

/**
 * Words an error for the command line: the names of options, which code has in
 * backquotes, become flags.
 *
 * @param error What was thrown.
 * @returns Its message.
 */
export function nameFlags(error: Error): string {
  const { message } = error;
  return error instanceof OptionError
    ? message.replaceAll(/`([a-z][a-zA-Z]*)`/g, (_, name) => formatFlag(name))
    : message;
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
  for (const name of ["log", "info", "debug", "error", "warn"] as const) {
    const print = console[name].bind(console);
    console[name] = (...parts) => {
      try {
        print(...parts);
      } catch (cause) {
        if (name === "error" || name === "warn") return;
        const { message } = cause as Error;
        failure ??= new Error(`Cannot write to stdout: ${message}`, { cause });
        if (!command.writesRuns) throw failure;
      }
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
 * Looks up a run or a file that the command line names. If the lookup fails,
 * the command line is wrong.
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
export async function findNamedRun(
  runs: string,
  name: string,
  options: FindRunOptions = {},
): Promise<string> {
  const problems: Problem[] = [];
  try {
    const database = name === "latest" && exists(`${runs}/.index`)
      ? await import("../results/database/run_database.ts")
      : undefined;
    return orUsageError(() => {
      const known = database?.readKnown(runs);
      return findRun(runs, name, {
        ...options,
        problems,
        ...(known && { known }),
      });
    });
  } finally {
    reportProblems(problems);
  }
}
