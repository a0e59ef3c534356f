import { ConfigError } from "../../core/config/schema.ts";

/**
 * An option that cannot be used. The message names options as code does, in
 * backquotes: a command line replaces them with its flags.
 */
export class OptionError extends ConfigError {
  /** The name of the option: `baseline`. */
  readonly option: string;

  /**
   * Names an option and what is wrong with it.
   *
   * @param option The name of the option.
   * @param message What is wrong with it, and what would be right.
   */
  constructor(option: string, message: string) {
    super([message]);
    this.name = "OptionError";
    this.option = option;
  }
}
