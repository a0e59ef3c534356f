import { assert, assertEquals, assertMatch } from "@std/assert";
import { History } from "../../core/store/history.ts";
import {
  type Folder,
  ROOT,
  runScript,
  skipUnlessGranted,
  tempRuns,
} from "../../testing/helpers.ts";
import { makeRun } from "../../testing/runs.ts";

skipUnlessGranted("scripts");

/** Two rates, two seeds each, with histories. */
function fourRuns(): Folder {
  const runs = tempRuns();
  for (const rate of [0.1, 0.2]) {
    for (const seed of [1, 2]) {
      const id = `rate${rate * 10}-${seed}`;
      const path = makeRun(`${ROOT}/${runs.path}`, {
        id,
        config: { seed, rate },
        records: [
          [{ name: "loss" }, { mean: rate * seed, error: 0.1, n: 9 }],
          [{ name: "sampling", nSteps: 5 }, { mean: 1, error: 0.1, n: 9 }],
          [{ name: "sampling", nSteps: 50 }, { mean: 2, error: 0.1, n: 9 }],
        ],
      });
      using history = new History(path, id);
      for (const step of [1, 2]) history.append({ step, loss: rate / step });
    }
  }
  return runs;
}

/** A folder of figures of its own, inside the one that scripts may write. */
function tempFigures(): Folder {
  const path = `figures/.test-${crypto.randomUUID().slice(0, 8)}`;
  return {
    path,
    [Symbol.dispose]: () =>
      Deno.removeSync(`${ROOT}/${path}`, { recursive: true }),
  };
}

Deno.test("plot writes SVG, PNG and Vega-Lite, and says where", async () => {
  using runs = fourRuns();
  using figures = tempFigures();
  const draw = async (file: string, ...args: string[]) => {
    const out = `${figures.path}/${file}`;
    const { code, stdout, stderr } = await runScript("plot", [
      `--runs=${runs.path}`,
      `--out=${out}`,
      ...args,
    ]);
    assertEquals([code, stdout, stderr], [0, `${out}\n`, ""]);
    return `${ROOT}/${out}`;
  };
  const points = ["--y=loss", "--x=rate", "--title=Two rates"];
  const svg = Deno.readTextFileSync(await draw("a.svg", ...points));
  assertMatch(svg, /^<svg .*Two rates.*<\/svg>\n$/s);
  const png = Deno.readFileSync(await draw("a.png", ...points));
  assert(png.length > 5000);
  const text = Deno.readTextFileSync(
    await draw("a.json", "--history=loss", "--ci=95"),
  );
  assertEquals(JSON.parse(text).data.values.length, 4);
  assertMatch(svg, /@font-face.*base64/);
  const column = [...points, "--width=column", "--height=2in"];
  const sized = Deno.readTextFileSync(await draw("s.svg", ...column));
  assertMatch(sized, /width="312" height="192" viewBox="0 0 312 192"/);
  const pdf = Deno.readTextFileSync(await draw("a.pdf", ...column));
  assertMatch(pdf, /^%PDF-[^]*MediaBox \[0 0 234 144\]/);
  const minimal = Deno.readTextFileSync(
    await draw("m.json", ...points, "--style=minimal"),
  );
  assertEquals(JSON.parse(minimal).config.axis.gridColor, "transparent");
  await draw("b.svg", "--y=sampling (nSteps=5)");
  await draw("c.svg", "--y=sampling", "--x=nSteps", "--series=rate");
});

Deno.test("plot --terminal draws here, and writes no file", async () => {
  using runs = fourRuns();
  const draw = (...args: string[]) =>
    runScript("plot", [`--runs=${runs.path}`, "--terminal", ...args]);
  const { code, stdout, stderr } = await draw("--y=loss");
  assertEquals([code, stderr], [0, ""]);
  assertMatch(stdout, /^ *rate=0.1┤.*●/m);
  const curves = await draw("--history=loss");
  assertMatch(curves.stdout, /rate=0.2$/m);
  const lines = curves.stdout.split("\n");
  assert(lines.every((line) => [...line].length <= 80), curves.stdout);
  const both = await draw("--y=loss", "--out=figures/a.svg");
  assertEquals(both.code, 2);
  assertMatch(both.stderr, /Cannot use --out, --width or --height with --term/);
});

Deno.test("plot says what is wrong, and what would be right", async () => {
  using runs = fourRuns();
  const wrong = async (args: string[], message: RegExp) => {
    const { code, stdout, stderr } = await runScript("plot", [
      `--runs=${runs.path}`,
      ...args,
    ]);
    assertEquals([code, stdout], [2, ""], stderr);
    assertMatch(stderr, message);
  };
  await wrong([], /Choose exactly one of --y RECORD, --history/);
  await wrong(["--history=loss", "--series=rate"], /Cannot use --series or/);
  await wrong(
    ["--y=los", "--x=rate"],
    /Unknown record in --y los: did you mean loss\?/,
  );
  await wrong(["--y=loss", "--x=rat"], /did you mean rate\?/);
  await wrong(
    ["--y=sampling", "--x=rate"],
    /there are sampling \(nSteps=5\); /,
  );
  await wrong(["--history=los"], /did you mean loss\?/);
  await wrong(["--y=loss", "--facet=rat"], /did you mean rate\?/);
  await wrong(["--history=loss", "--facet=rat"], /did you mean rate\?/);
  await wrong(["--y=loss", "--adjusted"], /--adjusted without --baseline/);
  await wrong(
    ["--y=loss", "--baseline=rate=0.1", "--x=rate"],
    /Cannot use --x, .* with --baseline/,
  );
  await wrong(["--y=loss", "--out=a.gif"], /--out must be a file that/);
  await wrong(["--y=loss", "--width=wide"], /--width must be column, text,/);
  await wrong(
    ["--y=loss", "--width=10mm"],
    /Cannot draw a figure so small: its text leaves no room/,
  );
});

