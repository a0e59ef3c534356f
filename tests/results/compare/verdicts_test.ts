import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertRejects,
} from "@std/assert";
import { formatCell } from "../../../results/compare/cells.ts";
import type { CompareOptions } from "../../../results/compare/comparison.ts";
import { OptionError } from "../../../results/database/option_error.ts";
import { sortByStart } from "../../../results/compare/verdicts.ts";
import { render } from "../../../results/tables/render.ts";
import { skipUnlessGranted } from "../../../testing/helpers.ts";
import type { MadeRun } from "../../../testing/runs.ts";
import { compareRuns, firstCells, replicates } from "../../../testing/made.ts";
import { result } from "../../../testing/comparisons.ts";
import { MODELS } from "../../../testing/tables.ts";

skipUnlessGranted("files");

const FIVE = MODELS.slice(0, 15);

Deno.test(
  "compare() tests rows against a baseline, and adjusts p over the column",
  async () => {
    const comparison = await compareRuns(FIVE, {
      baseline: ["model=identity"],
    });
    assertEquals(comparison.baseline, { name: "model=identity", row: 0 });
    const [base, mlp, copy] = firstCells(comparison)
      .map((cell) => cell!.comparison);
    assertEquals(base, undefined);
    if (!mlp || !("p" in mlp) || !copy || !("p" in copy)) throw "no verdict";
    // R: a <- c(.5,.7,.65,.8,.4); b <- c(1,1.2,1.1,1.3,1)
    //    t.test(a, b, paired = TRUE)
    assertAlmostEquals(mlp.difference, -0.51, 1e-12);
    assertAlmostEquals(mlp.p, 3.1442966633282303e-05, 1e-12);
    assertAlmostEquals(mlp.interval![0], -0.57800873806582564, 1e-9);
    assertAlmostEquals(mlp.pAdjusted, 2 * mlp.p, 1e-15);
    assertEquals([mlp.isResolved, copy.isResolved], [true, false]);
    assertEquals([mlp.test, mlp.pairs], ["paired t", 5]);
    assertEquals(copy.pAdjusted, copy.p);
  },
);

Deno.test(
  "compare() has no verdict where the baseline lacks the record",
  async () => {
    const [bare, ...others] = FIVE.slice(4, 10);
    const { records: _, ...without } = bare!;
    const [, mlp] = firstCells(
      await compareRuns([without, ...others], { baseline: ["model=identity"] }),
    );
    assertEquals(mlp!.comparison, {
      reason: "the baseline has no such record",
    });
  },
);

Deno.test(
  "compare() finds which direction is better by the name or by options",
  async () => {
    const runs = [[3, 3.1, 3.2], [5, 5.2, 5.1]].flatMap((values, row) =>
      values.map((mean, seed): MadeRun => ({
        id: `${row}${seed}`,
        config: { seed, row },
        records: ["loss", "accuracy", "sampling"].map((name) =>
          [{ name }, { mean, error: 1, n: 9 }] as const
        ),
      }))
    );
    const standings = async (options: CompareOptions) => {
      const { columns, rows } = await compareRuns(runs, options);
      return columns.map((column) =>
        rows.map(({ cells }) => cells.get(column.metadata)!.standing ?? "-")
          .join()
      );
    };
    assertEquals(await standings({}), ["worse,best", "best,worse", "-,-"]);
    assertEquals(
      await standings({
        lowerIsBetter: ["acc*"],
        higherIsBetter: ["sampling"],
      }),
      ["best,worse", "best,worse", "worse,best"],
    );
  },
);

Deno.test(
  "compare() ranks only rows whose records have equal fields with each other",
  async () => {
    const runs = ["a", "b"].flatMap((model, row) =>
      [1, 2, 3].map((seed): MadeRun => ({
        id: `${model}${seed}`,
        config: { seed, model },
        records: [1, 9].map((noise) => [
          { name: "loss", noise },
          result(noise * (row ? 5 : 1) + seed / 10 + row * seed / 7),
        ]),
      }))
    );
    const { rows, columns, groupKeys } = await compareRuns(runs, {
      rows: ["model", "noise"],
    });
    assertEquals(groupKeys, ["noise"]);
    assertEquals(
      rows.map(({ label, cells }) => {
        const { standing, versusBest } = cells.get(columns[0]!.metadata)!;
        return [label, standing, versusBest?.best];
      }),
      [
        ["model=a, noise=1", "best", undefined],
        ["model=a, noise=9", "best", undefined],
        ["model=b, noise=1", "worse", "model=a, noise=1"],
        ["model=b, noise=9", "worse", "model=a, noise=9"],
      ],
    );
    const alone = await compareRuns(runs.slice(0, 3), { rows: ["noise"] });
    assertEquals(alone.columns[0]!.unranked, "different settings");
  },
);

