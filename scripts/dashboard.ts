/**
 * `deno task dashboard`: serves a local page that follows runs.
 *
 * @module
 */

import { integer, toggle } from "../core/config/fields.ts";
import { parseFlags } from "../core/config/flags.ts";
import { ConfigError, ConfigSchema } from "../core/config/schema.ts";
import { quote } from "../core/utils/quote.ts";
import type { RunDatabase } from "../results/database/run_database.ts";
import {
  defineCommand,
  main,
  nameFlags,
  resolveFlags,
  usageError,
} from "./_command.ts";
import { compareRuns, comparisonFlags } from "./_compare.ts";
import { selectionFields } from "./_runs.ts";
import { listenForSignals } from "./_signals.ts";

const { strict: _, ...selection } = selectionFields;

const dashboardSchema = new ConfigSchema({
  ...selection,
  port: integer({
    default: 0,
    defaultText: "a free one",
    min: 0,
    max: 65_535,
    description: "the port on 127.0.0.1; one that is named must be granted",
  }),
  open: toggle({ description: "also print how to open the page" }),
  noToken: toggle({
    description: "no secret in the address: all users of the machine can ask",
  }),
});

const TOKEN_BYTES = 16;

const command = defineCommand({
  name: "dashboard",
  summary: "Serve a local page that follows runs while they train.",
  usage: ["[flags]"],
  notes: ["It prints its address, and serves until Ctrl-C."],
  examples: [
    "deno task dashboard",
    "deno task dashboard --runs studies/ablations/runs --where model=mlp",
  ],
  flags: { Dashboard: dashboardSchema },
  async run({ flags }) {
    const { signal, status } = listenForSignals();
    const { startDashboard } = await import(
      "../results/web/dashboard/dashboard.ts"
    );
    const token = flags.noToken
      ? ""
      : crypto.getRandomValues(new Uint8Array(TOKEN_BYTES)).toHex();
    const compare = (database: RunDatabase, query: URLSearchParams) =>
      compareByQuery(database, query, Deno.args);
    await using dashboard = startDashboard({ ...flags, token, compare });
    console.log(dashboard.address);
    console.error("Ctrl-C ends it.");
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    return status;
  },
});

/** Flags of `compare` that say where runs are, or how a terminal shows them. */
const FOREIGN_FLAGS = ["runs", "confirm", "strict"];

/** Compares the runs of the dashboard by flags from its page. */
async function compareByQuery(
  database: RunDatabase,
  query: URLSearchParams,
  args: readonly string[],
) {
  const foreign = FOREIGN_FLAGS.find((name) => query.has(name));
  if (foreign) {
    throw usageError(
      `Cannot use --${foreign} here: the dashboard compares the runs that it shows`,
    );
  }
  const given = [...query].map(([name, value]) =>
    name === "" ? value : `--${name}=${value}`
  );
  const parsed = parseFlags(given, Object.values(comparisonFlags));
  const [extra] = parsed.positionals;
  if (extra !== undefined) throw usageError(`Unexpected argument "${extra}"`);
  try {
    const flags = resolveFlags(parsed, comparisonFlags);
    const comparison = await compareRuns(flags, database);
    // Where the dashboard's runs are, and which of them it shows.
    const own = parseFlags(args, [dashboardSchema]).resolve(dashboardSchema);
    const words = [
      ...own.runs.filter((runs) => runs !== "runs")
        .flatMap((runs) => ["--runs", runs]),
      ...own.where.flatMap((condition) => ["--where", condition]),
      ...(own.since === "" || query.has("since") ? [] : ["--since", own.since]),
      ...[...query].flatMap(([name, value]) =>
        value === "true" ? [`--${name}`] : [`--${name}`, value]
      ),
    ];
    return {
      comparison,
      command: ["deno task compare", ...words.map(quote)].join(" "),
    };
  } catch (error) {
    throw new ConfigError([nameFlags(error as Error)]);
  }
}

if (import.meta.main) main(command);