Deno.test(
  "plot --series takes fields of records, as compare --cols does",
  async () => {
    using figures = tempFigures();
    const out = `${figures.path}/a.json`;
    const draw = (...args: string[]) =>
      runScript("plot", [
        "--runs=studies/diffusion/runs",
        "--where=dataset=moons",
        "--y=sliced-wasserstein",
        `--out=${out}`,
        ...args,
      ]);
    const { code, stderr } = await draw("--x=sampler", "--series=source");
    assertEquals([code, stderr], [0, ""]);
    const spec = JSON.parse(Deno.readTextFileSync(`${ROOT}/${out}`));
    const points = spec.data.values
      .map(({ x, series }: { x: string; series: string }) => `${x} ${series}`);
    // The floor has no sampler, and so is shown for each.
    assertEquals(points, [
      ...["floor", "identity", "model"].map((series) => `ddpm ${series}`),
      ...["floor", "identity", "model"].map((s) => `dpm-solver++ ${s}`),
    ]);
    assertMatch(
      spec.encoding.y.title,
      /^sliced-wasserstein \[standard deviations\]$/,
    );
    // Without a key on the other axis each row has a line.
    assertEquals((await draw("--series=source")).code, 0);
  },
);

Deno.test("plot --history names the history that it cannot read", async () => {
  using runs = tempRuns();
  const run = makeRun(`${ROOT}/${runs.path}`, { id: "a" });
  Deno.mkdirSync(`${run}/metrics.jsonl`);
  const args = ["--history=loss", `--runs=${runs.path}`];
  const { code, stderr } = await runScript("plot", args);
  assertEquals(code, 2);
  assertMatch(stderr, /^problem: a: .*a\/metrics\.jsonl/);
  assertMatch(
    stderr,
    /error: Cannot draw loss: the runs have logged no numbers/,
  );
});

Deno.test(
  "plot --history draws runs that are not completed, alone or beside others",
  async () => {
    using runs = fourRuns();
    using figures = tempFigures();
    const out = `${figures.path}/a.json`;
    const add = (id: string, config: object) => {
      const info = { status: "failed" } as const;
      const path = makeRun(`${ROOT}/${runs.path}`, { id, config, info });
      using history = new History(path, id);
      history.append({ step: 1, loss: 7 });
    };
    add("repeat", { seed: 2, rate: 0.2 });
    add("new", { seed: 1, rate: 0.3 });
    const draw = (...args: string[]) =>
      runScript("plot", [
        `--runs=${runs.path}`,
        "--history=loss",
        `--out=${out}`,
        ...args,
      ]);
    const { code, stderr } = await draw();
    assertEquals(
      [code, stderr],
      [0, "not drawn: repeat (failed) repeats a completed run\n"],
    );
    const spec = JSON.parse(Deno.readTextFileSync(`${ROOT}/${out}`));
    const means = spec.data.values.map(({ mean }: { mean: number }) => mean);
    assertEquals(means, [0.1, 0.05, 0.2, 0.1, 7]);
    assertEquals((await draw("--where=rate=0.3")).code, 0);
  },
);

Deno.test(
  "plot --samples and --reverse draw what an evaluation kept, of the run and setting that are named",
  async () => {
    using runs = tempRuns();
    using figures = tempFigures();
    const quick = ["--n-train=200", "--n-epochs=1", "--dataset=moons"];
    const at = `--runs=${runs.path}`;
    assertEquals((await runScript("train", [...quick, at])).code, 0);
    const few = ["--n-samples=50", "--n-repeats=2", "--n-steps=3,7"];
    assertEquals((await runScript("eval", [...few, at])).code, 0);
    const draw = (...args: string[]) =>
      runScript("plot", [at, `--out=${figures.path}/a.svg`, ...args]);
    const last = await draw("--samples=latest");
    assertEquals([last.code, last.stdout], [0, `${figures.path}/a.svg\n`]);
    assertEquals(
      last.stderr,
      "not drawn: --setting dpm-solver++_nSteps=3_log-snr\n",
    );
    const svg = () => Deno.readTextFileSync(`${ROOT}/${figures.path}/a.svg`);
    assertMatch(
      svg(),
      /50 samples: sampler=dpm-solver\+\+, nSteps=7, spacing=log-snr/,
    );
    // A newer run that was not evaluated has none.
    assertEquals((await runScript("train", [...quick, at])).code, 0);
    const way = await draw(
      "--reverse=latest",
      "--setting=dpm-solver++_nSteps=3_log-snr",
    );
    assertEquals(way.code, 0);
    assertMatch(
      svg(),
      /nSteps=3, spacing=log-snr; √\(1 − ᾱ\), the share of noise, falls/,
    );
    for (
      const [args, message] of [
        [["--samples=nobody"], /Cannot find run "nobody"/],
        [["--samples=latest", "--setting=ddpm"], /Unknown setting ddpm/],
        [["--samples=latest", "--reverse=latest"], /Choose exactly one of/],
        [["--samples=latest", "--runs=runs"], /of more than one run/],
      ] as const
    ) {
      const { code, stderr } = await draw(...args);
      assertEquals(code, 2);
      assertMatch(stderr, message);
    }
  },
);