Deno.test("compare() ranks the rows of each dataset by themselves", async () => {
  const runs = replicates([
    [{ model: "a", dataset: "moons" }, [1, 1.1, 1.3]],
    [{ model: "b", dataset: "moons" }, [2, 2.2, 2.3]],
    [{ model: "a", dataset: "rings" }, [5, 5.1, 5.3]],
    [{ model: "b", dataset: "rings" }, [4, 4.2, 4.3]],
  ]);
  const standings = firstCells(await compareRuns(runs))
    .map((cell) => cell!.standing);
  assertEquals(standings, ["best", "worse", "worse", "best"]);
  const { columns } = await compareRuns(runs, { where: ["model=a"] });
  assertEquals(columns[0]!.unranked, "different settings");
});

Deno.test(
  "compare() has no verdict on a column whose rows have identical values",
  async () => {
    const runs = ["a", "b"].flatMap((model, row) =>
      [1, 2, 3].map((seed): MadeRun => ({
        id: `${model}${seed}`,
        config: { seed, model },
        records: [
          [{ name: "distance", source: "identity" }, result(seed)],
          [
            { name: "distance", source: "model" },
            result(seed + 9 * row + seed / 9 * row),
          ],
        ],
      }))
    );
    const { rows, columns } = await compareRuns(runs, {
      baseline: ["model=a"],
    });
    const [, other] = rows;
    assertEquals(
      columns.map((column) => {
        const { standing, comparison } = other!.cells.get(column.metadata)!;
        return [
          column.metadata.fields.source,
          standing,
          comparison !== undefined,
        ];
      }),
      [["identity", undefined, false], ["model", "worse", true]],
    );
    // And says why.
    assertEquals(columns.map(({ unranked }) => unranked), [
      "identical values",
      undefined,
    ]);
  },
);

Deno.test(
  "compare() does not rank too many rows, and says so",
  async () => {
    const many = replicates(
      Array.from({ length: 26 }, (_, rate) => [{ rate }, [1, 2, 4]] as const),
    ).flatMap((run) =>
      ["a", "b", "c", "d"].map((kind): MadeRun => ({
        ...run,
        id: `${run.id}${kind}`,
        config: { ...run.config, kind },
      }))
    );
    const { rows, warnings, ...rest } = await compareRuns(many);
    assertEquals(rows.length, 104);
    assertEquals(warnings, ["Rows are not ranked: 104 are more than 100"]);
    assertEquals(
      firstCells({ rows, warnings, ...rest })[0]!.standing,
      undefined,
    );
  },
);

/** Two rows with these losses; the runs last 25 seconds each. */
function makeTimed(minutes: readonly number[]): MadeRun[] {
  return ["a", "b"].flatMap((model, row) =>
    minutes.map((minute, seed): MadeRun => {
      const start = Date.UTC(2026, 10, 22, 9, minute, 30 * row);
      const at = (time: number) => new Date(time).toISOString();
      return {
        id: `${model}${seed}`,
        config: { seed, model },
        info: { startedAt: at(start), finishedAt: at(start + 25_000) },
        records: [[{ name: "loss" }, result(row + seed ** 2 / (9 + row))]],
      };
    })
  );
}

