import { assertEquals } from "@std/assert";
import { History } from "../../../core/store/history.ts";
import { readLastLine } from "../../../results/inspect/last_line.ts";
import { skipUnlessGranted, tempFolder } from "../../../testing/helpers.ts";

skipUnlessGranted("files");

Deno.test(
  "readLastLine() returns the last whole line of a history of any length",
  () => {
    using folder = tempFolder();
    const path = `${folder.path}/metrics.jsonl`;
    assertEquals(readLastLine(folder.path), null);
    const lengths: number[] = [];
    {
      using history = new History(folder.path, "run");
      assertEquals(readLastLine(folder.path), null); // The header is none.
      for (let step = 1; step <= 5000; step++) {
        history.append({ step, loss: 1 / step, name: "ä".repeat(20) });
        lengths.push(history.length);
      }
    }
    assertEquals(readLastLine(folder.path)?.step, 5000);
    assertEquals(readLastLine(folder.path, lengths[6])?.step, 7);
    Deno.writeTextFileSync(path, '{"step":5001,"lo', { append: true });
    assertEquals(readLastLine(folder.path)?.step, 5000);
    Deno.writeTextFileSync(path, `${" ".repeat(100_000)}1\n`, { append: true });
    assertEquals(readLastLine(folder.path), null);
  },
);

Deno.test("readLastLine() follows no link out of the run", () => {
  using folder = tempFolder();
  using elsewhere = tempFolder();
  const path = `${elsewhere.path}/metrics.jsonl`;
  Deno.writeTextFileSync(path, '{"a":1}\n{"step":1}\n');
  assertEquals(readLastLine(elsewhere.path), { step: 1 });
  Deno.symlinkSync(path, `${folder.path}/metrics.jsonl`);
  assertEquals(readLastLine(folder.path), null);
});
