/**
 * The keys of a configuration. Each is defined once: its default, its allowed
 * values, its meaning; types, flags, help and validation follow from that.
 *
 * @module
 */

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

/** One key of a configuration. */
export interface Field<T> extends Described<T> {
  /** The value of runs that are older than the key. */
  readonly before: T;
  /** What the value may be, in words: `a whole number of at least 1`. */
  readonly rule: string;
  /** What help shows in place of the value: `<number>`; empty for a switch. */
  readonly placeholder: string;
  /** The choices, if it is a choice. */
  readonly choices?: readonly string[];
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

/** The same for keys whose default may be left out: false, or no text. */
export type Optional<T> =
  & Omit<Described<T>, "default">
  & Partial<Pick<Described<T>, "default">>;

/** What {@linkcode number} and {@linkcode integer} take. */
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

/** What {@linkcode integers} takes. */
export interface IntegersOptions extends Described<readonly number[]> {
  /** The least value that an element may have. */
  readonly min?: number;
  /** The least number of elements. */
  readonly minLength?: number;
}

/** What {@linkcode text} takes. */
export interface TextOptions extends Optional<string> {
  /** What help shows in place of the value: `<file>`. */
  readonly placeholder?: string;
  /** What the text must be, in words; any text is allowed by default. */
  readonly rule?: string;
  /** Whether a text satisfies the rule. */
  readonly allows?: (text: string) => boolean;
}

/** What {@linkcode choice} and {@linkcode choices} take. */
export interface ChoiceOptions<T extends string, Chosen = NoInfer<T>>
  extends Described<Chosen> {
  /** All that may be chosen. */
  readonly choices: readonly T[];
}

/** Checks that a value is of a type and satisfies a rule. */
type Is<T> = (value: unknown) => value is T;

const isString = (value: unknown) => typeof value === "string";

function isListOf<T>(isItem: Is<T>, minLength = 0): Is<readonly T[]> {
  return (value): value is readonly T[] =>
    Array.isArray(value) && value.length >= minLength &&
    // Including holes, which every() skips.
    Array.from(value).every(isItem);
}

function isOneOf<T extends string>(choices: readonly T[]): Is<T> {
  return (value): value is T => choices.includes(value as T);
}

/** Makes a key of what all keys have, and what is particular to its kind. */
function makeField<T>(
  { default: value, before = value, description, defaultText }: Described<T>,
  is: Is<T>,
  kind: Pick<Field<T>, "rule" | "placeholder"> & Partial<Field<T>>,
): Field<T> {
  const check = (value: unknown) => {
    if (!is(value)) return undefined;
    // The caller's own list stays as it is.
    return Object.freeze((Array.isArray(value) ? [...value] : value) as T);
  };
  const checkDefault = (value: T) => {
    const checked = check(value);
    if (checked !== undefined) return checked;
    throw new RangeError(
      `Wrong default of "${description}": it must be ${kind.rule}, ` +
        `not ${JSON.stringify(value)}`,
    );
  };
  return Object.freeze({
    default: checkDefault(value),
    before: checkDefault(before),
    description,
    ...(defaultText === undefined ? {} : { defaultText }),
    repeats: false,
    fromText: (text: string) => text,
    ...kind,
    check,
  });
}

function parseNumber(text: string): unknown {
  return text.trim() === "" || Number.isNaN(Number(text)) ? text : Number(text);
}

function splitList(text: string): string[] {
  return text.split(",").map((item) => item.trim());
}

/** The check of numbers within limits, and its rule in words. */
function limitNumbers(
  noun: string,
  isKind: (value: unknown) => boolean,
  { min, max, above, multipleOf }: Omit<NumberOptions, keyof Described<0>>,
): { readonly is: Is<number>; readonly rule: string } {
  const words = [
    multipleOf === undefined ? [] : `divisible by ${multipleOf}`,
    above === undefined ? [] : `above ${above}`,
    min === undefined ? [] : `of at least ${min}`,
    max === undefined ? [] : `of at most ${max}`,
  ].flat();
  return {
    is: (value): value is number =>
      typeof value === "number" && isKind(value) &&
      (multipleOf === undefined || value % multipleOf === 0) &&
      (above === undefined || value > above) &&
      (min === undefined || value >= min) &&
      (max === undefined || value <= max),
    rule: `${noun} ${words.join(" and ")}`.trimEnd(),
  };
}

function quoteAll(choices: readonly string[]): string {
  return choices.map((choice) => `"${choice}"`).join(", ");
}

/**
 * A key that holds a finite number.
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
  const { is, rule } = limitNumbers("a number", Number.isFinite, options);
  return makeField(options, is, {
    rule,
    placeholder: "<number>",
    fromText: parseNumber,
  });
}

/** A key that holds a whole number that a double holds exactly. */
export function integer(options: NumberOptions): Field<number> {
  const noun = "a whole number";
  const { is, rule } = limitNumbers(noun, Number.isSafeInteger, options);
  return makeField(options, is, {
    rule,
    placeholder: "<integer>",
    fromText: parseNumber,
  });
}

/** A configuration with a seed, as every one has. */
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

/** A key that holds a list of whole numbers, `128,64,32` as a flag. */
export function integers(options: IntegersOptions): Field<readonly number[]> {
  const { minLength = 0 } = options;
  const count = minLength > 0 ? `at least ${minLength} ` : "";
  const noun = `a list of ${count}whole numbers`;
  const { is, rule } = limitNumbers(noun, Number.isSafeInteger, options);
  return makeField(options, isListOf(is, minLength), {
    rule,
    placeholder: "<integer,…>",
    fromText: (text) => text.split(",").map(parseNumber),
  });
}

/** A key that holds a text. */
export function text(options: TextOptions): Field<string> {
  const { rule = "a text", allows = () => true } = options;
  const { placeholder = "<text>" } = options;
  const is = (value: unknown): value is string =>
    isString(value) && allows(value);
  return makeField({ default: "", ...options }, is, { rule, placeholder });
}

/** A key that holds several texts; its flag is given once for each. */
export function texts(
  options: Optional<readonly string[]> & { readonly placeholder?: string },
): Field<readonly string[]> {
  const { placeholder = "<text>" } = options;
  const rule = options.placeholder ?? "a text";
  const kind = { rule, placeholder, repeats: true };
  return makeField({ default: [], ...options }, isListOf(isString), kind);
}

/** A key that holds a list of names, `model,dataset` as a flag. */
export function names(
  options: Optional<readonly string[]> & { readonly placeholder?: string },
): Field<readonly string[]> {
  const isName = (value: unknown): value is string =>
    isString(value) && value !== "";
  return makeField({ default: [], ...options }, isListOf(isName), {
    rule: "a list of names",
    placeholder: options.placeholder ?? "<name,…>",
    fromText: splitList,
  });
}

/** Returns what may be chosen; also code without types learns how to say it. */
function checkChoices<T extends string>(
  { choices }: Pick<ChoiceOptions<T>, "choices">,
): readonly T[] {
  if (Array.isArray(choices)) return choices;
  throw new TypeError(
    "Cannot make a key of choices: write choice({ choices: [...], default, " +
      "description })",
  );
}

/** A key that holds one of several texts. */
export function choice<const T extends string>(
  options: ChoiceOptions<T>,
): Field<T> {
  const choices = checkChoices(options);
  return makeField<T>(options, isOneOf(choices), {
    choices,
    rule: (choices.length > 1 ? "one of " : "") + quoteAll(choices),
    placeholder: `<${choices.join("|")}>`,
  });
}

/** A key that holds some of several texts, at least one: `model,floor` as a flag. */
export function choices<const T extends string>(
  options: ChoiceOptions<T, readonly NoInfer<T>[]>,
): Field<readonly T[]> {
  const choices = checkChoices(options);
  const list = isListOf(isOneOf(choices), 1);
  return makeField<readonly T[]>(options, list, {
    rule: `a list of ${quoteAll(choices)}`,
    placeholder: `<${choices.join(",")}>`,
    fromText: splitList,
  });
}

const SWITCH = new Map([["true", true], ["false", false]]);

/** A key that is on or off; its flag stands alone. */
export function toggle(options: Optional<boolean>): Field<boolean> {
  const isBoolean = (value: unknown) => typeof value === "boolean";
  return makeField({ default: false, ...options }, isBoolean, {
    rule: "true or false",
    placeholder: "",
    fromText: (text) => SWITCH.get(text) ?? text,
  });
}
