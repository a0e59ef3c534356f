/**
 * What the commands that compare runs share: their flags, and the comparison.
 *
 * @module
 */

import {
  choice,
  type Field,
  integers,
  names,
  number,
  text,
  texts,
  toggle,
} from "../core/config/fields.ts";
import { ConfigSchema } from "../core/config/schema.ts";
import {
  AGGREGATES,
  ALPHA,
  FAMILIES,
  MIN_COUNT,
  TESTS,
} from "../results/statistics/estimate.ts";
import type { Comparison } from "../results/compare/comparison.ts";
import type { RunDatabase } from "../results/database/run_database.ts";
import { parseWidth } from "../results/tables/latex_fit.ts";
import { FORMATS } from "../results/tables/render.ts";
import { type FlagValues, usageError } from "./_command.ts";
import { allField, MAX_ROWS, selectionFields } from "./_runs.ts";

/** A switch that cannot be given as false: another says that. */
function onlyOn(opposite: string): Pick<Field<boolean>, "rule" | "fromText"> {
  return {
    rule: `true (the opposite is ${opposite})`,
    fromText: (text) => text === "true" ? true : text,
  };
}

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
    across: text({
      placeholder: "<key>",
      description: "each value of this key gives one value of a row: dataset",
    }),
    confirm: texts({
      placeholder: "<dir>",
      description: "confirming runs, compared alone in place of --runs",
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
      description:
        "verdicts against this row; repeat it to name one row by several keys",
    }),
    margin: text({
      placeholder: "<d|p%>",
      description: "the smallest difference from the baseline that matters",
    }),
    detect: number({
      default: 0,
      defaultText: "off",
      min: 0,
      description: "how many seeds detect this difference",
    }),
    variance: toggle({
      description: "which shares of the variance seeds and other keys have",
    }),
    test: choice({
      default: "t",
      choices: TESTS,
      description: "t tests, or exact permutations",
    }),
    anytime: {
      ...toggle({
        defaultText: "as the runs show",
        description: "verdicts hold although seeds were added to reach one",
      }),
      // Off is not the default: without it, what the runs show decides.
      ...onlyOn("--planned"),
    },
    planned: {
      ...toggle({ description: "the number of seeds was fixed in advance" }),
      ...onlyOn("--anytime"),
    },
    looks: integers({
      default: [],
      defaultText: "one",
      min: MIN_COUNT,
      description: "check verdicts only at these numbers of seeds",
    }),
    alpha: number({
      default: ALPHA,
      above: 0,
      max: 0.5,
      description: "the largest chance of a false verdict in a family",
    }),
    family: choice({
      default: "column",
      choices: FAMILIES,
      description: "which verdicts share that chance",
    }),
    countFailedAs: text({
      placeholder: "<number>",
      defaultText: "none",
      rule: "a number",
      allows: (value) => value === "" || Number.isFinite(Number(value)),
      description:
        "one value of runs without a result, for all columns shown (see --metric)",
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
      description:
        "ratios to this column; repeat it to name one by several keys",
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
    all: allField,
  }),
  LaTeX: new ConfigSchema({
    caption: text({
      placeholder: "<text>",
      defaultText: "none, and no float",
      description: "make the table a float with this caption",
    }),
    label: text({
      placeholder: "<label>",
      rule: "letters, digits and : . _ -",
      allows: (label) => /^[A-Za-z0-9:._-]*$/.test(label),
      description: "what \\ref calls the table",
    }),
    width: text({
      default: "column",
      placeholder: "<width>",
      rule: "column, text, or a length in in, cm, mm or pt",
      allows: (width) => parseWidth(width) !== undefined,
      description:
        "how wide it may be: column (3.25 in), text (5.5 in), or 12cm",
    }),
    siunitx: toggle({
      description: "align numbers by their points, with siunitx",
    }),
  }),
};

/** Refuses flags of LaTeX for other formats, where they would do nothing. */
function checkLatexFlags(
  { format, ...flags }: Partial<FlagValues<typeof compareFlags>>,
): void {
  const { caption, label, width = "column", siunitx } = flags;
  const given = caption
    ? "--caption"
    : label
    ? "--label"
    : width !== "column"
    ? "--width"
    : siunitx
    ? "--siunitx"
    : undefined;
  if (given && format !== "latex") {
    throw usageError(`Cannot use ${given} without --format latex`);
  }
  if (label && !caption) {
    throw usageError(
      "Cannot use --label without --caption: \\ref finds the number of a caption",
    );
  }
}

/**
 * Compares runs.
 *
 * @param flags The values of the flags above; those of the output may be missing.
 * @param database The runs, where they were read already.
 * @returns The comparison.
 * @throws {ConfigError} If a flag is wrong.
 */
export async function compareRuns(
  flags:
    & FlagValues<typeof comparisonFlags>
    & Partial<FlagValues<typeof compareFlags>>,
  database?: RunDatabase,
): Promise<Comparison> {
  checkLatexFlags(flags);
  const { format = "table", all = true, ...others } = flags;
  const { runs, confirm, strict: _, ...rest } = others;
  const { countFailedAs } = rest;
  const isForReaders = format !== "json" && format !== "csv";
  // Help does not wait for these.
  const { compare } = await import("../results/compare/compare.ts");
  const { RunDatabase } = await import("../results/database/run_database.ts");
  const options = {
    ...rest,
    countFailedAs: countFailedAs === "" ? undefined : Number(countFailedAs),
    isForReaders,
    ...(all || !isForReaders ? {} : { maxRows: MAX_ROWS }),
  };
  if (database) return await compare(database, options);
  if (confirm.length === 0) {
    return await RunDatabase.compute(
      runs,
      (database) => compare(database, options),
    );
  }
  const searched = RunDatabase.withIndex(...runs);
  const { checkFresh } = await import("../results/compare/confirm.ts");
  const confirming = RunDatabase.withIndex(...confirm);
  checkFresh(confirming, searched);
  return await compare(confirming, { ...options, confirms: runs });
}
