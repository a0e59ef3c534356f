import { assert, assertEquals } from "@std/assert";
import { ROOT, skipUnlessGranted, tempFolder } from "../../testing/helpers.ts";
import { makeRun } from "../../testing/runs.ts";

skipUnlessGranted("scripts");

/** The heap of the process that reads, in MiB: a third of what it is given. */
const HEAP = 32;
const HUGE = 100 * 2 ** 20;

/** A file of 100 MiB that takes no room on the disk: zeros, and no line end. */
function makeHuge(path: string, start = ""): void {
  Deno.writeTextFileSync(path, start);
  Deno.truncateSync(path, HUGE);
}

/** What a reader with so small a heap, in MiB, says of files. */
async function readIn(
  heap: number,
  paths: readonly string[],
  reader = "_read.ts",
  grant = "--allow-read",
) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", grant],
      `--v8-flags=--max-old-space-size=${heap}`,
      `tests/untrusted_runs/${reader}`,
      ...paths,
    ],
    cwd: ROOT,
    stdin: "null",
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  assertEquals([code, text(stderr)], [0, ""]);
  return text(stdout).trimEnd().split("\n");
}

Deno.test(
  "files of 100 MB and lines as long are refused in little memory, each by its name",
  async () => {
    using folder = tempFolder();
    const runs = `${folder.path}/runs`;
    makeRun(runs, { id: "good" });
    const bad = ["run.json", "config.json", "results/train.json"];
    for (const [index, file] of bad.entries()) {
      makeHuge(`${makeRun(runs, { id: `bad${index}` })}/${file}`);
    }
    const header = '{"schemaVersion":1,"runId":"x"}\n';
    const lines = makeRun(folder.path, { id: "lines" });
    makeHuge(`${lines}/metrics.jsonl`, header);
    const quote = `${folder.path}/quote.csv`;
    Deno.writeTextFileSync(quote, `1,2\n"${"3\n".repeat(2 ** 20)}`);
    const config = `${folder.path}/config.json`;
    makeHuge(config);
    const said = await readIn(HEAP, [runs, lines, quote, config]);
    const tooLarge = (most: number) =>
      `it may have at most ${most} MiB; it has 100 MiB`;
    assertEquals(said, [
      `Cannot read ${lines}/metrics.jsonl:2: it may have at most 1 MiB; ` +
      "it has more",
      `Cannot read ${quote} as CSV: Max Record Size: record exceed the ` +
      "maximum number of tolerated bytes of 1048576 at line 524290",
      `Cannot read ${config}: ${tooLarge(32)}`,
      ...bad.map((file, i) =>
        `bad${i} Cannot read ${runs}/bad${i}/${file}: ${tooLarge(8)}`
      ),
      "bad2,good",
    ]);
  },
);

Deno.test(
  "a CSV file of one line of 100 MB takes little more than its text",
  async () => {
    using folder = tempFolder();
    const path = `${folder.path}/row.csv`;
    makeHuge(path, "1,2\n3,");
    assertEquals(await readIn(HUGE / 2 ** 20 + HEAP, [folder.path, path]), [
      `Cannot read ${path} as CSV: Max Record Size: record exceed the maximum ` +
      "number of tolerated bytes of 1048576 at line 2",
    ]);
  },
);

/** The most that all readers together take of long and large files, in MiB. */
const MAX_PEAK = 400;

Deno.test(
  "histories of any length and files of any size are read in little memory",
  async () => {
    if (Deno.build.os !== "linux") return; // Nowhere else is there a /proc.
    using folder = tempFolder();
    const runs = `${folder.path}/runs`;
    const nLines = 1_000_000, nBytes = 2 ** 29;
    const encoder = new TextEncoder();
    for (const seed of [1, 2]) {
      const id = `run${seed}`;
      const path = makeRun(runs, {
        id,
        config: { seed },
        records: [[{ name: "x" }, { mean: 1, error: 1, n: 2 }]],
      });
      using history = Deno.openSync(`${path}/metrics.jsonl`, {
        createNew: true,
        write: true,
      });
      let text = `{"schemaVersion":1,"runId":"${id}"}\n`;
      for (let step = 1; step <= nLines; step++) {
        text += `{"step":${step},"loss":${seed / step}}\n`;
        if (step % 10_000 > 0) continue;
        history.writeSync(encoder.encode(text));
        text = "";
      }
      // A line that is no object ends what is read, and nothing else.
      if (seed === 2) history.writeSync(encoder.encode("null\n"));
      Deno.mkdirSync(`${path}/model`);
      Deno.writeTextFileSync(`${path}/model/own.bin`, "");
      Deno.truncateSync(`${path}/model/own.bin`, nBytes);
    }
    {
      using file = Deno.openSync(`${runs}/run2/model/own.bin`, { write: true });
      file.seekSync(-1, Deno.SeekMode.End);
      file.writeSync(new Uint8Array([1]));
    }
    const said = await readIn(2 * HEAP, [runs], "_large.ts", "-A");
    const peak = Number(said.pop()!.replace("peak ", ""));
    assertEquals(said, [
      `doctor Cannot read ${runs}/run2/metrics.jsonl:${nLines + 2}: it is no ` +
      "JSON object",
      "plot ",
      `show ${nLines}`,
      `hash ${nBytes}`,
      `differ ${nBytes - 1}`,
    ]);
    assert(peak < MAX_PEAK, `${peak} MiB`);
  },
);
