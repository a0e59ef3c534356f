import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import fc from "../../testing/properties.ts";
import {
  decodeNumber,
  encodeNumber,
  MAX_DEPTH,
  parseJson,
  stringify,
} from "../../core/utils/json.ts";
import {
  parseVersioned,
  readJsonFile,
  writeJsonFile,
} from "../../core/store/json_file.ts";
import { syncToDisk, writeFileAtomic } from "../../core/store/atomic_write.ts";

import { tempFolder, testWith } from "../../testing/helpers.ts";

Deno.test("decodeNumber() gives back every number that encodeNumber() wrote", () => {
  fc.assert(fc.property(fc.double(), (value) => {
    const text = JSON.stringify(encodeNumber(value));
    const read = decodeNumber(JSON.parse(text), "value");
    // JSON has one zero.
    assertEquals(read, value === 0 ? 0 : value);
  }));
});

Deno.test("decodeNumber() refuses what is no number and names it", () => {
  for (const value of ["1", null, undefined, [], {}, true]) {
    assertThrows(
      () => decodeNumber(value, "mean"),
      TypeError,
      "Cannot read mean as a number",
    );
  }
});

Deno.test("stringify() keeps NaN and the infinities at any depth", () => {
  assertEquals(
    stringify({ a: NaN, b: [Infinity, { c: -Infinity }] }),
    '{"a":"NaN","b":["Infinity",{"c":"-Infinity"}]}',
  );
});

Deno.test("parseVersioned() names the file of what it cannot read", () => {
  const cases: [string, typeof Error, RegExp][] = [
    ["", SyntaxError, /^Cannot read a\.json as JSON: it is empty$/],
    ['{"schemaVersion":1', SyntaxError, /^Cannot read a\.json as JSON: /],
    ["[]", TypeError, /^Cannot read a\.json as it holds no JSON object$/],
    ["{}", RangeError, /a\.json .* must be 1: current value is undefined$/],
    ['{"schemaVersion":2}', RangeError, /a\.json .* current value is 2$/],
  ];
  for (const [text, errorClass, message] of cases) {
    const error = assertThrows(
      () => parseVersioned(text, "a.json"),
      errorClass,
    );
    assertMatch(error.message, message);
  }
});

testWith("files", "writeJsonFile() writes what readJsonFile() reads", () => {
  using folder = tempFolder();
  writeJsonFile(`${folder.path}/a.json`, { mean: NaN, runs: ["x"] });
  assertEquals(readJsonFile(`${folder.path}/a.json`), {
    schemaVersion: 1,
    mean: "NaN",
    runs: ["x"],
  });
});

testWith("files", "readJsonFile() says which file is missing", () => {
  assertThrows(
    () => readJsonFile("nowhere/a.json"),
    Deno.errors.NotFound,
    "Cannot read nowhere/a.json as there is no such file",
  );
});

testWith(
  "files",
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

testWith("files", "writeFileAtomic() renames again after a signal", () => {
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

testWith("files", "syncToDisk() names what it cannot sync", () => {
  // A device has nothing to sync.
  assertThrows(
    () => syncToDisk("/dev/null"),
    TypeError,
    "Invalid argument (os error 22): sync '/dev/null'",
  );
});

Deno.test("parseJson() refuses what is nested too deeply, before it is parsed", () => {
  const nested = (depth: number, open: string, close: string) =>
    open.repeat(depth) + "1" + close.repeat(depth);
  for (const [open, close] of [["[", "]"], ['{"a":', "}"]] as const) {
    parseJson(nested(MAX_DEPTH, open, close), "a.json");
    assertThrows(
      () => parseJson(nested(MAX_DEPTH + 1, open, close), "a.json"),
      RangeError,
      "Cannot read a.json as JSON must be nested at most 100 deep",
    );
  }
  // Whatever it is, it ends before it ends a stack.
  assertThrows(() => parseJson("[".repeat(1e7), "a.json"), RangeError);
});

Deno.test("parseJson() counts no brackets within texts, and as many closed as open", () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 5 }), fc.string(), (value, text) => {
      const wide = [value, text, "[".repeat(200), '\\"{['.repeat(100), {
        [`"${"{".repeat(200)}`]: Array(200).fill([]),
      }];
      const json = JSON.stringify(wide);
      assertEquals(parseJson(json, "a"), JSON.parse(json));
    }),
  );
});

testWith(
  "files",
  "writeFileAtomic() shows who reads meanwhile the old content or the new, never a part",
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
