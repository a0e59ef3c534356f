/** An error as files and messages keep it. */
export interface ErrorDescription {
  /** The error's class. */
  readonly name: string;
  /** What it said. */
  readonly message: string;
}

/** An error message may have any length; files and terminals do not need it. */
const MAX_LENGTH = 10_000;

/**
 * Describes whatever was thrown, an error or not.
 *
 * @param thrown What was thrown: anything, even an object that cannot be
 * turned into text.
 * @returns Its class and message.
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
    return { name: truncate(String(name)), message: truncate(String(message)) };
  } catch {
    return { name: "Error", message: "a value that cannot be printed" };
  }
}

function truncate(text: string): string {
  const nOmitted = text.length - MAX_LENGTH;
  return nOmitted > 0
    ? `${text.slice(0, MAX_LENGTH)}… (${nOmitted} more characters)`
    : text;
}
