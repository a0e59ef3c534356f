import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { makeRun } from "../../testing/runs.ts";
import {
  type Folder,
  ROOT,
  runScript,
  skipUnlessGranted,
  tempRuns,
} from "../../testing/helpers.ts";

skipUnlessGranted("scripts");

/** Two rows: of two seeds, and of one. */
function threeRuns(): Folder {
  const runs = tempRuns();
  for (const [index, id] of ["a", "b", "c"].entries()) {
    makeRun(`${ROOT}/${runs.path}`, {
      id,
      config: { seed: index, dataset: id === "c" ? "faithful" : "mixture" },
      records: [[{ name: "loss" }, { mean: index, error: 0.1, n: 9 }]],
    });
  }
  return runs;
}

Deno.test(
  "compare prints a table with error bars, and nothing on stderr",
  async () => {
    using runs = threeRuns();
    const { code, stdout, stderr } = await runScript("compare", [
      "--runs",
      runs.path,
    ]);
    assertEquals([code, stderr], [0, ""]);
    const lines = stdout.split("\n");
    assertMatch(lines[0]!, /^runs +dataset +loss$/);
    assertMatch(lines[2]!, /^ +2 +mixture +0.50 ± 0.50$/);
    assertMatch(lines[3]!, /^ +1 +faithful +2.00 ± 0.10 †$/);
    assertStringIncludes(stdout, "± is the between-seed standard error");
  },
);

Deno.test("compare filters, sorts and writes every format", async () => {
  using runs = threeRuns();
  const compare = async (...args: string[]) => {
    const all = [`--runs=${runs.path}`, ...args];
    const { code, stdout, stderr } = await runScript("compare", all);
    assertEquals(code, 0, stderr);
    return stdout;
  };
  const json = JSON.parse(
    await compare("--format=json", "--where", "dataset=mixture"),
  );
  assertEquals(json.rows.map(({ runs }: { runs: string[] }) => runs), [
    ["a", "b"],
  ]);
  const sorted = JSON.parse(await compare("--format=json", "--sort=-loss"));
  assertEquals(sorted.rows[0].runs, ["c"]);
  assertMatch(await compare("--format=md"), /^\| runs \| dataset +\|/);
  assertMatch(await compare("--format=csv"), /^runs,total,dataset,loss mean/);
  assertMatch(await compare("--format=latex"), /^\\begin\{threeparttable\}$/m);
  assertMatch(await compare("--format=html"), /^<table><thead>/);
  await compare("--metric=lo*", "--since=2020-01-01");
});

Deno.test(
  "compare takes the flags of statistics and of the table",
  async () => {
    using runs = threeRuns();
    const { code, stdout, stderr } = await runScript("compare", [
      `--runs=${runs.path}`,
      "--rows=dataset",
      "--ci=95",
      "--baseline=dataset=mixture",
      "--test=sign-flip",
      "--alpha=0.1",
      "--nuisance=seed",
      "--higher-is-better=loss",
    ]);
    assertEquals([code, stderr], [0, ""]);
    assertMatch(stdout, /mixture +0\.5 \[-5\.9, 6\.9\]/);
    assertStringIncludes(stdout, "Differences from dataset=mixture");
  },
);

Deno.test("compare takes the flags of LaTeX", async () => {
  using runs = threeRuns();
  const compare = (...args: string[]) =>
    runScript("compare", [`--runs=${runs.path}`, ...args]);
  const latex = await compare(
    "--format=latex",
    "--caption=50% & more",
    "--label=tab:a_b",
    "--width=1cm",
    "--siunitx",
  );
  assertEquals(latex.code, 0);
  for (
    const text of [
      "\\usepackage{booktabs,threeparttable,siunitx}",
      "\\caption{50\\% \\& more}",
      "\\label{tab:a_b}",
      "S[table-format=1.2",
    ]
  ) assertStringIncludes(latex.stdout, text);
  assertMatch(latex.stderr, /^warning: the table of results is too wide: it/);
  const refused: (readonly [RegExp, ...string[]])[] = [
    [/label must be letters, digits/, "--format=latex", "--label=a}b"],
    [/width must be column, text/, "--format=latex", "--width=wide"],
    [/--label without --caption/, "--format=latex", "--label=a"],
    ...["--caption=a", "--label=a", "--width=text", "--siunitx"].map((flag) =>
      [/Cannot use --\w+ without --format latex/, flag] as const
    ),
  ];
  for (const [message, ...args] of refused) {
    const { code, stderr } = await compare(...args);
    assertEquals(code, 2, stderr);
    assertMatch(stderr, message);
  }
});

