import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import {
  runScript,
  skipUnlessGranted,
  tempProject,
} from "../../testing/helpers.ts";

skipUnlessGranted("scripts");

Deno.test(
  "a path outside the grants is refused with the whole command that would work",
  async () => {
    using project = tempProject();
    using data = tempProject();
    const at = { root: project.path };
    const rows = Array.from({ length: 50 }, (_, i) => `${i},${(i * 7) % 11}`);
    const csv = `${data.path}/my data.csv`;
    Deno.writeTextFileSync(csv, rows.join("\n"));
    const attempt = async (script: string, args: string[], nRounds = 1) => {
      const refused = await runScript(script, args, at);
      assertEquals(refused.code, 1);
      let said = refused.stderr;
      for (let round = 1; round <= nRounds; round++) {
        const [, command] = new RegExp(
          "^error: Cannot .* has no permission. .* it:\n  (deno run " +
            `--quiet --no-prompt -P=${script} .* scripts/${script}\\.ts.*)$`,
          "m",
        ).exec(said) ?? [];
        assert(command, said);
        // The command, word for word, through a shell that knows deno.
        const { success, stderr } = await new Deno.Command("sh", {
          args: ["-c", `deno() { "${Deno.execPath()}" "$@"; }; ${command}`],
          cwd: project.path,
        }).output();
        said = new TextDecoder().decode(stderr);
        assertEquals(success, round === nRounds, said);
      }
    };
    await attempt("train", ["--dataset", csv, "--n-epochs=1"]);
    await attempt("train", ["--runs", `${data.path}/runs`, "--n-epochs=1"]);
    // Two paths at once, of different kinds.
    await attempt("train", [
      "--dataset",
      csv,
      `--runs=${data.path}/other`,
      "--n-epochs=1",
    ]);
    await attempt("compare", [
      "--runs",
      `${data.path}/runs`,
      `--runs=${data.path}/other`,
    ]);
    await attempt("compare", ["--runs", `${data.path}/runs`]);
    await attempt("runs", ["--runs", `${data.path}/runs`]);
    await attempt("plot", [
      ...["--runs", `${data.path}/runs`, "--y=loss/train"],
      ...["--out", `${data.path}/my figure.svg`],
    ]);
    await attempt("report", ["--out", `${data.path}/pages/report.html`]);
    const page = `${data.path}/notes.md`;
    Deno.writeTextFileSync(
      page,
      `<!-- whisker: compare --runs ${data.path}/runs -->\n<!-- /whisker -->\n`,
    );
    // What the page names is known only once the page may be read.
    await attempt("tables", ["--write", page], 2);
    assertEquals(
      [...Deno.readDirSync(data.path)].filter(({ name }) => name[0] === "."),
      [],
    );
    assertStringIncludes(Deno.readTextFileSync(page), "loss/train");
    const { stdout } = await runScript("compare", [], at);
    assertStringIncludes(stdout, "loss/train");
  },
);

Deno.test(
  "what an experiment asks for beyond files is refused with what would grant it",
  async () => {
    using project = tempProject();
    const ask = async (code: string) => {
      const source = `import { experiment } from "whisker";
        export default experiment({
          name: "asking", config: {}, async train() { ${code} },
        });`;
      Deno.writeTextFileSync(`${project.path}/asking.ts`, source);
      const args = ["--experiment", "asking.ts"];
      const { code: status, stderr } = await runScript("train", args, {
        root: project.path,
      });
      assertEquals(status, 1);
      assert(!/^ +at /m.test(stderr), stderr);
      return stderr;
    };
    assertMatch(
      await ask('Deno.env.get("HOME")'),
      /^error: Cannot get env access to HOME: train has no permission\. To grant it:\n.* -P=train --allow-env=HOME scripts\/train\.ts --experiment asking\.ts$/m,
    );
    assertMatch(
      await ask('new Deno.Command("true").outputSync()'),
      /Cannot get run access to true: .* --allow-run=true scripts/s,
    );
    assertMatch(
      await ask('await import("https://esm.sh/" + "leven")'),
      /Cannot get import access to esm\.sh:443: .* --allow-import=esm\.sh:443 /s,
    );
  },
);
