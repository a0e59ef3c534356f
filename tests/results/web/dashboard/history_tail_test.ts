import { assert, assertEquals, assertMatch } from "@std/assert";
import { HistoryTail } from "../../../../results/web/dashboard/history_tail.ts";
import { readHistoryEnd } from "../../../../results/web/dashboard/history_end.ts";
import { skipUnlessGranted, tempFolder } from "../../../../testing/helpers.ts";

skipUnlessGranted("files");

const HEADER = '{"schemaVersion":1,"runId":"a"}\n';
const line = (step: number) => `{"step":${step},"loss":${1 / step}}\n`;

/** The steps of all lines that can be read now, and whether there was a reset. */
function readAll(tail: HistoryTail): { steps: unknown[]; isReset: boolean } {
  const steps: unknown[] = [];
  let isReset = false;
  while (true) {
    const read = tail.read();
    isReset ||= read.isReset;
    steps.push(...read.lines.map(({ line }) => line.step));
    if (!read.hasMore) return { steps, isReset };
  }
}

function write(folder: string, text: string, append = false): void {
  Deno.writeTextFileSync(`${folder}/metrics.jsonl`, text, { append });
}

Deno.test("HistoryTail reads each line once, and a torn one when it is whole", () => {
  using folder = tempFolder();
  const tail = new HistoryTail(folder.path);
  assertEquals(readAll(tail).steps, []);
  write(folder.path, HEADER + line(1) + '{"step":2,');
  assertEquals(readAll(tail).steps, [1]);
  assertEquals(tail.cursor, (HEADER + line(1)).length);
  write(folder.path, '"loss":0}\n' + line(3), true);
  assertEquals(readAll(tail), { steps: [2, 3], isReset: false });
  assertEquals(readAll(tail).steps, []);
});

Deno.test("HistoryTail reads large histories in parts", () => {
  using folder = tempFolder();
  const n = 40_000;
  const text = Array.from({ length: n }, (_, i) => line(i + 1)).join("");
  write(folder.path, HEADER + text);
  const tail = new HistoryTail(folder.path);
  const first = tail.read();
  assert(first.hasMore && first.lines.length < n);
  const { line: value, offset } = first.lines[10]!;
  assertEquals((HEADER + text).slice(offset).startsWith(line(11)), true);
  assertEquals(value.step, 11);
  const { steps } = readAll(tail);
  assertEquals(first.lines.length + steps.length, n);
  assertEquals(steps.at(-1), n);
});

Deno.test("HistoryTail begins again when a resume has cut the file back", () => {
  using folder = tempFolder();
  write(folder.path, HEADER + line(1) + line(2) + line(3));
  const tail = new HistoryTail(folder.path);
  readAll(tail);
  write(folder.path, HEADER + line(1));
  assertEquals(readAll(tail), { steps: [1], isReset: true });
  // It may have grown past the cursor since.
  write(folder.path, HEADER + [1, 5, 6, 7].map(line).join(""));
  assertEquals(readAll(tail), { steps: [5, 6, 7], isReset: false });
  write(folder.path, HEADER + [1, 8, 9, 10, 11].map(line).join(""));
  assertEquals(readAll(tail), { steps: [1, 8, 9, 10, 11], isReset: true });
});

Deno.test("HistoryTail stops at damage, at endless lines and at links", () => {
  using folder = tempFolder();
  write(folder.path, HEADER + line(1) + "{damaged}\n" + line(3));
  const tail = new HistoryTail(folder.path);
  assertEquals(readAll(tail).steps, [1]);
  assertMatch(tail.damage, /metrics.jsonl/);
  using endless = tempFolder();
  write(endless.path, HEADER + `{"step":1,"text":"${"x".repeat(12_000_000)}"}`);
  const long = new HistoryTail(endless.path);
  readAll(long);
  assertMatch(long.damage, /a line is too long/);
  using linked = tempFolder();
  Deno.symlinkSync("/etc/passwd", `${linked.path}/metrics.jsonl`);
  const link = new HistoryTail(linked.path);
  assertEquals(readAll(link).steps, []);
  assert(link.damage !== "");
});

Deno.test("readHistoryEnd() reads the last values, however long the history is", () => {
  using folder = tempFolder();
  assertEquals(readHistoryEnd(folder.path), undefined);
  const text = Array.from({ length: 5000 }, (_, i) => line(i + 1)).join("");
  write(folder.path, HEADER + text + '{"epoch":1,"accuracy":0.5}\n{"torn');
  const end = readHistoryEnd(folder.path)!;
  assertEquals(end.last, { epoch: 1, accuracy: 0.5 });
  assertEquals(end.latest, {
    ...{ step: 5000, loss: 1 / 5000, epoch: 1, accuracy: 0.5 },
  });
});
