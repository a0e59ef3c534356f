/**
 * The keys of a configuration. Each is defined once: its default, its allowed
 * values, its meaning; types, flags, help and validation follow from that.
 *
 * @module
 */

import * as v from "valibot";

/** One key of a configuration. */
export interface Field<T> {
  /** The value where none is given. */
  readonly default: T;
  /** The value of runs that are older than the key. */
  readonly before: T;
  /** How help shows the default, where the value itself would not tell. */
  readonly defaultText?: string;
  /** What the key means, in one line without a full stop. */
  readonly description: string;
  /** What the value may be, in words: `a whole number of at least 1`. */
  readonly rule: string;
  /** What help shows in place of the value: `<number>`; empty for a switch. */
  readonly placeholder: string;
  /** Whether the flag is given once for each of several values. */
  readonly repeats: boolean;
  /**
   * Turns the text of a flag into the value to check. Text of another kind is
   * returned as it is, and then fails the check.
   */
  readonly fromText: (text: string) => unknown;
  /** Checks a value: returns it frozen, or undefined if it breaks the rule. */
  readonly check: (value: unknown) => T | undefined;
}

/** The keys of a configuration `T`. */
export type Fields<T> = { readonly [K in keyof T]: Field<T[K]> };

/** The configuration with these keys. */
export type ConfigOf<F> = {
  readonly [K in keyof F]: F[K] extends Field<infer T> ? T : never;
};

/** What every key is made of. */
export interface Described<T> {
  /** The value where none is given. */
  readonly default: T;
  /**
   * How help shows the default, where the value itself would not tell: `off`
   * for a 0 that means so.
   */
  readonly defaultText?: string;
  /**
   * For a key that is added to an experiment that already has runs: the value
   * that was in effect in those; the default, if it is left out.
   */
  readonly before?: T;
  /** What the key means, in one line without a full stop. */
  readonly description: string;
}

/** What every key is made of whose default is nothing: false, no text. */
export type Optional<T> =
  & Omit<Described<T>, "default">
  & Partial<Pick<Described<T>, "default">>;

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
  /** The least number of elements. */
  readonly minLength?: number;
}

/** What a text may be. */
export interface TextOptions extends Optional<string> {
  /** What help shows in place of the value: `<file>`. */
  readonly placeholder?: string;
  /** What the text must be, in words; any text is allowed by default. */
  readonly rule?: string;
  /** Whether a text satisfies the rule. */
  readonly allows?: (text: string) => boolean;
}

/** What a list of choices may be. */
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

/** Makes a key of what all keys have, and what is particular to its kind. */
function makeField<T>(
  { default: value, before = value, description, defaultText }: Described<T>,
  schema: v.GenericSchema<unknown, T>,
  kind:
    & Pick<Field<T>, "rule" | "placeholder">
    & Partial<Pick<Field<T>, "repeats" | "fromText">>,
): Field<T> {
  const check = (value: unknown) => {
    const result = v.safeParse(schema, value);
    return result.success ? freezeList(result.output) : undefined;
  };
  const wrong = [value, before].find((value) => check(value) === undefined);
  if (wrong !== undefined) {
    throw new RangeError(
      `Wrong default of "${description}": it must be ${kind.rule}, ` +
        `not ${JSON.stringify(wrong)}`,
    );
  }
  return Object.freeze({
    default: freezeList(value),
    before: freezeList(before),
    description,
    ...(defaultText === undefined ? {} : { defaultText }),
    repeats: false,
    fromText: (text: string) => text,
    ...kind,
    check,
  });
}

/** Copies and freezes a list, as configurations share it. */
function freezeList<T>(value: T): T {
  return Array.isArray(value) ? Object.freeze([...value]) as T : value;
}

function parseNumber(text: string): unknown {
  return text.trim() === "" || Number.isNaN(Number(text)) ? text : Number(text);
}

function splitList(text: string): string[] {
  return text.split(",").map((item) => item.trim());
}

/** The range of a number: a check, and its words for a rule. */
function describeRange(
  { min, max, above, multipleOf }: Omit<NumberOptions, keyof Described<0>>,
): { readonly words: string; readonly allows: (value: number) => boolean } {
  const limits = [
    ...multipleOf === undefined ? [] : [`divisible by ${multipleOf}`],
    ...above === undefined ? [] : [`above ${above}`],
    ...min === undefined ? [] : [`of at least ${min}`],
    ...max === undefined ? [] : [`of at most ${max}`],
  ];
  return {
    words: limits.length > 0 ? ` ${limits.join(" and ")}` : "",
    allows: (value) =>
      value >= (min ?? -Infinity) && value <= (max ?? Infinity) &&
      value > (above ?? -Infinity) &&
      (multipleOf === undefined || value % multipleOf === 0),
  };
}

