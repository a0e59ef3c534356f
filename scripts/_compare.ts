/**
 * What the commands that compare runs share: their flags, and the comparison.
 *
 * @module
 */

import { choice, names, number, text, texts } from "../core/config/fields.ts";
import { ConfigSchema } from "../core/config/schema.ts";
import { AGGREGATES, ALPHA, TESTS } from "../results/statistics/estimate.ts";
import type { Comparison } from "../results/compare/comparison.ts";
import { type Format, FORMATS } from "../results/tables/render.ts";
import type { FlagValues } from "./_command.ts";
import { selectionFields } from "./_runs.ts";

/** The flags of comparisons, as help lists them. */
export const comparisonFlags = {
  Runs: new ConfigSchema({
    ...selectionFields,
    metric: texts({
      placeholder: "<glob>",
      defaultText: "all but time/*",
      description: "only records whose name matches; repeatable",
    }),
    nuisance: names({
      placeholder: "<key,…>",
      description: "keys besides seed in which replicates may differ",
    }),
  }),
  Statistics: new ConfigSchema({
    ci: number({
      default: 0,
      defaultText: "off",
      min: 0,
      max: 99.99,
      description:
        "confidence intervals of this many % instead of standard errors",
    }),
    aggregate: choice({
      default: "mean",
      choices: AGGREGATES,
      description: "how several runs are summarised",
    }),
    baseline: texts({
      placeholder: "<key=value>",
      description: "verdicts against the row with this value; repeatable",
    }),
    test: choice({
      default: "t",
      choices: TESTS,
      description: "paired and Welch's t, or exact permutations",
    }),
    alpha: number({
      default: ALPHA,
      above: 0,
      max: 0.5,
      description: "the largest chance of a false verdict in a column",
    }),
    lowerIsBetter: texts({
      placeholder: "<glob>",
      defaultText: "as declared",
      description: "records where less is better",
    }),
    higherIsBetter: texts({
      placeholder: "<glob>",
      defaultText: "as declared",
      description: "records where more is better",
    }),
  }),
  Table: new ConfigSchema({
    rows: names({
      placeholder: "<key,…>",
      defaultText: "all that differ",
      description: "keys that distinguish rows",
    }),
    cols: names({
      placeholder: "<key,…>",
      defaultText: "those of records",
      description: "keys that distinguish columns",
    }),
    relativeTo: texts({
      placeholder: "<key=value>",
      description: "ratios to the column with this value; repeatable",
    }),
    sort: text({
      placeholder: "<key|record>",
      description: "sort by this key or record; -key from high to low",
    }),
  }),
};

/** The flags of `compare`. */
export const compareFlags = {
  ...comparisonFlags,
  Output: new ConfigSchema({
    format: choice({
      default: "table",
      choices: FORMATS,
      description: "how to write the table",
    }),
  }),
};

/**
 * Compares runs.
 *
 * @param flags The values of the flags above, without those of the output for
 * people to read.
 * @returns The comparison.
 * @throws {ConfigError} If a flag is wrong.
 */
export async function compareRuns(
  flags: FlagValues<typeof comparisonFlags> & { readonly format?: Format },
): Promise<Comparison> {
  const { runs, strict: _, format = "table", ...options } = flags;
  const isForReaders = format !== "json" && format !== "csv";
  // Help does not wait for these.
  const { compare } = await import("../results/compare/compare.ts");
  const { RunDatabase } = await import("../results/database/run_database.ts");
  return await compare(new RunDatabase(...runs), { ...options, isForReaders });
}
