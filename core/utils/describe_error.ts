import { shorten } from "./terminal.ts";

/** An error as files and messages keep it. */
export interface ErrorDescription {
  /** The error's class. */
  readonly name: string;
  /** What it said. */
  readonly message: string;
}

/**
 * Describes whatever was thrown: an error, or anything else, even an object that
 * cannot be turned into text.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { describeError } from "./describe_error.ts";
 *
 * assertEquals(describeError(new RangeError("too far")), {
 *   name: "RangeError",
 *   message: "too far",
 * });
 * assertEquals(describeError({ code: 5 }), {
 *   name: "Error",
 *   message: "{ code: 5 }",
 * });
 * ```
 */
export function describeError(thrown: unknown): ErrorDescription {
  try {
    const { name, message } = thrown instanceof Error ? thrown : {
      name: "Error",
      message: typeof thrown === "string"
        ? thrown
        : Deno.inspect(thrown, { colors: false }),
    };
    return { name: shorten(String(name)), message: shorten(String(message)) };
  } catch {
    return { name: "Error", message: "a value that cannot be printed" };
  }
}
