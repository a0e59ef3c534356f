import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { runScript, tempProject, testWith } from "../_helpers.ts";

/** What nobody needs, and so no script may. */
const BEYOND: [what: string, code: string][] = [
  ["read /etc/passwd", 'Deno.readTextFileSync("/etc/passwd")'],
  ["write into the project", 'Deno.writeTextFileSync("core/new.ts", "")'],
  ["write outside", 'Deno.writeTextFileSync("/tmp/whisker_escape", "")'],
  ["reach the network", 'await fetch("http://127.0.0.1:8123")'],
  ["listen", "Deno.listen({ port: 0 })"],
  ["read the environment", 'Deno.env.get("HOME")'],
  ["start a process", 'new Deno.Command("true").outputSync()'],
  ["load a library", 'Deno.dlopen("libc.so.6", {})'],
  ["learn of the host", "Deno.hostname()"],
];

/** What only some scripts may. */
const SOME: [what: string, code: string, who: readonly string[]][] = [
  ["read the project", 'Deno.readTextFileSync("deno.json")', [
    "train",
    "eval",
    "tables",
  ]],
  ["write runs/", 'Deno.writeTextFileSync("runs/x", "")', ["train", "eval"]],
  ["read runs/", 'Deno.readTextFileSync("runs/here")', [
    ...["train", "eval", "compare", "runs", "plot", "report", "tables"],
  ]],
  ["write figures/", 'Deno.writeTextFileSync("figures/x", "")', ["plot"]],
  ["write reports/", 'Deno.writeTextFileSync("reports/x", "")', ["report"]],
  ["write docs/", 'Deno.writeTextFileSync("docs/x", "")', ["tables"]],
  ["write README.md", 'Deno.writeTextFileSync("README.md", "")', ["tables"]],
];

const SCRIPTS = [
  ...["train", "eval", "compare", "runs", "plot", "report", "tables"],
];

testWith(
  "scripts",
  "permission sets let each script do what it must, and nothing else",
  async (t) => {
    using project = tempProject();
    for (const folder of ["runs", "figures", "reports", "docs"]) {
      Deno.mkdirSync(`${project.path}/${folder}`);
    }
    Deno.writeTextFileSync(`${project.path}/runs/here`, "");
    // In place of each script, one that tries everything under the same set.
    const attempts = [...BEYOND, ...SOME].map(([what, code]) =>
      `try { ${code}; console.log("may ${what}"); } catch (error) { ` +
      `console.log(error instanceof Deno.errors.NotCapable ? "may not" : ` +
      `error.name + " instead of a refusal to", "${what}"); }`
    );
    for (const script of SCRIPTS) {
      await t.step(script, async () => {
        const path = `${project.path}/scripts/${script}.ts`;
        Deno.writeTextFileSync(path, attempts.join("\n"));
        const { stdout } = await runScript(script, [], { root: project.path });
        const expected = [
          ...BEYOND.map(([what]) => `may not ${what}`),
          ...SOME.map(([what, , who]) =>
            who.includes(script) ? `may ${what}` : `may not ${what}`
          ),
        ];
        assertEquals(stdout.trimEnd().split("\n"), expected);
      });
    }
  },
);

testWith(
  "scripts",
  "a path outside the grants is refused with the whole command that would work",
  async () => {
    using project = tempProject();
    using data = tempProject();
    const at = { root: project.path };
    const rows = Array.from({ length: 50 }, (_, i) => `${i},${(i * 7) % 11}`);
    const csv = `${data.path}/my data.csv`;
    Deno.writeTextFileSync(csv, rows.join("\n"));
    const attempt = async (script: string, args: string[]) => {
      const refused = await runScript(script, args, at);
      assertEquals(refused.code, 1);
      assertMatch(
        refused.stderr,
        /^error: Cannot (read|write) .* is not granted/,
      );
      const command = refused.stderr.split("\n")[1]!.trim();
      assertMatch(
        command,
        new RegExp(`^deno run --quiet -P=${script} .* scripts/${script}\\.ts `),
      );
      // The command, word for word, through a shell that knows deno.
      const { success, stderr } = await new Deno.Command("sh", {
        args: ["-c", `deno() { "${Deno.execPath()}" "$@"; }; ${command}`],
        cwd: project.path,
      }).output();
      assertEquals(success, true, new TextDecoder().decode(stderr));
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
    await attempt("tables", ["--write", page]);
    assertStringIncludes(Deno.readTextFileSync(page), "loss/train");
    const { stdout } = await runScript("compare", [], at);
    assertStringIncludes(stdout, "loss/train");
  },
);
