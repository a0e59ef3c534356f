/**
 * How commands report what went wrong.
 *
 * @module
 */

import { ConfigError } from "../core/config/schema.ts";
import { describeError } from "../core/utils/describe_error.ts";
import { truncate } from "../core/utils/terminal.ts";
import { type Command, nameFlags } from "./_command.ts";
import { explainRefusal } from "./_refusal.ts";

/**
 * Prints on stderr what went wrong, in one or two lines.
 *
 * @param command The command in which it did.
 * @param error What was thrown.
 */
export function printError(command: Command, error: unknown): void {
  let text: string;
  try {
    text = Deno.args.includes("--debug")
      ? Deno.inspect(error)
      : `error: ${explain(command, error)}`;
  } catch { // A proxy that refuses to be looked at is an error too.
    text = `error: ${describeError(error).message}`;
  }
  console.error(truncate(text));
}

/** A disk that is full or read-only, or a quota that is used up. */
const NO_ROOM: readonly unknown[] = ["ENOSPC", "EROFS", "EDQUOT"];

function explain(command: Command, error: unknown): string {
  const { message } = describeError(error);
  if (!(error instanceof Error)) return message;
  if (error instanceof ConfigError) return nameFlags(error);
  if (command.writesRuns && "code" in error && NO_ROOM.includes(error.code)) {
    return `${message}\nFree some space or get permission to write there, or ` +
      "name another directory with --runs DIR";
  }
  return explainRefusal(command, message);
}
