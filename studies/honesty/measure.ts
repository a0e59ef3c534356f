/**
 * `deno task honesty [TABLE ...]`: measures with many repeats how often intervals hold
 * the truth and verdicts err, and puts the tables into docs/statistics.md and
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

/** The tables of each page. */
const PAGES: Readonly<Record<string, Readonly<Record<string, MakeContent>>>> = {
  "statistics.md": { ...DESIGN_TABLES, ...CHOICE_TABLES, ...VERDICT_TABLES },
  "sweeps.md": SWEEP_TABLES,
};
const NAMES = Object.values(PAGES).flatMap((tables) => Object.keys(tables));

const command = defineCommand({
  name: "honesty",
  summary: "Simulate how often intervals and verdicts are right.",
  usage: ["[TABLE ...]"],
  notes: [
    "Repeats each comparison of made-up runs 20,000 times, or a part of that where " +
    "it takes long, and puts the tables into docs/statistics.md and docs/sweeps.md. " +
    `All of them take about half an hour: ${NAMES.join(", ")}.`,
  ],
  examples: ["deno task honesty", "deno task honesty crossed winner"],
  maxPositionals: Infinity,
  flags: {
    Flags: new ConfigSchema({
      repeats: integer({ default: N_REPEATS, min: 1, description: "how many" }),
    }),
  },
  async run({ flags: { repeats }, positionals }) {
    const names = positionals.length > 0 ? positionals : NAMES;
    const unknown = names.find((name) => !NAMES.includes(name));
    if (unknown) throw usageError(`There is no table ${unknown}`);
    for (const [page, tables] of Object.entries(PAGES)) {
      const contents: Record<string, string> = {};
      for (const name of names) {
        const make = tables[name];
        if (!make) continue;
        console.error(`\n${name}`);
        contents[name] = await make(repeats);
      }
      if (positionals.length === 0 && page === "statistics.md") {
        contents.repeats = describeRepeats(repeats);
      }
      // The page is read only now: meanwhile someone may have edited it.
      fillPage(`${DOCS}/${page}`, contents);
    }
    return {
      text: Object.keys(PAGES).map((page) => `docs/${page}`).join("\n"),
    };
  },
});
/** Says how well the shares are known. */
function describeRepeats(repeats: number): string {
  const error = percent(Math.sqrt(0.05 * 0.95 / repeats));
  return `Each share is that of ${repeats} repeats, so that 5 % is known to ` +
    `${error}, if its table\nnames no other number.`;
}

if (import.meta.main) main(command);
