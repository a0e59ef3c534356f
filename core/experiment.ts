/**
 * What an experiment is: the interface through which any model is trained and
 * evaluated.
 *
 * @module
 */

import {
  type ConfigOf,
  type Field,
  type Seeded,
  seedField,
} from "./config/fields.ts";
import { ConfigSchema } from "./config/schema.ts";
import type { Run } from "./run/run.ts";
import type { MetricDeclaration } from "./store/metric_declaration.ts";
import { isInherited } from "./utils/json.ts";
import { MAX_KEYS } from "./store/limits.ts";

/** Keys of a configuration, each made by a function of `config/fields.ts`. */
// deno-lint-ignore no-explicit-any
export type AnyFields = Readonly<Record<string, Field<any>>>;

/** Warnings about a configuration, a sentence each. */
export type Warnings = readonly string[] | void;

/** What {@linkcode experiment} takes. */
export interface ExperimentDefinition<
  F extends AnyFields,
  G extends AnyFields,
> {
  /** The experiment's name, which its runs keep. */
  readonly name: string;
  /** What a result depends on. `seed` is added if it is not among the keys. */
  readonly config: F;
  /** What an evaluation depends on; nothing by default. */
  readonly evalConfig?: G;
  /** What is known of its metrics, by the names of their records. */
  readonly metrics?: Readonly<Record<string, MetricDeclaration>>;
  /**
   * Checks what the schema cannot before there is a run, for example that the data
   * can be read. Returns warnings, if any.
   */
  validate?(config: ConfigOf<F> & Seeded): Warnings | Promise<Warnings>;
  /** Trains one configuration, and saves in the run what evaluation needs. */
  train(config: ConfigOf<F> & Seeded, run: Run): unknown;
  /** Measures something on an already trained run. */
  evaluate?(
    config: ConfigOf<F> & Seeded,
    evalConfig: ConfigOf<G>,
    run: Run,
  ): unknown;
}

/** An experiment as scripts and tests use it: made by {@linkcode experiment}. */
export interface Experiment {
  /** The experiment's name, which its runs keep. */
  readonly name: string;
  /** The schema of what a result depends on. */
  readonly configSchema: ConfigSchema<Seeded>;
  /** The schema of what an evaluation depends on. */
  readonly evalConfigSchema: ConfigSchema<object>;
  /** What is known of its metrics, by the names of their records. */
  readonly metrics: Readonly<Record<string, MetricDeclaration>>;
  /** Checks what the schema cannot, before there is a run; gives warnings. */
  validate(config: Seeded): Promise<readonly string[]>;
  /** Trains one configuration. */
  train(config: Seeded, run: Run): Promise<void>;
  /** Measures something on a trained run; null if there is nothing to measure. */
  readonly evaluate:
    | ((config: Seeded, evalConfig: object, run: Run) => Promise<void>)
    | null;
}

const experiments = new WeakSet<object>();

/** Keys that make a flag. */
const KEY = /^[a-z]\w*$/;
/** What `--where`, `--help` and the files themselves mean by these names. */
const RESERVED = [
  ...["experiment", "status", "tag", "sweep", "schemaVersion", "help"],
];

/**
 * Defines an experiment. A file whose default export it is can be trained,
 * evaluated and compared: `deno task train --experiment FILE`.
 *
 * @param definition Its name, the keys of its configuration, and the functions
 * that train and evaluate.
 * @returns The experiment.
 * @throws {TypeError} If it has no name or no train, if a key was not made by one
 * of the functions for keys, or if Whisker itself uses its name.
 *
 * @example
 * ```ts
 * import { experiment, integer } from "whisker";
 *
 * export default experiment({
 *   name: "coin",
 *   config: {
 *     nTosses: integer({ default: 100, min: 1, description: "how many" }),
 *   },
 *   train(config, run) {
 *     const tosses = run.random("tosses");
 *     for (let i = 0; i < config.nTosses; i++) {
 *       run.meter.observe("heads", tosses.integer(2));
 *     }
 *     run.record({ name: "heads" }, run.meter.result("heads"));
 *   },
 * });
 * ```
 */
export function experiment<
  const F extends AnyFields,
  const G extends AnyFields = Record<never, never>,
>(definition: ExperimentDefinition<F, G>): Experiment {
  checkDefinition(definition);
  type Config = ConfigOf<F> & Seeded;
  const { name, config, evalConfig = {}, metrics = {}, evaluate } = definition;
  const made: Experiment = {
    name,
    metrics,
    configSchema: new ConfigSchema<Seeded>({ seed: seedField, ...config }),
    evalConfigSchema: new ConfigSchema<object>(evalConfig),
    async validate(config) {
      return await definition.validate?.(config as Config) ?? [];
    },
    async train(config, run) {
      await definition.train(config as Config, run);
    },
    evaluate: evaluate
      ? async (config, evalConfig, run) => {
        const settings = evalConfig as ConfigOf<G>;
        await evaluate.call(definition, config as Config, settings, run);
      }
      : null,
  };
  experiments.add(Object.freeze(made));
  return made;
}

/** Types are not checked when a file is run, so they are checked here. */
function checkDefinition(
  definition: ExperimentDefinition<AnyFields, AnyFields>,
): void {
  const { name, train, config, evalConfig = {} } = definition;
  const check = (isRight: boolean, what: string, rule: string) => {
    if (!isRight) throw new TypeError(`Cannot define ${what}: ${rule}`);
  };
  const hasName = typeof name === "string" && name !== "";
  check(hasName, "an experiment", "its name must be a text, and not empty");
  const whole = `experiment ${name}`;
  check(typeof train === "function", whole, "train must be a function");
  const nKeys = Object.keys(config).length;
  const limit = MAX_KEYS - 1; // The seed is a key as well.
  const limitRule = `a configuration may have at most ${limit} keys besides ` +
    `the seed; this one has ${nKeys}`;
  check(nKeys <= limit, whole, limitRule);
  for (const [key, field] of Object.entries({ ...config, ...evalConfig })) {
    const checkKey = (isRight: boolean, rule: string) =>
      check(isRight, `key "${key}" of ${whole}`, rule);
    checkKey(!RESERVED.includes(key), "Whisker itself uses this name");
    checkKey(!isInherited(key), "every object has a property of this name");
    checkKey(KEY.test(key), "it must begin with a small letter");
    const isField = typeof field?.check === "function";
    checkKey(isField, "it must be made by number, integer, text, choice, …");
    const isDescribed = typeof field.description === "string";
    checkKey(isDescribed, "it must have a description");
  }
}

/** Whether a value was made by {@linkcode experiment}. */
export function isExperiment(value: unknown): value is Experiment {
  return experiments.has(value as object);
}
