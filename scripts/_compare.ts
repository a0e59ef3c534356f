/**
 * What the commands that compare runs share: their flags, and the comparison.
 *
 * @module
 */

import {
  choice,
  type Fields,
  names,
  number,
  text,
  texts,
} from "../core/config/fields.ts";
import {
  type HelpGroup,
  type ParsedFlags,
  parseFlags,
} from "../core/config/flags.ts";
import { ConfigSchema } from "../core/config/schema.ts";
import { AGGREGATES, ALPHA, TESTS } from "../results/statistics/estimate.ts";
import type { Comparison } from "../results/compare/comparison.ts";
import { type Format, FORMATS } from "../results/tables/render.ts";
import { checkPositionals, commonSchema } from "./_command.ts";
import { runsFlag, sinceFlag, strictFlag, whereFlag } from "./_runs.ts";

/** Which runs and records are compared. */
export const selectionSchema = new ConfigSchema({
  where: whereFlag,
  since: sinceFlag,
  metric: texts({
    default: [],
    placeholder: "<glob>",
    description: "only records with this name [default: all but time/*]",
  }),
  nuisance: names({
    default: [],
    placeholder: "<key,…>",
    description: "keys beside seed in which replicates may differ",
  }),
  runs: runsFlag,
  strict: strictFlag,
});

/** How they are summarised and tested. */
export const statisticsSchema = new ConfigSchema({
  ci: number({
    default: 0,
    min: 0,
    max: 99.99,
    description: "show confidence intervals of this %, not standard errors",
  }),
  aggregate: choice({
    default: "mean",
    choices: AGGREGATES,
    description: "how several runs are summarised",
  }),
  baseline: texts({
    default: [],
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
    description: "the chance of a false verdict in a column",
  }),
  lowerIsBetter: texts({
    default: [],
    placeholder: "<glob>",
    description: "records where less is better [default: as declared]",
  }),
  higherIsBetter: texts({
    default: [],
    placeholder: "<glob>",
    description: "records where more is better [default: as declared]",
  }),
});

/** How they are arranged. */
export const layoutSchema = new ConfigSchema({
  rows: names({
    default: [],
    placeholder: "<key,…>",
    description: "keys that tell rows apart [default: all that differ]",
  }),
  cols: names({
    default: [],
    placeholder: "<key,…>",
    description: "keys that tell columns apart [default: those of records]",
  }),
  relativeTo: texts({
    default: [],
    placeholder: "<key=value>",
    description: "ratios to the column with this value; repeatable",
  }),
  sort: text({
    default: "",
    placeholder: "<key|record>",
    description: "sort by this; -key from high to low",
  }),
});

/**
 * Takes some keys of a schema.
 *
 * @param schema The schema.
 * @param keys The names of the keys.
 * @returns A schema of these alone.
 */
export function pickFields<T extends object, K extends keyof T & string>(
  schema: ConfigSchema<T>,
  keys: readonly K[],
): ConfigSchema<Pick<T, K>> {
  const fields = keys.map((key) => [key, schema.field(key)]);
  return new ConfigSchema(Object.fromEntries(fields) as Fields<Pick<T, K>>);
}

const formatSchema = new ConfigSchema({
  format: choice({
    default: "table",
    choices: FORMATS,
    description: "how to write the table",
  }),
});

/** The flags of `compare`, as its help lists them. */
export const compareGroups: readonly HelpGroup[] = [
  { title: "Runs", schema: selectionSchema },
  { title: "Statistics", schema: statisticsSchema },
  { title: "Table", schema: layoutSchema },
  { title: "Output", schema: formatSchema },
];

/** A comparison as a command line asks for it. */
export interface ComparedRuns {
  /** The comparison. */
  readonly comparison: Comparison;
  /** How to write it. */
  readonly format: Format;
  /** Whether a damaged run is an error. */
  readonly strict: boolean;
}

/**
 * Compares runs as the command line of `compare` asks.
 *
 * @param args The arguments.
 * @returns The comparison, and how to write it.
 * @throws {ConfigError} If an argument is wrong.
 */
export async function compareRuns(
  args: readonly string[],
): Promise<ComparedRuns> {
  const schemas = compareGroups.map(({ schema }) => schema);
  const flags = parseFlags(args, [...schemas, commonSchema]);
  checkPositionals(flags.positionals, 0);
  const { format } = flags.resolve(formatSchema);
  const isForReaders = format !== "json" && format !== "csv";
  return { ...await compareByFlags(flags, isForReaders), format };
}

/**
 * Compares runs as flags of the three schemas above ask.
 *
 * @param flags The command line, taken apart with those schemas.
 * @param isForReaders Whether it is read by people, not programs.
 * @returns The comparison, and whether a damaged run is an error.
 * @throws {ConfigError} If a flag is wrong.
 */
export async function compareByFlags(
  flags: ParsedFlags,
  isForReaders = true,
): Promise<Omit<ComparedRuns, "format">> {
  const { runs, strict, ...selection } = flags.resolve(selectionSchema);
  const statistics = flags.resolve(statisticsSchema);
  const layout = flags.resolve(layoutSchema);
  const options = { ...selection, ...statistics, ...layout, isForReaders };
  // Help does not wait for this.
  const [{ compare }, { RunDatabase }] = await Promise.all([
    import("../results/compare/compare.ts"),
    import("../results/database/run_database.ts"),
  ]);
  const comparison = await compare(new RunDatabase(...runs), options);
  return { comparison, strict };
}
