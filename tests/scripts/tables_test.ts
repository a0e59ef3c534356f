import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { nameTemporary } from "../../scripts/_output.ts";
import {
  type Folder,
  ROOT,
  runScript,
  skipUnlessGranted,
  tempFolder,
  tempRuns,
} from "../../testing/helpers.ts";
import { makeRun } from "../../testing/runs.ts";

skipUnlessGranted("scripts");

/** A page inside the folder that the script may write. */
function tempPage(text: string): Folder {
  Deno.mkdirSync(`${ROOT}/docs`, { recursive: true });
  const path = `docs/.test-${crypto.randomUUID().slice(0, 8)}.md`;
  Deno.writeTextFileSync(`${ROOT}/${path}`, text);
  return { path, [Symbol.dispose]: () => Deno.removeSync(`${ROOT}/${path}`) };
}

function oneRun(mean: number): Folder {
  const runs = tempRuns();
  makeRun(`${ROOT}/${runs.path}`, {
    id: "a",
    records: [[{ name: "loss" }, { mean, error: 0.1, n: 9 }]],
  });
  return runs;
}

Deno.test(
  "tables fills a page from runs, and tells when it no longer follows from them",
  async () => {
    using runs = oneRun(3);
    using page = tempPage(
      `Before.\n\n<!-- whisker: compare --runs ${runs.path} -->\n` +
        "<!-- /whisker -->\n\nAfter.\n",
    );
    const stale = await runScript("tables", ["--check", page.path]);
    assertEquals(stale.code, 1);
    assertStringIncludes(stale.stdout, "+| a   | 3.00 ± 0.10 † |");
    assertMatch(
      stale.stderr,
      /does not match the runs: deno task tables --wr/,
    );
    const written = await runScript("tables", ["--write", page.path]);
    assertEquals([written.code, written.stderr], [0, ""]);
    const text = Deno.readTextFileSync(`${ROOT}/${page.path}`);
    assertMatch(
      text,
      /^Before\.\n\n<!-- whisker.*3\.00 ± 0\.10.*\n\nAfter\.\n$/s,
    );
    const fresh = await runScript("tables", ["--check", page.path]);
    assertEquals([fresh.code, fresh.stdout], [
      0,
      `${page.path}: 1 table up to date\n`,
    ]);
    // The runs change, and the page no longer follows.
    Deno.removeSync(`${ROOT}/${runs.path}/a`, { recursive: true });
    makeRun(`${ROOT}/${runs.path}`, {
      id: "a",
      records: [[{ name: "loss" }, { mean: 4, error: 0.1, n: 9 }]],
    });
    assertEquals((await runScript("tables", ["--check", page.path])).code, 1);
    assertEquals(Deno.readTextFileSync(`${ROOT}/${page.path}`), text);
  },
);

Deno.test(
  "tables --write writes through nothing that lies at its temporary name",
  async () => {
    using runs = oneRun(3);
    const text = `<!-- whisker: compare --runs ${runs.path} -->\n` +
      "<!-- /whisker -->\n";
    for (const leftover of ["link", "pipe", "file"]) {
      using elsewhere = tempFolder();
      const victim = `${elsewhere.path}/victim.md`;
      Deno.writeTextFileSync(victim, "mine");
      using page = tempPage(text);
      const temporary = `${ROOT}/${nameTemporary(page.path)}`;
      if (leftover === "link") {
        Deno.symlinkSync(victim, temporary);
      } else if (leftover === "pipe") {
        new Deno.Command("mkfifo", { args: [temporary] }).outputSync();
      } else Deno.writeTextFileSync(temporary, "half of a pa");
      const result = await runScript("tables", ["--write", page.path]);
      assertEquals([result.code, result.stderr], [0, ""], leftover);
      const written = `${ROOT}/${page.path}`;
      assert(Deno.lstatSync(written).isFile);
      assertStringIncludes(Deno.readTextFileSync(written), "3.00 ± 0.10");
      assertEquals(Deno.readTextFileSync(victim), "mine");
      assertThrows(() => Deno.lstatSync(temporary), Deno.errors.NotFound);
    }
  },
);

Deno.test("tables waits for no pipe or device", async () => {
  using page = tempPage("");
  Deno.removeSync(`${ROOT}/${page.path}`);
  new Deno.Command("mkfifo", { args: [`${ROOT}/${page.path}`] }).outputSync();
  for (const flag of ["--check", "--write"]) {
    const { code, stderr } = await runScript("tables", [flag, page.path]);
    assertEquals(code, 1);
    assertMatch(stderr, /it is a pipe or a device, not a file/);
  }
});

Deno.test("tables says what is wrong, with the line", async () => {
  using runs = oneRun(3);
  const wrong = async (text: string, message: RegExp, code: number) => {
    using page = tempPage(text);
    const result = await runScript("tables", ["--write", page.path]);
    assertEquals(result.code, code);
    assertMatch(result.stderr, message);
    assertEquals(Deno.readTextFileSync(`${ROOT}/${page.path}`), text);
  };
  const close = "\n<!-- /whisker -->\n";
  await wrong(
    `<!-- whisker: compare --runs ${runs.path} --bseline x=1 -->${close}`,
    /:1: Unknown flag --bseline: did you mean --baseline\?/,
    2,
  );
  await wrong(
    `<!-- whisker: plot -->${close}`,
    /:1: a table is made by co/,
    2,
  );
  await wrong("\n\n<!-- whisker: compare -->\n", /:3: .* is not closed/, 1);
  await wrong(
    `<!-- whisker: compare --runs ${runs.path} --format csv -->${close}`,
    /Cannot use --format csv in Markdown/,
    2,
  );
  using empty = tempPage("No table.\n");
  const none = await runScript("tables", ["--check", empty.path]);
  assertEquals([none.code, /has no table/.test(none.stderr)], [1, true]);
  // A run that cannot be read is not checked.
  using page = tempPage(
    `<!-- whisker: compare --runs ${runs.path} -->${close}`,
  );
  await runScript("tables", ["--write", page.path]);
  Deno.mkdirSync(`${ROOT}/${runs.path}/damaged/results`, { recursive: true });
  Deno.writeTextFileSync(`${ROOT}/${runs.path}/damaged/run.json`, "{");
  const damaged = await runScript("tables", ["--check", page.path]);
  assertEquals([damaged.code, /^problem: damaged: /.test(damaged.stderr)], [
    1,
    true,
  ]);
  const { code, stderr } = await runScript("tables");
  assertEquals(code, 2);
  assertMatch(stderr, /--check FILE compares .* --write FILE updates them/);
});

Deno.test(
  "the figure of the study is what plot draws of its runs",
  async () => {
    const out = `figures/.test-${crypto.randomUUID().slice(0, 8)}.svg`;
    try {
      const { code, stderr } = await runScript("plot", [
        "--runs=studies/least-squares/runs",
        "--x=learningRate",
        "--series=degree",
        "--y=squared-error/held-out",
        "--ci=95",
        `--out=${out}`,
      ]);
      assertEquals([code, stderr], [0, ""]);
      assertEquals(
        Deno.readTextFileSync(`${ROOT}/${out}`),
        Deno.readTextFileSync(`${ROOT}/docs/images/least_squares.svg`),
      );
    } finally {
      Deno.removeSync(`${ROOT}/${out}`);
    }
  },
);
