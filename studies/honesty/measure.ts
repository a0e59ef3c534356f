/**
 * `deno task honesty [TABLE ...]`: measures with many repeats how often intervals hold
 * the truth and verdicts err, and puts the tables into docs/honesty.md and
 * docs/sweeps.md. All of them take about half an hour.
 *
 * @module
 */

import { integer } from "../../core/config/fields.ts";
import { ConfigSchema } from "../../core/config/schema.ts";
import { defineCommand, main, usageError } from "../../scripts/_command.ts";
import { fillPage } from "../../testing/page.ts";
import { CHOICE_TABLES } from "./choice_tables.ts";
import { DESIGN_TABLES } from "./design_tables.ts";
import { SWEEP_TABLES } from "./sweep_tables.ts";
import { type MakeContent, percent } from "./tables.ts";
import { VERDICT_TABLES } from "./verdict_tables.ts";

const N_REPEATS = 20_000;
const DOCS = `${import.meta.dirname}/../../docs`;

const TABLES: Readonly<Record<string, MakeContent>> = {
  ...DESIGN_TABLES,
  ...CHOICE_TABLES,
  ...VERDICT_TABLES,
  ...SWEEP_TABLES,
};

const command = defineCommand({
  name: "honesty",
  summary: "Simulate how often intervals and verdicts are right.",
  usage: ["[TABLE ...]"],
  notes: [
    "Repeats each comparison of made-up runs 20,000 times, or a part of that where " +
    "it takes long, and puts the tables into docs/honesty.md and docs/sweeps.md. All " +
    `of them take about half an hour: ${Object.keys(TABLES).join(", ")}.`,
  ],
  examples: ["deno task honesty", "deno task honesty crossed winner"],
  maxPositionals: Infinity,
  flags: {
    Flags: new ConfigSchema({
      repeats: integer({ default: N_REPEATS, min: 1, description: "how many" }),
    }),
  },
  async run({ flags: { repeats }, positionals }) {
    const names = positionals.length > 0 ? positionals : Object.keys(TABLES);
    const unknown = names.find((name) => !Object.hasOwn(TABLES, name));
    if (unknown) throw usageError(`There is no table ${unknown}`);
    for (const name of names) {
      console.error(`\n${name}`);
      const content = await TABLES[name]!(repeats);
      const page = name in SWEEP_TABLES ? "sweeps.md" : "honesty.md";
      fillPage(`${DOCS}/${page}`, { [name]: content });
    }
    if (positionals.length === 0) {
      const error = percent(Math.sqrt(0.05 * 0.95 / repeats));
      fillPage(`${DOCS}/honesty.md`, {
        repeats: `Each share is that of ${repeats} repeats, so that 5 % is ` +
          `known to ${error}, if its table\nnames no other number.`,
      });
    }
    return { text: "docs/honesty.md\ndocs/sweeps.md" };
  },
});
if (import.meta.main) main(command);
