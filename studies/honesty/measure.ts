/**
 * `deno task honesty`: measures with many repeats how often intervals hold the
 * truth and verdicts err, and puts the tables into docs/statistics.md. Takes
 * some minutes.
 *
 * @module
 */

import { defineCommand, main } from "../../scripts/_command.ts";
import { fillPage, table } from "../../testing/page.ts";
import { EFFECTS, type Setting, simulate } from "./simulate.ts";

const N_REPEATS = 20_000;
const SEEDS = [3, 5, 10];
const ROWS = [2, 5, 10];
const PAGE = `${import.meta.dirname}/../../docs/statistics.md`;
const RUNS = "runs";

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

async function tally(setting: Partial<Setting>) {
  Deno.mkdirSync(RUNS, { recursive: true });
  const folder = Deno.makeTempDirSync({ dir: RUNS, prefix: ".honesty-" });
  try {
    return await simulate({ ...setting, nRepeats: N_REPEATS }, folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

async function measureCoverage(): Promise<string> {
  const rows: string[][] = [];
  for (const [name, effect] of Object.entries(EFFECTS)) {
    const row = [name];
    for (const nSeeds of SEEDS) {
      const { coverage } = await tally({ name, effect, nSeeds });
      row.push(percent(coverage));
    }
    console.error(row.join(" "));
    rows.push(row);
  }
  return table(["run means are", ...SEEDS.map((n) => `n = ${n}`)], rows);
}

async function measureVerdicts(isPaired: boolean): Promise<string> {
  const rows: string[][] = [];
  for (const nRows of ROWS) {
    const row = [`${nRows} rows`];
    for (const nSeeds of SEEDS) {
      const { baselineErrors, bestSetErrors } = await tally({
        nRows,
        nSeeds,
        isPaired,
      });
      row.push(percent(baselineErrors), percent(bestSetErrors));
    }
    console.error(row.join(" "));
    rows.push(row);
  }
  const headings = SEEDS.flatMap((
    n,
  ) => [`baseline, n = ${n}`, `best, n = ${n}`]);
  return table([isPaired ? "paired t" : "Welch t", ...headings], rows);
}

const command = defineCommand({
  name: "honesty",
  summary: "Simulate how often intervals and verdicts are right.",
  usage: [""],
  notes: [
    "Repeats each comparison of made-up runs 20,000 times, which takes some " +
    "minutes, and puts the tables into docs/statistics.md.",
  ],
  examples: ["deno task honesty"],
  flags: {},
  async run() {
    // The page is read only then: meanwhile someone may have edited it.
    fillPage(PAGE, {
      coverage: await measureCoverage(),
      paired: await measureVerdicts(true),
      welch: await measureVerdicts(false),
    });
    return { text: "docs/statistics.md" };
  },
});

if (import.meta.main) main(command);
