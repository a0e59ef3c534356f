import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { evaluateRun } from "../../core/run/evaluation.ts";
import { trainRun } from "../../core/run/lifecycle.ts";
import { integer } from "../../core/config/fields.ts";
import { globalConfigSchema } from "../../core/config/global_config.ts";
import { type Experiment, experiment } from "../../core/experiment.ts";
import { reproduceRun } from "../../core/run/reproduce.ts";
import { listRuns } from "../../core/store/find_run.ts";
import { isInUse } from "../../core/store/lock.ts";
import { ResultCollection, ScalarResult } from "../../core/utils/results.ts";
import {
  readEvaluations,
  writeEvaluation,
} from "../../core/store/evaluations.ts";
import { readRunInfo, writeRunInfo } from "../../core/store/run_info.ts";
import { readJsonFile, writeJsonFile } from "../../core/store/json_file.ts";
import { quiet } from "../../testing/coin.ts";
import { skipUnlessGranted, tempFolder } from "../../testing/helpers.ts";

skipUnlessGranted("scripts");

/** A walk of which something can be made to depend on more than its seed. */
function walk(
  beside: Partial<Record<"line" | "file" | "record", () => number>>,
) {
  const { line, file, record } = beside;
  return experiment({
    name: "walk",
    config: { nSteps: integer({ default: 5, min: 1, description: "steps" }) },
    evalConfig: {
      power: integer({ default: 1, min: 1, description: "of it" }),
    },
    async train({ nSteps }, run) {
      const noise = run.random("noise");
      for (let step = 1; step <= nSteps; step++) {
        run.meter.observe("x", noise.normal());
        await run.log({
          step,
          x: run.meter.mean("x") + (line?.() ?? 0),
          "time/step": performance.now(),
        });
      }
      run.writeJson("model/x.json", { x: noise.normal() + (file?.() ?? 0) });
      run.record({ name: "x" }, run.meter.result("x"));
      run.record({ name: "time/all" }, seconds());
    },
    evaluate(_config, { power }, run) {
      const mean = run.random("eval").normal() ** power + (record?.() ?? 0);
      run.record(
        { name: "y", power },
        new ScalarResult({ mean, error: NaN, n: 1 }),
      );
    },
  });
}

const seconds = () =>
  new ScalarResult({ mean: performance.now(), error: 1, n: 2 });

async function make(runs: string, experiment: Experiment, powers = [1, 3]) {
  const globals = globalConfigSchema.parse({ runs });
  const source = { sha256: "a".repeat(64), files: 1, lock: null };
  const keepSource = () => Promise.resolve(source);
  const options = { ...quiet, globals, keepSource };
  const config = experiment.configSchema.defaults;
  const { runPath, error } = await trainRun(experiment, { ...options, config });
  assertEquals(error, undefined);
  for (const power of powers) {
    const evalConfig = experiment.evalConfigSchema.parse({ power });
    await evaluateRun(experiment, { ...options, runPath, evalConfig });
  }
  const again = (experiment: Experiment) =>
    reproduceRun(runPath, {
      scratch: `${runs}/.scratch`,
      globals,
      loadCode: () =>
        Promise.resolve({
          experiment,
          trainRun: (experiment, options) =>
            trainRun(experiment, { ...options, keepSource }),
          evaluateRun,
        }),
    });
  return { runPath, again };
}

Deno.test(
  "reproduceRun() finds a run identical, but for times, in history, model and records",
  async () => {
    using folder = tempFolder();
    const { again, runPath } = await make(folder.path, walk({}));
    const before = listing(runPath);
    const reproduction = await again(walk({}));
    assertEquals(reproduction, {
      runId: readRunInfo(runPath).runId,
      isIdentical: true,
      difference: null,
      causes: [],
      compared: { lines: 5, files: 1, records: 3 },
      notCompared: [],
      omitted: [],
    });
    assertEquals(listing(runPath), before);
  },
);

Deno.test(
  "reproduceRun() compares the records of a run that was published without its bulk",
  async () => {
    using folder = tempFolder();
    const { again, runPath } = await make(folder.path, walk({}));
    const omitted = ["metrics.jsonl", "model"];
    writeRunInfo(runPath, { ...readRunInfo(runPath), omitted });
    for (const path of omitted) {
      Deno.removeSync(`${runPath}/${path}`, { recursive: true });
    }
    const reproduction = await again(walk({}));
    assertEquals(reproduction.isIdentical, true);
    assertEquals(reproduction.omitted, omitted);
    assertEquals(reproduction.compared, { lines: 0, files: 0, records: 3 });
  },
);

