/**
 * The keys of a configuration. Each says once what it is: its default, what it
 * may be, and what it means; the types, flags, help and validation follow.
 *
 * @module
 */

import * as v from "valibot";

/** One key of a configuration. */
export interface Field<T> {
  /** The value where none is given. */
  readonly default: T;
  /** The value of runs that were made before there was this key. */
  readonly before: T;
  /** What the key means, in one line without a full stop. */
  readonly description: string;
  /** What the value may be, in words: `a whole number of at least 1`. */
  readonly rule: string;
  /** What stands for the value in help: `<number>`; empty for a switch. */
  readonly placeholder: string;
  /** Whether the flag is given once for each of several values. */
  readonly repeats: boolean;
  /**
   * Turns the text of a flag into the value to check; text that is none of
   * its kind comes back as it is, and then fails the check.
   */
  readonly fromText: (text: string) => unknown;
  /** Checks a value: the value itself, or undefined where it breaks the rule. */
  readonly check: (value: unknown) => T | undefined;
}

/** The keys of a configuration `T`. */
export type Fields<T> = { readonly [K in keyof T]: Field<T[K]> };

/** The configuration that has these keys. */
export type ConfigOf<F> = {
  readonly [K in keyof F]: F[K] extends Field<infer T> ? T : never;
};

/** What every key says of itself. */
export interface Described<T> {
  /** The value where none is given. */
  readonly default: T;
  /**
   * For a key that is added to an experiment that has runs already: the value
   * that was in effect in those; the default, where it is left out.
   */
  readonly before?: T;
  /** What the key means, in one line without a full stop. */
  readonly description: string;
}

/** What a number may be. */
export interface NumberOptions extends Described<number> {
  /** The least value allowed. */
  readonly min?: number;
  /** The greatest value allowed. */
  readonly max?: number;
  /** The value must be greater than this. */
  readonly above?: number;
  /** The value must be a whole multiple of this. */
  readonly multipleOf?: number;
}

/** What a list of whole numbers may be. */
export interface IntegersOptions extends Described<readonly number[]> {
  /** The least value that an element may have. */
  readonly min?: number;
  /** How few elements there may be. */
  readonly minLength?: number;
}

/** What a text may be. */
export interface TextOptions extends Described<string> {
  /** What the help calls it: `<file>`. */
  readonly placeholder?: string;
  /** Says what a text must be; any text will do by default. */
  readonly rule?: string;
  /** Whether a text is as the rule says. */
  readonly allows?: (text: string) => boolean;
}

/** What a list of some of several texts may be. */
export interface ChoicesOptions<T extends string>
  extends Described<readonly NoInfer<T>[]> {
  /** All that may be chosen. */
  readonly choices: readonly T[];
}

/** What one of several texts may be. */
export interface ChoiceOptions<T extends string> extends Described<NoInfer<T>> {
  /** All that may be chosen. */
  readonly choices: readonly T[];
}

function field<T>(
  schema: v.GenericSchema<unknown, T>,
  parts: Omit<Field<T>, "check" | "repeats" | "before"> & {
    before?: T;
    repeats?: boolean;
  },
): Field<T> {
  const check = (value: unknown) => {
    const result = v.safeParse(schema, value);
    return result.success ? result.output : undefined;
  };
  const { before = parts.default } = parts;
  for (const value of [parts.default, before]) {
    if (check(value) !== undefined) continue;
    throw new RangeError(
      `Cannot use the default of "${parts.description}" as it must be ` +
        `${parts.rule}: current value is ${JSON.stringify(value)}`,
    );
  }
  return Object.freeze({
    repeats: false,
    ...parts,
    check,
    // What is frozen here need not be copied for each configuration.
    default: frozen(parts.default),
    before: frozen(before),
  });
}

function frozen<T>(value: T): T {
  return Array.isArray(value) ? Object.freeze([...value]) as T : value;
}

function numberFromText(text: string): unknown {
  return text.trim() === "" ? text : Number.isNaN(Number(text)) ? text : +text;
}

function range(options: Omit<NumberOptions, keyof Described<0>>) {
  const { min, max, above, multipleOf } = options;
  const parts: string[] = [];
  if (multipleOf !== undefined) parts.push(`divisible by ${multipleOf}`);
  if (above !== undefined) parts.push(`above ${above}`);
  if (min !== undefined) parts.push(`of at least ${min}`);
  if (max !== undefined) parts.push(`of at most ${max}`);
  const allows = (value: number) =>
    !(value < (min ?? -Infinity)) && !(value > (max ?? Infinity)) &&
    !(value <= (above ?? -Infinity)) &&
    (multipleOf === undefined || value % multipleOf === 0);
  return { words: parts.length ? ` ${parts.join(" and ")}` : "", allows };
}

/**
 * A key that holds a finite number.
 *
 * @param options Default, description and range.
 * @returns The key.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { number } from "whisker";
 *
 * const rate = number({ default: 0.1, above: 0, description: "step size" });
 * assertEquals(rate.check(0.05), 0.05);
 * assertEquals(rate.check(0), undefined);
 * assertEquals(rate.rule, "a number above 0");
 * ```
 */
