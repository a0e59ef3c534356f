import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertRejects,
} from "@std/assert";
import { History } from "../../../core/utils/history.ts";
import type { Problem } from "../../../core/utils/run_directory.ts";
import { groupReplicates } from "../../../results/compare/replicates.ts";
import { RunDatabase } from "../../../results/database.ts";
import {
  historiesOf,
  historyFigure,
  type HistoryOptions,
  measuresOf,
} from "../../../results/plots/history.ts";
import { svgOf } from "../../../results/plots/svg.ts";
import { tempFolder, testWith } from "../../_helpers.ts";
import { makeRun } from "../../_runs.ts";

type Line = Record<string, number | string>;

/** Makes runs of two rates, whose histories a function of rate and seed gives. */
function makeRuns(
  runs: string,
  linesOf: (rate: number, seed: number) => readonly Line[],
): void {
  for (const rate of [1, 2]) {
    for (const seed of rate === 1 ? [1, 2, 3] : [1]) {
      const path = makeRun(runs, {
        id: `r${rate}s${seed}`,
        config: { seed, rate },
      });
      using history = new History(path, `r${rate}s${seed}`);
      for (const line of linesOf(rate, seed)) history.append(line);
    }
  }
}

interface Drawn {
  readonly at: number;
  readonly label: string;
  readonly mean: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly told: string;
}

function readAll(runs: string, problems: Problem[] = []) {
  const groups = groupReplicates([...new RunDatabase(runs)], ["seed"]);
  return historiesOf(groups, ["seed"], problems);
}

async function draw(
  runs: string,
  options: Partial<HistoryOptions> = {},
  problems: Problem[] = [],
) {
  const { spec, left } = await historyFigure(readAll(runs, problems), {
    measure: "loss",
    ...options,
  });
  // deno-lint-ignore no-explicit-any
  const { data, encoding, layer } = spec as any;
  return { curve: data.values as Drawn[], encoding, layer, left, spec };
}

testWith(
  "files",
  "historyFigure() draws the mean of replicates with a band, and one run as it is",
  async () => {
    using folder = tempFolder();
    makeRuns(
      folder.path,
      (rate, seed) =>
        [1, 2].map((step) => ({ step, loss: 10 * rate + seed * step })),
    );
    const { curve, encoding, spec } = await draw(folder.path);
    assertEquals(encoding.x.title, "step");
    const [first, second, single] = curve;
    assertEquals([first!.label, first!.at, first!.mean], ["rate=1", 1, 12]);
    assertAlmostEquals(first!.high! - first!.mean!, 1 / Math.sqrt(3), 1e-12);
    assertEquals(second!.mean, 14);
    assertEquals([single!.label, single!.mean], ["rate=2", 21]);
    assert(Number.isNaN(single!.low));
    assertEquals(
      first!.told,
      "rate=1 · step 1: loss 12.00\n± 0.58 between-seed, n = 3",
    );
    const svg = await svgOf(spec);
    assert(svg.includes(">rate=1</text>") && svg.includes(">step</text>"));
    // R: 12 + qt(0.975, 2) / sqrt(3)
    const { curve: wide } = await draw(folder.path, { ci: 95 });
    assertEquals(wide[0]!.high!.toFixed(6), "14.484138");
  },
);

testWith(
  "files",
  "historyFigure() leaves a gap where a replicate is not finite",
  async () => {
    using folder = tempFolder();
    makeRuns(folder.path, (_, seed) =>
      [1, 2, 3].map((step) => ({
        step,
        loss: step === 2 && seed === 3 ? Infinity : seed,
      })));
    const { curve, spec, left } = await draw(folder.path);
    assertEquals(left, [
      "rate=1: loss is not finite at step 2 and maybe after",
    ]);
    assertEquals(curve.slice(0, 3).map(({ mean }) => mean), [2, null, 2]);
    assertEquals((await svgOf(spec)).includes("NaN"), false);
  },
);

testWith(
  "files",
  "historyFigure() gives a run one voice at each place, and thins what is long",
  async () => {
    using folder = tempFolder();
    makeRuns(
      folder.path,
      (_, seed) =>
        Array.from({ length: 3000 }, (_, index) => ({
          step: index + 1,
          epoch: 1 + (index >> 1),
          loss: index + seed,
        })),
    );
    const { curve } = await draw(folder.path, { x: "epoch" });
    // Of the two lines of an epoch the last, of three runs.
    assertEquals(curve[0]!.mean, 1 + 2);
    // Two curves of 240 parts, with a smallest and a largest value each.
    assert(curve.length <= 2 * 2 * 241, String(curve.length));
    assertEquals(curve.at(-1)!.at, 1500);
  },
);

testWith(
  "files",
  "historyFigure() has a legend entry for each curve, with a band or without",
  async () => {
    using folder = tempFolder();
    makeRuns(
      folder.path,
      (rate) => [1, 2].map((step) => ({ step, loss: rate })),
    );
    const svg = await svgOf((await draw(folder.path)).spec);
    // A row of three runs and one of a single run.
    assert(svg.includes(">rate=1</text>") && svg.includes(">rate=2</text>"));
  },
);

testWith(
  "files",
  "historyFigure() counts lines where they tell no step, and passes over texts",
  async () => {
    using folder = tempFolder();
    makeRuns(
      folder.path,
      (_, seed) =>
        seed === 3
          ? [{ loss: 5 }]
          : [{ loss: 1 }, { loss: "lost" }, { loss: 3, late: 1 }],
    );
    const { curve, encoding, left } = await draw(folder.path);
    assertEquals(encoding.x.title, "line");
    assertEquals(curve.slice(0, 2).map(({ at }) => at), [1, 3]);
    assertEquals(left, [
      "rate=1: at line 3 and maybe elsewhere the mean is of 2 of 3 runs",
    ]);
    assertEquals(measuresOf(readAll(folder.path)), ["loss", "late"]);
  },
);

testWith(
  "files",
  "historyFigure() says what it does not find, and what it cannot read",
  async () => {
    using folder = tempFolder();
    makeRuns(folder.path, () => [{ step: 1, loss: 1, "time/step": 2 }]);
    await assertRejects(
      () => draw(folder.path, { measure: "los" }),
      Error,
      "did you mean loss?",
    );
    await assertRejects(
      () => draw(folder.path, { x: "stp" }),
      Error,
      "did you mean step?",
    );
    Deno.writeTextFileSync(`${folder.path}/r1s2/metrics.jsonl`, "torn\nx\n");
    const problems: Problem[] = [];
    const { curve } = await draw(folder.path, {}, problems);
    assertEquals(problems.map(({ run }) => run), ["r1s2"]);
    assertEquals(curve[0]!.told.endsWith("n = 2"), true);
    assertEquals(measuresOf(readAll(folder.path)), ["loss"]);
  },
);

testWith(
  "files",
  "historyFigure() refuses more curves than can be told apart",
  async () => {
    using folder = tempFolder();
    for (let rate = 0; rate < 41; rate++) {
      const path = makeRun(folder.path, { id: `r${rate}`, config: { rate } });
      using history = new History(path, `r${rate}`);
      history.append({ step: 1, loss: rate });
    }
    await assertRejects(() => draw(folder.path), Error, "41 curves as 40 are");
  },
);
