import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { FORMATS } from "../../results/tables/render.ts";
import {
  ROOT,
  runScript,
  skipUnlessGranted,
  tempRuns,
} from "../../testing/helpers.ts";
import { makeRun } from "../../testing/runs.ts";
import {
  assertHarmless,
  copyFolder,
  mlpFixture,
  snapshot,
} from "./_readers.ts";

skipUnlessGranted("scripts");

/** What a terminal, or a browser, would take for its own. */
const EVIL = "\x1b[2J\x9b31m\u202e<img src=x><script>alert(1)</script>";
/** As long as an error message may become, and longer than anyone reads. */
const LONG = EVIL.repeat(5_000);

/** Runs of which every name, note and message means harm. */
function makeEvil(runs: string): void {
  const id = (n: number) => `2026112${n}T120000_0000000${n}`;
  const info = (n: number) => ({
    startedAt: `2026-11-2${n}T12:00:00.000Z`,
    experiment: "diffusion",
    tags: [EVIL],
    note: LONG,
    args: ["--experiment", `x.ts; ${EVIL}`],
    versions: { [EVIL]: EVIL },
    engine: n === 1 ? EVIL : "cpu",
  });
  for (const n of [1, 2, 3]) {
    const path = makeRun(runs, {
      id: id(n),
      config: { seed: n, [EVIL]: EVIL, model: n === 3 ? EVIL : LONG },
      info: info(n),
      records: [
        [{ name: `loss${EVIL}`, [EVIL]: EVIL }, { mean: n, error: 1, n: 9 }],
        [{ name: "loss" }, { mean: n, error: 1, n: 9 }],
      ],
    });
    Deno.writeTextFileSync(
      `${path}/metrics.jsonl`,
      JSON.stringify({ schemaVersion: 1, runId: EVIL }) + "\n" +
        JSON.stringify({ step: 1, loss: 1, [EVIL]: 2 }) + "\n",
    );
  }
  makeRun(runs, {
    id: id(4),
    config: { seed: 4, [EVIL]: 1 },
    info: {
      ...info(4),
      status: "failed",
      error: { name: EVIL, message: LONG },
    },
  });
  makeRun(runs, { id: id(7), info: { ...info(7), experiment: EVIL } });
  const broken = makeRun(runs, { id: id(5) });
  Deno.writeTextFileSync(`${broken}/run.json`, `{"schemaVersion":"${EVIL}"}`);
  Deno.writeTextFileSync(
    `${makeRun(runs, { id: id(6) })}/run.json`,
    JSON.stringify({ schemaVersion: 1, status: LONG }),
  );
  Deno.mkdirSync(`${runs}/evil\x1b[2J\nproblem: good: gone`);
  const samples = { columns: [EVIL, EVIL], samples: [[1, 2], [2, 3]] };
  Deno.mkdirSync(`${runs}/${id(3)}/samples`);
  Deno.writeTextFileSync(
    `${runs}/${id(3)}/samples/a${EVIL.replaceAll("/", "")}.json`,
    JSON.stringify({ schemaVersion: 1, setting: { [EVIL]: EVIL }, ...samples }),
  );
}

/** So much may a command say of a few runs. */
const MAX_SAID = 200_000;