/** The files of a folder, and when they were written. */
function listing(path: string): string[] {
  return [...Deno.readDirSync(path)].flatMap(({ name, isDirectory }) => {
    const file = `${path}/${name}`;
    const { mtime } = Deno.statSync(file);
    return isDirectory ? listing(file) : [`${file} ${mtime?.getTime()}`];
  }).sort();
}

Deno.test(
  "reproduceRun() tells the first difference: of a line, a file, a record of training, of an evaluation",
  async () => {
    using folder = tempFolder();
    const { again } = await make(folder.path, walk({}));
    const cases = [
      [
        { line: () => 2 ** -50 },
        /^line 2 of the history, step 1: x is -?[\d.]+ and was -?[\d.]+$/,
      ],
      [{ file: () => 1 }, /^model\/x\.json differs from byte \d+ on$/],
      [
        { record: () => 1 },
        /^y \(power=1\) is -?[\d.]+ ± NaN \(n = 1\) and was -?[\d.]+ ± NaN \(n = 1\)$/,
      ],
    ] as const;
    for (const [beside, expected] of cases) {
      const { isIdentical, difference, causes } = await again(walk(beside));
      assertEquals([isIdentical, causes], [false, []]);
      assertMatch(difference!, expected);
    }
    // A difference in one step alone is found there.
    let calls = 0;
    const { difference } = await again(
      walk({ line: () => ++calls === 4 ? 1 : 0 }),
    );
    assertStringIncludes(difference!, "line 5 of the history, step 4");
  },
);

Deno.test(
  "reproduceRun() says what is no longer made, or was not made then",
  async () => {
    using folder = tempFolder();
    const { again } = await make(folder.path, walk({}), []);
    const other = (train: Parameters<typeof experiment>[0]["train"]) =>
      experiment({
        name: "walk",
        config: walk({}).configSchema.fields,
        train: async (config, run) => {
          await walk({}).train(config, run);
          await train(config, run);
        },
      });
    const more: [Experiment, string][] = [
      [
        other((_config, run) => run.log({ step: 6 })),
        "the history has 6 lines and had 5",
      ],
      [
        other((_config, run) => run.writeJson("model/z.json", {})),
        "model/z.json was not made then",
      ],
      [
        other((_config, run) =>
          run.record({ name: "z" }, run.meter.result("x"))
        ),
        "z was not recorded then",
      ],
    ];
    for (const [experiment, expected] of more) {
      assertEquals((await again(experiment)).difference, expected);
      // The other way round.
      const whole = await make(`${folder.path}/other`, experiment, []);
      const { difference } = await whole.again(walk({}));
      assertEquals(
        difference,
        expected === more[0]![1]
          ? "the history has 5 lines and had 6"
          : expected.replace(/z was.*|was.*/, (text) =>
            text.startsWith("z")
              ? "z is not recorded any more"
              : "is not made any more"),
      );
    }
  },
);

Deno.test(
  "reproduceRun() names as likely causes what is known to have changed",
  async () => {
    using folder = tempFolder();
    const { again, runPath } = await make(folder.path, walk({}));
    const info = readRunInfo(runPath);
    const versions = { ...info.versions, deno: "2.0.0" };
    const session = { at: "2026-11-22T12:00:00.000Z", ...info };
    writeRunInfo(runPath, {
      ...info,
      versions,
      resumed: [{ ...session, versions: { ...versions, v8: "1" } }],
    });
    const { causes } = await again(walk({ line: () => 1 }));
    assertEquals(causes, [
      `Deno was 2.0.0 and is ${Deno.version.deno}`,
      "when it was resumed at 2026-11-22T12:00:00.000Z, V8 was " +
      `${Deno.version.v8} and is 1`,
    ]);
  },
);

Deno.test(
  "reproduceRun() lists the records that the run does not say how to make",
  async () => {
    using folder = tempFolder();
    const { again, runPath } = await make(folder.path, walk({}));
    // Older versions kept records in files of their own.
    for (const { name } of Deno.readDirSync(`${runPath}/results`)) {
      if (!name.startsWith("eval-")) continue;
      const path = `${runPath}/results/${name}`;
      const { records } = readJsonFile(path);
      Deno.removeSync(path);
      writeJsonFile(`${runPath}/results/eval_${name.slice(5)}`, { records });
    }
    const { isIdentical, notCompared } = await again(walk({}));
    assertEquals([isIdentical, notCompared.toSorted()], [true, [
      "y (power=1)",
      "y (power=3)",
    ]]);
  },
);

