import { formatFlag } from "../core/config/flags.ts";
import { OptionError } from "../results/database/option_error.ts";

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