Deno.test("compare() sees that seeds were added, unless they were planned", async () => {
  const readMethod = async (
    minutes: number[],
    options: CompareOptions = {},
  ) => {
    const { columns } = await compareRuns(makeTimed(minutes), options);
    return columns[0]!.method!;
  };
  const added = [0, 1, 2, 9];
  assertEquals((await readMethod([0, 1, 2, 3])).kind, "fixed");
  assertEquals((await readMethod(added)).kind, "anytime");
  assertEquals((await readMethod(added, { planned: true })).kind, "fixed");
  assertEquals((await readMethod(added, { test: "sign-flip" })).kind, "fixed");
  const looks = await readMethod(added, { looks: [4, 8] });
  assertEquals([looks.kind, looks.alpha], ["looks", 0.025]);
  const asked = await readMethod([0, 1, 2, 3], { anytime: true });
  assertEquals(asked.kind, "anytime");
  await assertRejects(
    () => readMethod(added, { anytime: true, looks: [4] }),
    OptionError,
    "Cannot use `anytime`",
  );
});

Deno.test("compare() warns that exact tests do not hold where seeds were added", async () => {
  const readWarnings = async (minutes: number[], planned = false) => {
    const options = { test: "sign-flip", planned } as const;
    const { warnings } = await compareRuns(makeTimed(minutes), options);
    return warnings.filter((text) => text.startsWith("Seeds may have been"));
  };
  assertEquals((await readWarnings([0, 1, 2, 3])).length, 0);
  assertEquals((await readWarnings([0, 1, 2, 9])).length, 1);
  assertEquals((await readWarnings([0, 1, 2, 9], true)).length, 0);
});

Deno.test("compare() pairs other seeds in the order in which they started", async () => {
  const runs = makeTimed([0, 1, 2, 3]).map((run, i) =>
    i < 4 ? run : { ...run, config: { model: "b", seed: 90 - i } }
  );
  const { rows, columns } = await compareRuns(runs, {
    anytime: true,
    baseline: ["model=a"],
  });
  const verdict = rows[1]!.cells.get(columns[0]!.metadata)!.comparison;
  // By their seeds they would be the other way round, and differ much more.
  const differences = [0, 1, 4, 9].map((x) => 1 + x / 10 - x / 9);
  const mean = differences.reduce((sum, x) => sum + x) / 4;
  const squares = differences.reduce((sum, x) => sum + (x - mean) ** 2, 0);
  assert(verdict && "p" in verdict);
  assertAlmostEquals(verdict.error, Math.sqrt(squares / 12), 1e-12);
});

Deno.test("compare() shares α over the columns of a table if asked", async () => {
  const runs = FIVE.map((run) => ({
    ...run,
    records: [...run.records!, [{ name: "error" }, result(1)] as const],
  }));
  for (
    const [family, alpha] of [["column", 0.025], ["table", 0.0125]] as const
  ) {
    const { columns } = await compareRuns(runs, {
      family,
      baseline: ["model=identity"],
    });
    const loss = columns.find(({ heading }) => heading === "loss")!;
    assertEquals(loss.method!.alpha, alpha);
  }
});

Deno.test("compare() counts failed runs as what they are said to be worth", async () => {
  const failed = (status: "failed" | "interrupted", seed: number): MadeRun => ({
    id: `${status}${seed}`,
    config: { model: "mlp", seed },
    info: { status },
  });
  const runs = [...FIVE, failed("failed", 8), failed("interrupted", 9)];
  const [, without] = firstCells(await compareRuns(runs));
  assertEquals(without!.outside, "runs failed or were interrupted");
  const [, counted] = firstCells(await compareRuns(runs, { countFailedAs: 3 }));
  // Lower is better: a failed run is not worth less than those that completed.
  await assertRejects(
    () => compareRuns(runs, { countFailedAs: 0.5 }),
    OptionError,
    "Cannot count failed runs as 0.5 in loss: that is better than the mean",
  );
  assertEquals([counted!.result.n, counted!.outside], [7, undefined]);
  assertAlmostEquals(
    counted!.result.mean,
    (5 * without!.result.mean + 2 * 3) / 7,
    1e-12,
  );
});

Deno.test("sortByStart() puts failed runs that count where they started", async () => {
  const runs = makeTimed([0, 1, 2, 3]).map((run) =>
    run.id === "a2"
      ? { ...run, info: { ...run.info, status: "failed" as const } }
      : run
  );
  const cells = firstCells(await compareRuns(runs, { countFailedAs: 9 }));
  assertEquals([...sortByStart(cells[0]!).values()].indexOf(9), 2);
});