Deno.test(
  "reproduceRun() refuses a run that is not completed, or of another experiment",
  async () => {
    using folder = tempFolder();
    const { again, runPath } = await make(folder.path, walk({}));
    const other = experiment({ name: "other", config: {}, train() {} });
    const { message } = await assertRejects(() => again(other), RangeError);
    assertStringIncludes(message, "as other: it is of experiment walk");
    const failing = experiment({
      name: "walk",
      config: walk({}).configSchema.fields,
      train() {
        throw new TypeError("no more");
      },
    });
    await assertRejects(() => again(failing), TypeError, "no more");
    writeRunInfo(runPath, { ...readRunInfo(runPath), status: "interrupted" });
    await assertRejects(() => again(walk({})), RangeError, "must be completed");
    assert(readRunInfo(runPath).status === "interrupted");
  },
);

Deno.test(
  "reproduceRun() holds its run, so that it is not removed meanwhile",
  async () => {
    using folder = tempFolder();
    const { again, runPath } = await make(folder.path, walk({}));
    const inUse = new Set<boolean>();
    const watch = () => {
      inUse.add(isInUse(runPath));
      return 0;
    };
    assertEquals(isInUse(runPath), false);
    await again(walk({ line: watch, record: watch }));
    assertEquals([...inUse], [true]);
    assertEquals(isInUse(runPath), false);
  },
);

Deno.test(
  "reproduceRun() looks at sizes before it compares bytes",
  async () => {
    using folder = tempFolder();
    const { again, runPath } = await make(folder.path, walk({}), []);
    // At once, and not after all the bytes have been read.
    Deno.truncateSync(`${runPath}/model/x.json`, 200e9);
    const { difference } = await again(walk({}));
    assertMatch(difference!, /^model\/x\.json has \d+ bytes and had 20{11}$/);
  },
);

Deno.test(
  "reproduceRun() trains nothing if it cannot read what it would compare",
  async () => {
    using folder = tempFolder();
    const pipe = `${folder.path}/pipe`;
    new Deno.Command("mkfifo", { args: [pipe] }).outputSync();
    const history = (line: string) => (path: string) =>
      Deno.writeTextFileSync(path, `${line}\n`, { append: true });
    const inPlace = (path: string) => {
      Deno.removeSync(path);
      Deno.linkSync(pipe, path);
    };
    const damages: [file: string, damage: (path: string) => void][] = [
      ["run.json", inPlace],
      ["config.json", inPlace],
      ["results/train.json", inPlace],
      ["metrics.jsonl", inPlace],
      ["metrics.jsonl", history("null")],
      ["metrics.jsonl", history("{")],
    ];
    for (const [index, [file, damage]] of damages.entries()) {
      const runs = `${folder.path}/${index}`;
      const { again, runPath } = await make(runs, walk({}), []);
      damage(`${runPath}/${file}`);
      const before = listRuns(runs).length;
      await assertRejects(() => again(walk({})), Error, `Cannot read`);
      assertEquals(listRuns(`${runs}/.scratch`), []);
      assertEquals(listRuns(runs).length, before);
    }
  },
);

Deno.test(
  "reproduceRun() compares the records of an interrupted evaluation",
  async () => {
    using folder = tempFolder();
    const { again, runPath } = await make(folder.path, walk({}));
    const [evaluation] = readEvaluations(runPath);
    writeEvaluation(
      runPath,
      { ...evaluation!, status: "interrupted" },
      new ResultCollection(),
    );
    const { isIdentical, compared } = await again(walk({}));
    assertEquals([isIdentical, compared.records], [true, 2]);
  },
);

Deno.test(
  "reproduceRun() says that a run without a source may have run other code",
  async () => {
    using folder = tempFolder();
    const { again, runPath } = await make(folder.path, walk({}), []);
    writeRunInfo(runPath, { ...readRunInfo(runPath), source: null });
    const { causes } = await again(walk({ line: () => 1 }));
    assertEquals(causes, [
      "the code may have changed: the run does not know what it ran",
    ]);
  },
);
