import { assert, assertEquals } from "@std/assert";
import { TABLES } from "../../examples/paper/build.ts";
import { ROOT, runScript, testWithProgram } from "../../testing/helpers.ts";
import { readLog } from "../../testing/latex.ts";

const BUILD = `${ROOT}/examples/paper/build`;

/** The means and errors of a table in LaTeX, row by row. */
function readNumbers(name: string): string[][] {
  const text = Deno.readTextFileSync(`${BUILD}/${name}.tex`);
  const [, body = ""] = /\\midrule\n(.*?)\\bottomrule/s.exec(text) ?? [];
  return [...body.matchAll(/(-?[\d.]+) (?:\\pm|\+-) ([\d.]+)/g)]
    .map(([, mean, error]) => [mean!, error!]);
}

function round(value: number, like: string): string {
  return value.toFixed(like.split(".")[1]?.length ?? 0);
}

testWithProgram(
  "pdflatex",
  "deno task paper makes a PDF without complaints, whose tables are what the runs say",
  async () => {
    const { success, stdout, stderr } = await new Deno.Command(
      Deno.execPath(),
      {
        args: ["task", "--quiet", "paper"],
        cwd: ROOT,
        stdin: "null",
        env: { NO_COLOR: "1" },
      },
    ).output();
    const decoder = new TextDecoder();
    assert(success, decoder.decode(stderr));
    assertEquals(decoder.decode(stdout), "examples/paper/build/paper.pdf\n");
    const { complaints, nPages } = readLog(`${BUILD}/paper.log`);
    assertEquals(complaints, []);
    assertEquals(nPages, 2);
    for (const [name, { flags }] of Object.entries(TABLES)) {
      const { stdout } = await runScript("compare", [
        ...flags.split(" "),
        "--format=json",
      ]);
      const { rows, columns } = JSON.parse(stdout);
      const cells = rows.flatMap((row: { cells: Record<string, object> }) =>
        Object.keys(columns).flatMap((column) => row.cells[column] ?? [])
      ) as { mean: number; error: number }[];
      const numbers = readNumbers(name);
      assertEquals(
        numbers,
        cells.map(({ mean, error }, i) => [
          round(mean, numbers[i]?.[0] ?? ""),
          round(error, numbers[i]?.[1] ?? ""),
        ]),
        name,
      );
    }
  },
);
