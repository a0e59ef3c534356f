import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { listRuns } from "../../core/store/find_run.ts";
import { readHistory } from "../../testing/history.ts";
import { readRunInfo } from "../../core/store/run_info.ts";
import {
  ROOT,
  runScript,
  skipUnlessGranted,
  tempFolder,
  tempProject,
  tempRuns,
} from "../../testing/helpers.ts";
import { makeRun } from "../../testing/runs.ts";

skipUnlessGranted("scripts");

const SMALL = [
  ...["--model=mlp", "--n-train=100", "--n-epochs=2"],
  "--hidden-layer-sizes=8",
];

Deno.test(
  "reproduce, show and diff: a run is done again by the code of then, which is kept",
  async (t) => {
    using project = tempProject();
    const at = { root: project.path };
    const run = async (script: string, ...args: string[]) => {
      const result = await runScript(script, args, at);
      return { ...result, out: result.stdout.trimEnd() };
    };
    const trained = await run("train", ...SMALL, "--tag=first");
    assertEquals(trained.code, 0, trained.stderr);
    const measured = ["--n-samples=50", "--n-repeats=2", "--n-steps=3"];
    assertEquals((await run("eval", ...measured)).code, 0);
    const [first] = listRuns(`${project.path}/runs`);
    const { id } = first!;
    const scratches =
      () => [...Deno.readDirSync(`${project.path}/runs/.scratch`)];

    await t.step("identical by the code that has not changed", async () => {
      const { code, out, stderr } = await run("reproduce", id);
      assertEquals([code, stderr], [0, ""]);
      assertMatch(
        out,
        /^identical: run \S+, 10 lines of history, 5 files of the model, \d+ records$/,
      );
      assertEquals(scratches(), []);
    });

    await t.step(
      "show prints configuration, records, code, rights",
      async () => {
        const { code, out } = await run("show", id);
        assertEquals(code, 0);
        const expected = [
          /^ {2}id +\d{8}T\d{6}_[0-9a-f]{8}$/m,
          /^ {2}status +completed$/m,
          /^ {2}tags +first$/m,
          /^ {2}hiddenLayerSizes +8$/m,
          /^ {2}loss\/train = \S+ ± \S+ \(within-run, n = 100\)$/m,
          /^ {2}lines +10$/m,
          /^Evaluation of \S+$/m,
          /^ {2}nSamples +50$/m,
          /^ {2}source +[0-9a-f]{12}$/m,
          /^ {2}engine +fused$/m,
          /^ {2}rounding +sums in float32, not fused with products$/m,
          /^ {2}permissions +read in \., write in runs$/m,
        ];
        for (const pattern of expected) assertMatch(out, pattern);
        const { stdout } = await run("show", id, "--json");
        const { info, records } = JSON.parse(stdout);
        assertEquals(info.runId, id);
        assert(records.length > 2);
      },
    );

    const optimizer = "core/diffusion/engines/optimizer.ts";
    const then = Deno.readTextFileSync(`${project.path}/${optimizer}`);
    const now = then.replace("beta1: 0.9,", "beta1: 0.8,");
    assert(now !== then);
    Deno.writeTextFileSync(`${project.path}/${optimizer}`, now);

    await t.step(
      "different by code that has, and the cause is named",
      async () => {
        const { code, out } = await run("reproduce", id);
        assertEquals(code, 1);
        assertMatch(out, /^different: run/);
        // Adam's first update is the same whatever beta1, but for rounding.
        assertMatch(
          out,
          /^first difference: line [34] of the history, step [23]: loss/m,
        );
        assertMatch(
          out,
          /^likely cause: the source was \w{12} and is \w{12}$/m,
        );
        assertStringIncludes(out, `deno task reproduce ${id} --stored-code`);
        assertEquals(scratches(), []);
      },
    );

    await t.step("identical by the code of then", async () => {
      const { code, out, stderr } = await run("reproduce", id, "--stored-code");
      assertEquals([code, stderr], [0, ""], out);
      assertMatch(out, /^identical: /);
    });

    await t.step(
      "diff shows configuration and code, line by line",
      async () => {
        assertEquals((await run("train", ...SMALL, "--seed=7")).code, 0);
        const { code, out } = await run("diff", id, "--full");
        assertEquals(code, 0);
        assertMatch(out, /^ {2}seed +42 → 7$/m);
        assertMatch(out, /^-.*beta1: 0\.9,/m);
        assertMatch(out, /^\+.*beta1: 0\.8,/m);
        assertMatch(out, /^ {2}source +\w{12} → \w{12}$/m);
        const { stdout } = await run("diff", id, id, "--json");
        const { configuration, environment, code: patches } = JSON.parse(
          stdout,
        );
        assertEquals([configuration, environment, patches], [[], [], {}]);
      },
    );

    await t.step("show --file prints a file as it was", async () => {
      const { out } = await run("show", id, "--file", optimizer);
      assertEquals(out, then.trimEnd());
      const { code, stderr } = await run("show", id, "--file=core/runn.ts");
      assertEquals(code, 2);
      assertStringIncludes(stderr, "did you mean core/run/run.ts?");
    });

    await t.step("--keep keeps the run that was made", async () => {
      const { code, stderr } = await run("reproduce", id, "--keep");
      assertEquals(code, 1);
      const [, path] = /^kept: (\S+)$/m.exec(stderr)!;
      const [made] = listRuns(`${project.path}/${path}`);
      assertEquals(readRunInfo(made!.path).status, "completed");
      assertEquals(readHistory(made!.path).lines.length, 10);
    });

    await t.step("nothing is made where .scratch leads out", async () => {
      using elsewhere = tempFolder();
      const scratch = `${project.path}/runs/.scratch`;
      Deno.renameSync(scratch, `${scratch}.before`);
      Deno.symlinkSync(elsewhere.path, scratch);
      const { code, stderr } = await run("reproduce", id);
      assertEquals(code, 1);
      assertMatch(stderr, /^error: Cannot use runs\/\.scratch: it is a link/);
      assertEquals([...Deno.readDirSync(elsewhere.path)], []);
      Deno.removeSync(scratch);
    });

    await t.step("a run that knows of no source says so", async () => {
      const path = `${first!.path}/run.json`;
      const { source: _, ...info } = JSON.parse(Deno.readTextFileSync(path));
      Deno.writeTextFileSync(path, JSON.stringify(info));
      for (
        const args of [
          ["reproduce", id, "--stored-code"],
          ["show", id, "--file", optimizer],
        ]
      ) {
        const { stderr } = await run(args[0]!, ...args.slice(1));
        assertMatch(stderr, /^error: Cannot .*: the run has no stored source/);
      }
      assertStringIncludes(
        (await run("diff", id)).out,
        `Code\n  unknown: the source of ${id}`,
      );
    });
  },
);

Deno.test(
  "reproduce writes through no link that leads out of the runs",
  async () => {
    using runs = tempRuns();
    using elsewhere = tempFolder();
    const root = `${ROOT}/${runs.path}`;
    makeRun(root, { id: "a", info: { experiment: "diffusion" } });
    Deno.symlinkSync(elsewhere.path, `${root}/.scratch`);
    const args = ["a", `--runs=${runs.path}`];
    const { code, stderr } = await runScript("reproduce", args);
    assertEquals(code, 1);
    assertMatch(stderr, /^error: Cannot use .*\.scratch: it is a link that/);
    assertEquals([...Deno.readDirSync(elsewhere.path)], []);
  },
);
