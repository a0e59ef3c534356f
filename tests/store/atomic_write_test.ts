import { assertEquals, assertThrows } from "@std/assert";
import { syncToDisk, writeFileAtomic } from "../../core/store/atomic_write.ts";
import { skipUnlessGranted, tempFolder } from "../../testing/helpers.ts";

skipUnlessGranted("files");

Deno.test(
  "writeFileAtomic() leaves no temporary file, and the old content where it fails",
  () => {
    using folder = tempFolder();
    const path = `${folder.path}/a.json`;
    writeFileAtomic(path, "old");
    writeFileAtomic(path, "new");
    assertEquals(Deno.readTextFileSync(path), "new");
    // A directory cannot be replaced by a file.
    Deno.mkdirSync(`${folder.path}/b.json/inside`, { recursive: true });
    assertThrows(() => writeFileAtomic(`${folder.path}/b.json`, "x"));
    const names = Array.from(Deno.readDirSync(folder.path), ({ name }) => name);
    assertEquals(names.sort(), ["a.json", "b.json"]);
  },
);

Deno.test("writeFileAtomic() renames again after a signal", () => {
  using folder = tempFolder();
  const path = `${folder.path}/a.txt`;
  // As network file systems have it, to which no signal can be timed.
  const { renameSync } = Deno;
  let nInterrupted = 0;
  Deno.renameSync = (from, to) => {
    if (nInterrupted++ < 2) {
      throw new Deno.errors.Interrupted("Interrupted system call (os error 4)");
    }
    renameSync(from, to);
  };
  try {
    writeFileAtomic(path, "new");
  } finally {
    Deno.renameSync = renameSync;
  }
  assertEquals(nInterrupted, 3);
  assertEquals(Deno.readTextFileSync(path), "new");
});

Deno.test("syncToDisk() names what it cannot sync", () => {
  // A device has nothing to sync.
  assertThrows(
    () => syncToDisk("/dev/null"),
    TypeError,
    "Invalid argument (os error 22): sync '/dev/null'",
  );
});

Deno.test(
  "writeFileAtomic() shows readers the old content or the new, never a part",
  async () => {
    using folder = tempFolder();
    const path = `${folder.path}/a.txt`;
    const size = 2 ** 20;
    writeFileAtomic(path, "a".repeat(size));
    // A thread of its own, that reads as fast as it can until it is asked.
    const code = `
      const seen = new Set();
      let isOver = false;
      const read = () => {
        const text = Deno.readTextFileSync(${JSON.stringify(path)});
        seen.add(text.length + " " + text[0] + text.at(-1));
        if (isOver) postMessage([...seen]);
        else setTimeout(read, 0);
      };
      onmessage = () => isOver = true;
      read();
      postMessage(null);
    `;
    const url = `data:application/javascript,${encodeURIComponent(code)}`;
    const worker = new Worker(url, { type: "module" });
    const next = () =>
      new Promise<MessageEvent>((resolve) => worker.onmessage = resolve);
    await next();
    for (let i = 0; i < 100; i++) {
      writeFileAtomic(path, (i % 2 ? "a" : "b").repeat(size));
    }
    const answer = next();
    worker.postMessage(null);
    const seen = (await answer).data as string[];
    worker.terminate();
    const whole = [`${size} aa`, `${size} bb`];
    assertEquals(seen.filter((what) => !whole.includes(what)), []);
    assertEquals(seen.length > 0, true);
  },
);
