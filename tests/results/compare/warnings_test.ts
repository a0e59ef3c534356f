import { assertEquals, assertMatch } from "@std/assert";
import type { RunInfo } from "../../../core/store/run_info.ts";
import type { CompareOptions } from "../../../results/compare/comparison.ts";
import { makeCrossed } from "../../../testing/grids.ts";
import { skipUnlessGranted } from "../../../testing/helpers.ts";
import { INFO, type MadeRun } from "../../../testing/runs.ts";
import {
  compareRuns,
  firstCells,
  replicates,
  startOf,
} from "../../../testing/made.ts";
import { METRICS, result } from "../../../testing/comparisons.ts";

skipUnlessGranted("files");

Deno.test(
  "compare() counts the runs that have a metric, if some lack it",
  async () => {
    const runs = replicates([[{ rate: 1 }, [1, 2, 3]], [{ rate: 2 }, [4, 5]]]);
    const { records: _, ...bare } = runs[1]!;
    const [some] = firstCells(
      await compareRuns([runs[0]!, bare, ...runs.slice(2)]),
    );
    assertEquals([some!.result.n, some!.runs.size], [2, 2]);
    assertEquals([...some!.sample.keys()], ["seed=1", "seed=3"]);
  },
);

Deno.test(
  "compare() warns of unequal counts and of mixed versions in a row",
  async () => {
    const runs = replicates([[{ rate: 1 }, [1, 2]], [{ rate: 2 }, [3]]]);
    runs[1] = {
      ...runs[1]!,
      info: {
        ...runs[1]!.info,
        versions: { whisker: "0.2.0", deno: "2.9.6" },
        engine: "wasm",
      },
    };
    const { warnings } = await compareRuns(runs);
    assertEquals(warnings, [
      "Rows have different numbers of runs: 1, 2",
      "The runs of rate=1 differ in whisker 0.1.0 and 0.2.0, " +
      "deno none and 2.9.6, engine none and wasm",
    ]);
    const { warnings: none } = await compareRuns(
      replicates([[{ rate: 1 }, [1, 2]]]),
    );
    assertEquals(none, []);
  },
);

Deno.test(
  "compare() warns of rows whose runs ran, or were resumed on, different code",
  async () => {
    const source = (letter: string) => ({
      source: { sha256: letter.repeat(64), files: 1, lock: null },
    });
    const session = { ...INFO, ...source("b"), at: INFO.startedAt };
    const warningsOf = async (info: Partial<RunInfo>) => {
      const runs = replicates([[{ rate: 1 }, [1, 2]], [{ rate: 2 }, [3, 4]]]);
      runs[0] = { ...runs[0]!, info: { ...runs[0]!.info, ...info } };
      return (await compareRuns(runs)).warnings;
    };
    // Of the other run nobody knows what it ran.
    assertEquals(await warningsOf(source("a")), []);
    assertEquals(await warningsOf({ ...source("a"), resumed: [session] }), [
      "The runs of rate=1 differ in source aaaaaaaaaaaa and bbbbbbbbbbbb",
    ]);
  },
);

Deno.test(
  "compare() warns of cells of a row that were measured in different ways",
  async () => {
    const warningsOf = async (nSamples: number, more: object = {}) =>
      (await compareRuns([{
        id: "a",
        info: METRICS,
        records: [
          [
            { name: "distance", source: "floor", nSamples: 50, ...more },
            result(1),
          ],
          [
            { name: "distance", source: "model", nSamples, nSteps: 5 },
            result(1),
          ],
        ],
      }], { rows: ["nSteps"], cols: ["source"] })).warnings;
    assertEquals(await warningsOf(800), [
      "Cells of a row were measured in different ways: nSteps=5: nSamples is " +
      "50, 800",
    ]);
    assertEquals(await warningsOf(50), []);
    assertEquals(await warningsOf(50, { reference: "held-out" }), [
      "Distances are to the same few rows",
    ]);
  },
);

Deno.test(
  "compare() warns of replicates that are not independent, and of lost records",
  async () => {
    const runs = [1, 2].flatMap((dataSeed) =>
      [1, 2].map((seed): MadeRun => ({
        id: `d${dataSeed}s${seed}`,
        config: { seed, dataSeed },
        records: [[{ name: "loss" }, result(seed + dataSeed)]],
      }))
    );
    const { warnings } = await compareRuns(runs, { nuisance: ["dataSeed"] });
    assertMatch(
      warnings[0]!,
      /not independent.*fewer than 3 values of dataSeed/,
    );
    const diagonal = await compareRuns([runs[0]!, runs[3]!], {
      nuisance: ["dataSeed"],
    });
    assertEquals(diagonal.warnings, []);
    const { records: _, ...bare } = runs[0]!;
    const again = { ...bare, id: "again", info: { startedAt: startOf(20) } };
    const lost = await compareRuns([runs[0]!, again]);
    assertEquals(lost.warnings, [
      "again lacks loss, which d1s1, superseded by it, has: evaluate again",
    ]);
  },
);

Deno.test("compare() warns of medians of runs on a grid, not of means", async () => {
  const warningsOf = async (options: CompareOptions) =>
    (await compareRuns(makeCrossed(), { nuisance: ["split"], ...options }))
      .warnings;
  assertEquals(await warningsOf({}), []);
  assertEquals(
    await warningsOf({ aggregate: "median" }),
    ["gru", "mlp"].map((model) =>
      `Runs of model=${model} are not independent, and errors may be too ` +
      "small: a median takes them for independent"
    ),
  );
});