Deno.test(
  "no command lets a run steer the terminal or the page, whatever is in it",
  async (t) => {
    using runs = tempRuns();
    const folder = `${ROOT}/${runs.path}`;
    makeEvil(folder);
    const out = `${runs.path}/.out`;
    const before = snapshot(folder);
    const third = "20261123T120000_00000003";
    const config = `${runs.path}/${third}/config.json`;
    const write = [`--allow-write=${out}`, "--allow-read=."];
    const commands: [script: string, args: string[], grants?: string[]][] = [
      ...FORMATS.map((format): [string, string[]] => [
        "compare",
        ["--format", format],
      ]),
      ["compare", ["--baseline", "seed=1", "--rows", "seed", "--debug"]],
      ["compare", ["--where", `${EVIL}=1`]],
      ["compare", ["--rows", "constructor"]],
      ["compare", ["--sort", EVIL, "--debug"]],
      ["runs", []],
      ["runs", ["--debug", "--where", "status=failed"]],
      ["plot", ["--history", "loss", "--out", `${out}/a.svg`], write],
      ["plot", ["--y", "loss", "--out", `${out}/b.svg`], write],
      ["plot", ["--samples", third, "--out", `${out}/c.svg`], write],
      ["plot", ["--samples", third, "--out", `${out}/c.json`], write],
      ["plot", ["--y", "none", "--debug", "--out", `${out}/d.svg`], write],
      ["report", ["--out", `${out}/page.html`], write],
      ["eval", [third]],
      ["eval", [third, "--debug"]],
      ["eval", ["latest", "--json"]],
      ["eval", ["20261127"]],
      ["eval", [third, "--experiment", "examples/least_squares.ts"]],
      ["show", [third]],
      ["show", [third, "--json"]],
      ["diff", [third, "20261121"]],
      ["diff", [third, "20261121", "--json"]],
      ["train", ["--config", config]],
      ["train", ["--config", config, "--debug"]],
    ];
    await Promise.all([0, 1].map(async (half) => {
      for (
        const [script, args, grants] of commands.slice(
          half * 15,
          half * 15 + 15,
        )
      ) {
        const { stdout, stderr } = await runScript(
          script,
          [...args, "--runs", runs.path],
          { grants: grants ?? [] },
        );
        const what = `${script} ${args.join(" ")}`;
        for (const said of [stdout, stderr]) {
          assertHarmless(said);
          if (!args.some((arg) => /^(--)?(json|csv)$/.test(arg))) {
            assert(said.length < MAX_SAID, `${what}: ${said.length}`);
          }
        }
        assert(stdout + stderr !== "", what);
        assert(!/^problem: good/m.test(stderr), stderr);
        assert(!stderr.includes("x.ts;"), stderr);
      }
    }));
    await t.step("nor a file that is written", () => {
      const names = Array.from(
        Deno.readDirSync(`${ROOT}/${out}`),
        (e) => e.name,
      );
      assertEquals(names.sort(), [
        "a.svg",
        "b.svg",
        "c.json",
        "c.svg",
        "page.html",
      ]);
      for (const name of names) {
        const text = Deno.readTextFileSync(`${ROOT}/${out}/${name}`)
          // The page's own script.
          .replace(/<script>[^]*<\/script>(?=<\/body>)/, "");
        assertHarmless(text, !name.endsWith(".json"));
      }
    });
    Deno.removeSync(`${ROOT}/${out}`, { recursive: true });
    assertEquals(snapshot(folder), before);
  },
);

Deno.test(
  "eval names the damaged runs that it skipped on its way to the latest",
  async () => {
    using runs = tempRuns();
    const folder = `${ROOT}/${runs.path}`;
    copyFolder(mlpFixture(), `${folder}/good`);
    Deno.writeTextFileSync(`${makeRun(folder, { id: "bad" })}/run.json`, "{");
    const { code, stderr } = await runScript("eval", [
      ...["--runs", runs.path, "--quiet", "--engine", "cpu"],
      ...["--n-samples", "10", "--n-repeats", "2", "--n-steps", "2"],
      ...["--sources", "model"],
    ]);
    assertEquals(code, 0, stderr);
    assertStringIncludes(stderr, `problem: bad: Cannot read ${runs.path}/bad/`);
  },
);

Deno.test(
  "show, diff and reproduce name the damaged runs that they skipped on their way to the latest",
  async () => {
    using runs = tempRuns();
    const root = `${ROOT}/${runs.path}`;
    makeRun(root, { id: "20260101T000000_aa" });
    makeRun(root, { id: "20260102T000000_bb" });
    const newest = makeRun(root, { id: "20260103T000000_cc" });
    Deno.writeTextFileSync(`${newest}/run.json`, "{");
    for (const script of ["show", "diff", "reproduce"]) {
      const args = script === "diff" ? ["aa", "latest"] : [];
      const { stderr } = await runScript(script, [
        ...args,
        `--runs=${runs.path}`,
      ]);
      assertMatch(stderr, /^problem: 20260103T000000_cc: Cannot read/m, script);
    }
  },
);

Deno.test(
  "doctor finds links out of the runs in the place of Whisker's own folders",
  async () => {
    for (const name of [".sources", ".scratch", ".trash"]) {
      using runs = tempRuns();
      Deno.symlinkSync("/tmp", `${ROOT}/${runs.path}/${name}`);
      const { code, stdout } = await runScript("doctor", [
        `--runs=${runs.path}`,
      ]);
      assertEquals(code, 1);
      assertMatch(stdout, /it is a link that leads out of the runs/, name);
    }
  },
);