function quoteAll(choices: readonly string[]): string {
  return choices.map((choice) => `"${choice}"`).join(", ");
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
  const { words, allows } = describeRange(options);
  const schema = v.pipe(v.number(), v.finite(), v.check(allows));
  return makeField(options, schema, {
    rule: `a number${words}`,
    placeholder: "<number>",
    fromText: parseNumber,
  });
}

/**
 * A key that holds a whole number that a double holds exactly.
 *
 * @param options Default, description and range.
 * @returns The key.
 */
export function integer(options: NumberOptions): Field<number> {
  const { words, allows } = describeRange(options);
  const schema = v.pipe(v.number(), v.safeInteger(), v.check(allows));
  return makeField(options, schema, {
    rule: `a whole number${words}`,
    placeholder: "<integer>",
    fromText: parseNumber,
  });
}

/** What every configuration has: replicates differ in this key alone. */
export interface Seeded {
  /** Fixes everything random but the data. */
  readonly seed: number;
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
  const { words, allows } = describeRange(options);
  const item = v.pipe(v.number(), v.safeInteger(), v.check(allows));
  const list = v.pipe(v.array(item), v.minLength(minLength), v.readonly());
  const count = minLength > 0 ? `at least ${minLength} ` : "";
  return makeField(options, list, {
    rule: `a list of ${count}whole numbers${words}`,
    placeholder: "<integer,…>",
    fromText: (text) => text.split(",").map(parseNumber),
  });
}

/**
 * A key that holds a text.
 *
 * @param options Description, default (empty) and what the text may be.
 * @returns The key.
 */
export function text(options: TextOptions): Field<string> {
  const { rule = "a text", allows = () => true } = options;
  const { placeholder = "<text>" } = options;
  const schema = v.pipe(v.string(), v.check(allows));
  return makeField({ default: "", ...options }, schema, { rule, placeholder });
}

/**
 * A key that holds several texts; its flag is given once for each.
 *
 * @param options Description, default (none) and placeholder.
 * @returns The key.
 */
export function texts(
  options: Optional<readonly string[]> & { readonly placeholder?: string },
): Field<readonly string[]> {
  const { placeholder = "<text>" } = options;
  const rule = options.placeholder ?? "a text";
  const schema = v.pipe(v.array(v.string()), v.readonly());
  const kind = { rule, placeholder, repeats: true };
  return makeField({ default: [], ...options }, schema, kind);
}

/**
 * A key that holds a list of names, `model,dataset` as a flag.
 *
 * @param options Description, default (none) and placeholder.
 * @returns The key.
 */
export function names(
  options: Optional<readonly string[]> & { readonly placeholder?: string },
): Field<readonly string[]> {
  const name = v.pipe(v.string(), v.nonEmpty());
  const schema = v.pipe(v.array(name), v.readonly());
  return makeField({ default: [], ...options }, schema, {
    rule: "a list of names",
    placeholder: options.placeholder ?? "<name,…>",
    fromText: splitList,
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
  const { choices } = options;
  return makeField<T>(options, v.picklist(choices), {
    rule: (choices.length > 1 ? "one of " : "") + quoteAll(choices),
    placeholder: `<${choices.join("|")}>`,
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
  const { choices } = options;
  const list = v.pipe(
    v.array(v.picklist(choices)),
    v.minLength(1),
    v.readonly(),
  );
  return makeField<readonly T[]>(options, list, {
    rule: `a list of ${quoteAll(choices)}`,
    placeholder: `<${choices.join(",")}>`,
    fromText: splitList,
  });
}

/**
 * A key that is on or off; its flag stands alone.
 *
 * @param options Description and default (off).
 * @returns The key.
 */
export function toggle(options: Optional<boolean>): Field<boolean> {
  return makeField({ default: false, ...options }, v.boolean(), {
    rule: "true or false",
    placeholder: "",
    fromText: (text) =>
      text === "true" ? true : text === "false" ? false : text,
  });
}