Deno.test("compare says beside CSV what it leaves out", async () => {
  using runs = threeRuns();
  const { stdout, stderr } = await runScript("compare", [
    `--runs=${runs.path}`,
    "--format=csv",
  ]);
  assertEquals(stdout.trimEnd().split("\n").length, 3);
  assertEquals(
    stderr,
    "warning: Rows have different numbers of runs: 1, 2\n",
  );
});

Deno.test(
  "compare and runs show all runs beside a damaged one; --strict makes it an error",
  async () => {
    using runs = threeRuns();
    Deno.writeTextFileSync(`${ROOT}/${runs.path}/b/run.json`, '{"sche');
    for (const script of ["compare", "runs"]) {
      const lax = await runScript(script, [`--runs=${runs.path}`]);
      assertEquals(lax.code, 0);
      assertMatch(lax.stdout, /^a .*\nc /m);
      assertMatch(
        lax.stderr,
        /^problem: b: Cannot read .*\/b\/run\.json as JSON/,
      );
      const strict = await runScript(script, [
        `--runs=${runs.path}`,
        "--strict",
      ]);
      assertEquals(strict.code, 1);
      assertEquals(strict.stdout.length, lax.stdout.length);
    }
    const { stdout } = await runScript("compare", [
      `--runs=${runs.path}`,
      "--format=json",
    ]);
    const { problems } = JSON.parse(stdout);
    assertEquals(problems.length, 1);
    assertEquals(Object.keys(problems[0]), ["run", "file", "reason"]);
  },
);

Deno.test("compare takes several directories of runs", async () => {
  using first = threeRuns();
  using second = tempRuns();
  makeRun(`${ROOT}/${second.path}`, {
    id: "d",
    config: { seed: 7, dataset: "mixture" },
    records: [[{ name: "loss" }, { mean: 7, error: 1, n: 3 }]],
  });
  const { stdout } = await runScript("compare", [
    `--runs=${first.path}`,
    `--runs=${second.path}`,
  ]);
  assertMatch(stdout, /^ +3 +mixture +2\.7 ± 2\.2$/m);
});

Deno.test("compare lets no file steer the terminal", async () => {
  using runs = tempRuns();
  const error = { name: "Error", message: "\x1b[2Jgone" };
  makeRun(`${ROOT}/${runs.path}`, {
    id: "a",
    info: { status: "failed", error },
  });
  const damaged = `${ROOT}/${runs.path}/damaged/results`;
  Deno.mkdirSync(damaged, { recursive: true });
  Deno.writeTextFileSync(`${damaged}/../run.json`, "\x1b]0;title\x07");
  const steers = ({ stdout, stderr }: { stdout: string; stderr: string }) =>
    // deno-lint-ignore no-control-regex
    /[\x00-\x09\x0b-\x1f]/.test(stdout + stderr);
  const none = await runScript("compare", [`--runs=${runs.path}`]);
  assertMatch(none.stderr, /no run is completed: a failed: \uFFFD\[2Jgone/);
  assertEquals(steers(none), false);
  makeRun(`${ROOT}/${runs.path}`, { id: "b" });
  for (const format of ["table", "csv"]) {
    const some = await runScript("compare", [
      `--runs=${runs.path}`,
      `--format=${format}`,
    ]);
    assertMatch(
      some.stderr,
      /^problem: damaged: Cannot read \S+run\.json as JSON: /m,
    );
    assertEquals(steers(some), false, format);
  }
});