/** Runs of two rows, all of a sweep, with a long pause before the last seeds. */
function swept(
  sweep: NonNullable<NonNullable<MadeRun["info"]>["sweep"]>,
  names = [sweep.name],
): MadeRun[] {
  const losses = [1, 1.2, 0.9, 1.1, 1.3];
  return replicates([
    [{ rate: 1 }, losses],
    [{ rate: 2 }, losses.map((loss, i) => loss + 3 + i / 9)],
  ]).map((run, i) => {
    const at = `2026-11-22T1${i % 5 < 4 ? 2 : 8}:00:0${i % 5}.000Z`;
    const name = names[i % names.length]!;
    const times = { startedAt: at, finishedAt: at };
    return { ...run, info: { ...times, sweep: { ...sweep, name } } };
  });
}

Deno.test("compare() neither ranks nor tests the runs of a search", async () => {
  const mark = { name: "s", identity: "", role: "search" } as const;
  const options = { baseline: ["rate=1"], margin: "0.1" };
  const comparison = await compareRuns(swept(mark), options);
  const [column] = comparison.columns;
  assertEquals([column!.unranked, column!.method], ["a search", undefined]);
  for (const cell of firstCells(comparison)) {
    assertEquals([cell!.standing, cell!.comparison], [undefined, undefined]);
    assertEquals(cell!.margin, undefined);
  }
});

Deno.test("compare() knows from sweeps whether seeds were added", async () => {
  const readKind = async (runs: MadeRun[]) =>
    (await compareRuns(runs)).columns[0]!.method!.kind;
  const list = { name: "s", identity: "" };
  assertEquals(await readKind(swept(list)), "fixed");
  assertEquals(await readKind(swept({ ...list, role: "confirm" })), "fixed");
  // Two sweeps, one after the other.
  assertEquals(await readKind(swept(list, ["s", "t"])), "anytime");
  const added = { ...list, role: "until-resolved" } as const;
  const runs = swept(added).slice(0, 9);
  assertEquals(await readKind(runs), "anytime");
  // No comparison before it was of another kind.
  const text = await render(await compareRuns(runs), "table");
  assert(!text.includes("A comparison before"), text);
});

Deno.test("compare() tests and ranks no row from which runs lack the record", async () => {
  const rows = replicates([
    [{ model: "identity" }, [5, 5.1, 4.9, 5.05]],
    [{ model: "mlp" }, [1, 1.1, 0.9, 1.05]],
  ]);
  // The last run of the better row completed without its loss.
  const runs = rows.map((run) =>
    run.id === "b4" ? { ...run, records: [] } : run
  );
  const options = { baseline: ["model=identity"] };
  const [, mlp] = firstCells(await compareRuns(runs, options));
  assertEquals(mlp!.outside, "runs completed without this record");
  assertEquals(formatCell(mlp!).endsWith("(3 of 4)"), true);
  const verdict = mlp!.comparison!;
  assertEquals("p" in verdict && verdict.isWithheld, true);
  const counted = await compareRuns(runs, { ...options, countFailedAs: 6 });
  const [, other] = firstCells(counted);
  assertEquals([...other!.sample.values()], [1, 1.1, 0.9, 6]);
  assertEquals(other!.outside, undefined);
  assertEquals(formatCell(other!).includes("of"), false);
});

Deno.test("compare() tests rows against a baseline with the same fields only", async () => {
  const runs = ["a", "b"].flatMap((model, row) =>
    [1, 2, 3].map((seed): MadeRun => ({
      id: `${model}${seed}`,
      config: { seed, model },
      records: [
        ...[1, 9].map((noise) =>
          [
            { name: "loss", noise },
            result(noise * (row ? 5 : 1) + seed / 10 + row * seed / 7),
          ] as const
        ),
      ],
    }))
  );
  const options = { rows: ["model", "noise"], margin: "0.1" };
  const find = async (baseline: string[]) => {
    const comparison = await compareRuns(runs, { ...options, baseline });
    return firstCells(comparison).map((cell) => {
      const { comparison: verdict, margin } = cell!;
      return verdict && "p" in verdict ? verdict.test : [verdict, margin];
    });
  };
  const unlike = { reason: "the baseline has another noise" };
  assertEquals(await find(["model=a", "noise=1"]), [
    [undefined, undefined],
    [unlike, unlike],
    "paired t",
    [unlike, unlike],
  ]);
});
