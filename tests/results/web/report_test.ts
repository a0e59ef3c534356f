import { assert, assertEquals, assertMatch } from "@std/assert";
import { History } from "../../../core/store/history.ts";
import { compare } from "../../../results/compare/compare.ts";
import { RunDatabase } from "../../../results/database/run_database.ts";
import { renderReport } from "../../../results/web/report.ts";
import {
  ROOT,
  skipUnlessGranted,
  tempFolder,
  testWithProgram,
} from "../../../testing/helpers.ts";
import { makeRun } from "../../../testing/runs.ts";
import { makeDatasets } from "../../../testing/grids.ts";
import { compareRuns, replicates } from "../../../testing/made.ts";
import type { Browsed } from "../../../testing/browse.ts";

skipUnlessGranted("files");

/** A name that would do harm if it were not escaped. */
const EVIL = `<img src="https://example.com/x.png" onerror="alert(1)">'"&`;

const RUNS = replicates([
  [{ model: "a", rate: 10 }, [1, 1.2, 1.1]],
  [{ model: "b", rate: 9 }, [0.5, 0.7, 0.65]],
  [{ model: EVIL, rate: 100 }, [30]],
]);

/** Makes runs and writes their report beside them; returns its path. */
async function writeReport(folder: string): Promise<string> {
  for (const run of RUNS) {
    const path = makeRun(`${folder}/ru#ns?`, run);
    using history = new History(path, run.id);
    for (const step of [1, 2, 3]) history.append({ step, loss: 3 / step });
  }
  const database = new RunDatabase(`${folder}/ru#ns?`);
  const comparison = await compare(database, { baseline: ["model=a"] });
  const html = await renderReport(comparison, {
    title: `Report ${EVIL}`,
    folder: `${folder}/reports`,
  });
  Deno.mkdirSync(`${folder}/reports`);
  Deno.writeTextFileSync(`${folder}/reports/report.html`, html);
  return `${folder}/reports/report.html`;
}

Deno.test(
  "renderReport() lists the many records of one run, and draws no common axis",
  async () => {
    using folder = tempFolder();
    makeRun(folder.path, {
      id: "a",
      records: [1, 2, 3, 4, 5, 6, 7].map((i) => [
        { name: `measure${i}`, source: "model" },
        { mean: i, error: 0.1, n: 9 },
      ]),
    });
    const comparison = await compare(new RunDatabase(folder.path), {
      isForReaders: true,
    });
    const html = await renderReport(comparison, {
      title: "One",
      folder: folder.path,
    });
    assertMatch(html, /1 completed run in 7 rows/);
    assertMatch(html, /All of run a\./);
    assertEquals(html.includes("<svg"), false);
  },
);

Deno.test(
  "renderReport() draws measures named like properties of every object",
  async () => {
    using folder = tempFolder();
    for (const seed of [1, 2]) {
      const path = makeRun(folder.path, {
        id: `a${seed}`,
        config: { seed },
        records: ["constructor", "loss"].map((name) => [
          { name },
          { mean: seed, error: 0.1, n: 9 },
        ]),
      });
      using history = new History(path, `a${seed}`);
      for (const step of [1, 2]) history.append({ step, toString: step });
    }
    const comparison = await compare(new RunDatabase(folder.path));
    const html = await renderReport(comparison, {
      title: "toString",
      folder: folder.path,
    });
    assertEquals(html.match(/<svg/g)?.length, 3);
  },
);

Deno.test(
  "renderReport() names a figure that it cannot draw, and draws the others",
  async () => {
    using folder = tempFolder();
    // An axis between the two smallest numbers has no ticks.
    for (const [id, tiny] of [["a", 5e-324], ["b", 1e-323]] as const) {
      makeRun(folder.path, {
        id,
        config: { seed: 1, model: id },
        records: [["first", tiny], ["second", 1]].map(([name, mean]) => [
          { name: name as string },
          { mean: mean as number, error: 0, n: 9 },
        ]),
      });
    }
    const comparison = await compare(new RunDatabase(folder.path));
    const html = await renderReport(comparison, { title: "T", folder: "." });
    assertMatch(html, /first: Cannot draw these values/);
    assertEquals(html.match(/<svg/g)?.length, 1);
  },
);

Deno.test(
  "renderReport() writes a page that needs nothing else, and escapes names",
  async () => {
    using folder = tempFolder();
    const html = Deno.readTextFileSync(await writeReport(folder.path));
    assertMatch(html, /^<!doctype html><html lang="en">/);
    assertEquals(html.includes("<img"), false);
    assertEquals(
      /<(link|iframe|object)\b|\bsrc=|url\((?!data:font)/.test(html.replaceAll(
        /&#?\w+;[^<]*/g,
        "",
      )),
      false,
    );
    assertMatch(html, /default-src &#x27;none&#x27;/);
    // The same runs, the same page.
    using other = tempFolder();
    const again = Deno.readTextFileSync(await writeReport(other.path));
    assertEquals(again, html);
  },
);

testWithProgram(
  "chromium",
  "a report works in a browser: it renders, sorts, shows tooltips, and makes no requests",
  async () => {
    using folder = tempFolder();
    const path = await writeReport(folder.path);
    const RATE_COLUMN = 3;
    const { stdout, stderr, success } = await new Deno.Command(
      Deno.execPath(),
      {
        args: [
          ...["run", "--quiet", "-A", "--lock=tests/deno.lock"],
          ...["testing/browse.ts", path, `${RATE_COLUMN}`],
        ],
        cwd: ROOT,
        stdin: "null",
      },
    ).output();
    assert(success, new TextDecoder().decode(stderr));
    const browsed: Browsed = JSON.parse(new TextDecoder().decode(stdout));
    assertEquals(browsed.complaints, []);
    assertEquals(browsed.requests, []);
    assertEquals(browsed.title, `Report ${EVIL}`);
    // As numbers, not as texts, where 9 would come last.
    assertEquals(browsed.before, ["10", "9", "100"]);
    assertEquals(browsed.sorted, ["9", "10", "100"]);
    assertEquals(browsed.sortedBack, ["100", "10", "9"]);
    assertEquals(
      browsed.tooltip,
      "model=a, rate=10\nloss: 1.100 ± 0.058\n" +
        "between-seed, n = 3: seed=1, seed=2, seed=3",
    );
    assertEquals(browsed.nFigures, 2);
    assertEquals(browsed.links.length, RUNS.length);
    for (const link of browsed.links) {
      assert(Deno.statSync(new URL(link)).isDirectory, link);
    }
    const [light, dark] = browsed.papers;
    assert(light !== dark, light!);
  },
);

Deno.test("renderReport() has one heading for each kind of table", async () => {
  const comparison = await compareRuns(makeDatasets(), {
    across: "dataset",
    baseline: ["model=mlp"],
    margin: "0.1",
  });
  const html = await renderReport(comparison, { title: "T", folder: "." });
  const headings = [...html.matchAll(/<h2>(.*?)<\/h2>/g)].map(([, text]) =>
    text
  );
  // The histories are gone.
  assertEquals(headings.slice(0, -1), [
    "Results",
    "Verdicts",
    "Differences that matter",
    "Ranks",
    "Figures",
  ]);
  // The points and the ranks of the one column.
  assertEquals(html.match(/<svg/g)?.length, 2);
});