export function number(options: NumberOptions): Field<number> {
  const { words, allows } = range(options);
  return field(v.pipe(v.number(), v.finite(), v.check(allows)), {
    ...describe(options),
    rule: `a number${words}`,
    placeholder: "<number>",
    fromText: numberFromText,
  });
}

/**
 * A key that holds a whole number that a double holds exactly.
 *
 * @param options Default, description and range.
 * @returns The key.
 */
export function integer(options: NumberOptions): Field<number> {
  const { words, allows } = range(options);
  return field(v.pipe(v.number(), v.safeInteger(), v.check(allows)), {
    ...describe(options),
    rule: `a whole number${words}`,
    placeholder: "<integer>",
    fromText: numberFromText,
  });
}

/** The key that every configuration has: replicates differ in it alone. */
export const seedField: Field<number> = integer({
  default: 42,
  min: 0,
  description: "fixes everything random but the data",
});

/**
 * A key that holds a list of whole numbers, `128,64,32` as a flag.
 *
 * @param options Default, description and range.
 * @returns The key.
 */
export function integers(options: IntegersOptions): Field<readonly number[]> {
  const { minLength = 0 } = options;
  const { words, allows } = range(options);
  const list = v.pipe(
    v.array(v.pipe(v.number(), v.safeInteger(), v.check(allows))),
    v.minLength(minLength),
    v.readonly(),
  );
  const count = minLength > 0 ? `at least ${minLength} ` : "";
  return field(list, {
    ...describe(options),
    rule: `a list of ${count}whole numbers${words}`,
    placeholder: "<integer,…>",
    fromText: (text) => text.split(",").map(numberFromText),
  });
}

/**
 * A key that holds a text.
 *
 * @param options Default, description and what the text may be.
 * @returns The key.
 */
export function text(options: TextOptions): Field<string> {
  const { rule = "a text", allows = () => true } = options;
  return field(v.pipe(v.string(), v.check(allows)), {
    ...describe(options),
    rule,
    placeholder: options.placeholder ?? "<text>",
    fromText: (text) => text,
  });
}

/**
 * A key that holds several texts; its flag is given once for each.
 *
 * @param options Default, description and what the help calls one of them.
 * @returns The key.
 */
export function texts(
  options: Described<readonly string[]> & { readonly placeholder?: string },
): Field<readonly string[]> {
  return field(v.pipe(v.array(v.string()), v.readonly()), {
    ...describe(options),
    rule: options.placeholder ?? "a text",
    placeholder: options.placeholder ?? "<text>",
    repeats: true,
    fromText: (text) => text,
  });
}

/**
 * A key that holds a list of names, `model,dataset` as a flag.
 *
 * @param options Default, description and what the help calls the list.
 * @returns The key.
 */
export function names(
  options: Described<readonly string[]> & { readonly placeholder?: string },
): Field<readonly string[]> {
  const name = v.pipe(v.string(), v.nonEmpty());
  return field(v.pipe(v.array(name), v.readonly()), {
    ...describe(options),
    rule: "a list of names",
    placeholder: options.placeholder ?? "<name,…>",
    fromText: (text) => text.split(",").map((name) => name.trim()),
  });
}

/**
 * A key that holds one of several texts.
 *
 * @param options Default, description and the choices.
 * @returns The key.
 */
export function choice<const T extends string>(
  options: ChoiceOptions<T>,
): Field<T> {
  const names = options.choices.map((choice) => `"${choice}"`).join(", ");
  return field<T>(v.picklist(options.choices), {
    ...describe<T>(options),
    rule: options.choices.length > 1 ? `one of ${names}` : names,
    placeholder: `<${options.choices.join("|")}>`,
    fromText: (text) => text,
  });
}

/**
 * A key that holds some of several texts, at least one: `model,floor` as a flag.
 *
 * @param options Default, description and the choices.
 * @returns The key.
 */
export function choices<const T extends string>(
  options: ChoicesOptions<T>,
): Field<readonly T[]> {
  const known = options.choices.map((choice) => `"${choice}"`).join(", ");
  const list = v.pipe(
    v.array(v.picklist(options.choices)),
    v.minLength(1),
    v.readonly(),
  );
  return field<readonly T[]>(list, {
    ...describe<readonly T[]>(options),
    rule: `a list of ${known}`,
    placeholder: `<${options.choices.join(",")}>`,
    fromText: (text) => text.split(",").map((choice) => choice.trim()),
  });
}

/**
 * A key that is on or off; its flag stands alone.
 *
 * @param options Default and description.
 * @returns The key.
 */
export function toggle(options: Described<boolean>): Field<boolean> {
  return field(v.boolean(), {
    ...describe(options),
    rule: "true or false",
    placeholder: "",
    fromText: (text) =>
      text === "true" ? true : text === "false" ? false : text,
  });
}

function describe<T>(options: Described<T>): Described<T> {
  const { default: value, before, description } = options;
  return {
    default: value,
    description,
    ...(before === undefined ? {} : { before }),
  };
}

/** What every configuration has: replicates differ in this key alone. */
export interface Seeded {
  /** Fixes everything random but the data. */
  readonly seed: number;
}
