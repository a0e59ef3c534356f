import { assertAlmostEquals, assertEquals, assertMatch } from "@std/assert";
import {
  ROOT,
  runScript,
  skipUnlessGranted,
  tempRuns,
} from "../../testing/helpers.ts";

skipUnlessGranted("scripts");

const EXAMPLE = "--experiment=examples/least_squares.ts";

// Rscript -e 'd <- datasets::faithful;
//   cat(sprintf("%.6f\n", mean(resid(lm(waiting ~ eruptions, d))^2)))'
const SQUARED_ERROR_OF_ALL = 34.718335;

Deno.test(
  "examples/least_squares.ts trains, is evaluated and compared",
  async () => {
    using runs = tempRuns();
    const run = async (script: string, ...args: string[]) => {
      const all = [`--runs=${runs.path}`, ...args];
      const { code, stdout, stderr } = await runScript(script, all);
      assertEquals(code, 0, stderr);
      return stdout;
    };
    for (const degree of [0, 1, 2]) {
      await run("train", EXAMPLE, `--degree=${degree}`);
      await run("eval", EXAMPLE);
    }
    const table = await run("compare");
    assertMatch(
      table,
      /^run +degree +squared-error\/held-out +squared-error\/train$/m,
    );
    const { rows } = JSON.parse(await run("compare", "--format=json"));
    const errors = rows.map((
      row: { cells: Record<string, { mean: number }> },
    ) => row.cells["squared-error/train"]!.mean);
    // Least squares on four fifths of the rows is near least squares on all.
    assertAlmostEquals(errors[1], SQUARED_ERROR_OF_ALL, 2);
    assertEquals(errors.toSorted((a: number, b: number) => b - a), errors);
  },
);

Deno.test(
  "examples/least_squares.ts fits what R fits to the same rows",
  async () => {
    const { default: leastSquares } = await import(
      "../../examples/least_squares.ts"
    );
    using runs = tempRuns();
    const { trainRun } = await import("../../core/run/lifecycle.ts");
    const { globalConfigSchema } = await import(
      "../../core/config/global_config.ts"
    );
    const config = leastSquares.configSchema.parse({ nEpochs: 400 });
    const { runPath } = await trainRun(leastSquares, {
      config,
      globals: globalConfigSchema.parse({ runs: `${ROOT}/${runs.path}` }),
      print: () => {},
    });
    const { weights } = JSON.parse(
      Deno.readTextFileSync(`${runPath}/model/weights.json`),
    );
    // In standard units a line goes through the origin, and its slope is the
    // correlation: the normal equations, on the same rows.
    const { RandomStream, readTable, computeScaling, splitTable, standardise } =
      await import("../../core/mod.ts");
    const table = readTable(`${ROOT}/core/data/faithful.csv`);
    const { train } = splitTable(table, new RandomStream(0, "split"));
    const { values, nRows } = standardise(train, computeScaling(train));
    let product = 0;
    for (let i = 0; i < nRows; i++) {
      product += values[2 * i]! *
        values[2 * i + 1]!;
    }
    assertAlmostEquals(weights[0], 0, 0.005);
    assertAlmostEquals(weights[1], product / (nRows - 1), 0.005);
  },
);
