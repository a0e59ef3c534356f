import { assert, assertEquals, assertThrows } from "@std/assert";
import { HISTORY_FILE, isAlive } from "../../core/store/lock.ts";
import { History, HistoryReader } from "../../core/store/history.ts";
import { readHistory } from "../../testing/history.ts";
import { MAX_BYTES } from "../../core/store/limits.ts";
import { skipUnlessGranted, tempFolder } from "../../testing/helpers.ts";

skipUnlessGranted("files");

Deno.test(
  "History writes a header and whole lines, NaN and infinities kept",
  () => {
    using folder = tempFolder();
    using history = new History(folder.path, "run");
    history.append({ step: 1, loss: 0.5 });
    history.append({ step: 2, loss: NaN, note: "null" });
    history.append({ step: 3, loss: -Infinity, best: null });
    // Read while it is open: each line is there at once.
    assertEquals(readHistory(folder.path), {
      runId: "run",
      lines: [
        { step: 1, loss: 0.5 },
        { step: 2, loss: "NaN", note: "null" },
        { step: 3, loss: "-Infinity", best: null },
      ],
      torn: false,
    });
  },
);

Deno.test(
  "HistoryReader skips a last line torn at any byte, and says so",
  () => {
    using folder = tempFolder();
    {
      using history = new History(folder.path, "run");
      history.append({ step: 1 });
      history.append({ step: 2 });
    }
    const path = `${folder.path}/${HISTORY_FILE}`;
    const bytes = Deno.readFileSync(path);
    const ends = [...bytes].flatMap((byte, i) => byte === 10 ? [i + 1] : []);
    for (let length = 0; length < bytes.length; length++) {
      Deno.writeFileSync(path, bytes.subarray(0, length));
      const { lines, torn } = readHistory(folder.path);
      const whole = ends.filter((end) => end <= length).length;
      assertEquals(lines.length, Math.max(0, whole - 1));
      assertEquals(torn, length > 0 && !ends.includes(length));
    }
  },
);

Deno.test(
  "HistoryReader names file and line of a damaged line in between",
  () => {
    using folder = tempFolder();
    const path = `${folder.path}/${HISTORY_FILE}`;
    const header = '{"schemaVersion":1,"runId":"run"}';
    Deno.writeTextFileSync(path, `${header}\n{"step":1}\n{"st\n{"step":3}\n`);
    assertThrows(
      () => readHistory(folder.path),
      SyntaxError,
      `${path}:3 as JSON`,
    );
    Deno.writeTextFileSync(path, '{"schemaVersion":9}\n');
    assertThrows(() => readHistory(folder.path), RangeError, `${path}:1`);
  },
);

Deno.test("History refuses to overwrite another one", () => {
  using folder = tempFolder();
  new History(folder.path, "run").close();
  assertThrows(
    () => new History(folder.path, "run"),
    Deno.errors.AlreadyExists,
  );
});

Deno.test(
  "HistoryReader gives the lines before one that cannot be read, and names it",
  () => {
    using folder = tempFolder();
    const path = `${folder.path}/${HISTORY_FILE}`;
    const header = '{"schemaVersion":1,"runId":"run"}\n';
    const long = `{"x":"${"y".repeat(MAX_BYTES.historyLine)}"}`;
    const damages: [line: string, reason: string][] = [
      [long, `Cannot read ${path}:4: it may have at most 1 MiB`],
      ["{", `Cannot read ${path}:4 as JSON`],
      ["null", `Cannot read ${path}:4: it is no JSON object`],
      ["[1]", `Cannot read ${path}:4: it is no JSON object`],
      ["\0".repeat(2 ** 21), `Cannot read ${path}:4: it may have at most`],
    ];
    for (const [line, reason] of damages) {
      const text = `${header}{"step":1}\n{"step":2}\n${line}\n{"step":4}\n`;
      Deno.writeTextFileSync(path, text);
      const history = new HistoryReader(folder.path);
      const steps: unknown[] = [];
      const { message } = assertThrows(() => {
        for (const { step } of history) steps.push(step);
      });
      assert(message.startsWith(reason), message);
      assertEquals([steps, history.runId], [[1, 2], "run"]);
    }
  },
);

Deno.test(
  "HistoryReader reads a history of more than two million lines",
  () => {
    using folder = tempFolder();
    const path = `${folder.path}/${HISTORY_FILE}`;
    Deno.writeTextFileSync(path, '{"schemaVersion":1,"runId":"run"}\n');
    const lines = '{"loss":1}\n'.repeat(2 ** 17);
    using file = Deno.openSync(path, { append: true });
    for (let i = 0; i < 17; i++) {
      file.writeSync(new TextEncoder().encode(lines));
    }
    let nLines = 0;
    for (const _line of new HistoryReader(folder.path)) nLines++;
    assertEquals(nLines, 17 * 2 ** 17);
  },
);

Deno.test(
  "History waits for a reader that checks whether the run is alive",
  async () => {
    using folder = tempFolder();
    new History(folder.path, "run").close();
    const path = `${folder.path}/${HISTORY_FILE}`;
    // A reader in a thread of its own, that holds on for longer than it would.
    const code = `
      using file = Deno.openSync(${JSON.stringify(path)});
      file.lockSync(false);
      postMessage(null);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
      file.unlockSync();
    `;
    const url = `data:application/javascript,${encodeURIComponent(code)}`;
    const worker = new Worker(url, { type: "module" });
    await new Promise((resolve) => worker.onmessage = resolve);
    {
      using history = new History(folder.path, "run", { isResumed: true });
      history.truncateTo(0);
      history.append({ step: 1 });
      assert(isAlive(folder.path));
    }
    worker.terminate();
    assertEquals(readHistory(folder.path).lines, [{ step: 1 }]);
  },
);
