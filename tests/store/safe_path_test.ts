import { assertEquals, assertThrows } from "@std/assert";
import {
  checkNoLinkLeadsOut,
  checkStaysInside,
  pathWithin,
} from "../../core/store/safe_path.ts";
import { skipUnlessGranted, tempFolder } from "../../testing/helpers.ts";

skipUnlessGranted("files");

Deno.test(
  "checkStaysInside() refuses links that lead out, at the end or on the way",
  () => {
    using folder = tempFolder();
    using other = tempFolder();
    const run = `${folder.path}/run`;
    Deno.mkdirSync(`${run}/results`, { recursive: true });
    Deno.writeTextFileSync(`${run}/results/a.json`, "");
    Deno.writeTextFileSync(`${other.path}/a.json`, "");
    Deno.mkdirSync(`${folder.path}/run2`);
    Deno.symlinkSync(other.path, `${run}/far`);
    Deno.symlinkSync(`${folder.path}/run2`, `${run}/near`);
    Deno.symlinkSync(`${other.path}/none`, `${run}/nowhere`);
    Deno.symlinkSync("loop", `${run}/loop`);
    Deno.symlinkSync("results", `${run}/within`);
    Deno.symlinkSync(".", `${run}/itself`);
    const refused = [
      "far",
      "far/a.json",
      "far/new.json",
      "far/new/new.json",
      "near",
      "near/new.json",
      "nowhere",
      "loop",
      "results/../..",
    ];
    for (const name of refused) {
      assertThrows(
        () => checkStaysInside(`${run}/${name}`, run),
        RangeError,
        "it is a link that leads out of the run",
        name,
      );
    }
    const allowed = [
      "results",
      "results/a.json",
      "within/a.json",
      "new",
      "a/b",
    ];
    for (const name of allowed) checkStaysInside(`${run}/${name}`, run);
    assertEquals(pathWithin(`${run}/within/a.json`, run), "results/a.json");
  },
);

Deno.test("checkNoLinkLeadsOut() looks into every folder of a run", () => {
  using folder = tempFolder();
  using other = tempFolder();
  Deno.mkdirSync(`${folder.path}/own/deep`, { recursive: true });
  Deno.symlinkSync("..", `${folder.path}/own/deep/up`);
  checkNoLinkLeadsOut(folder.path);
  Deno.symlinkSync(other.path, `${folder.path}/own/deep/far`);
  assertThrows(
    () => checkNoLinkLeadsOut(folder.path),
    RangeError,
    `${folder.path}/own/deep/far`,
  );
});

Deno.test(
  "checkStaysInside() accepts a file that is made in the same moment",
  async () => {
    using folder = tempFolder();
    const nRounds = 2000;
    const round = new Int32Array(new SharedArrayBuffer(4));
    // A thread of its own, that makes each folder as soon as it is looked for.
    const code = `
      onmessage = ({ data: [round, folder] }) => {
        postMessage(null);
        for (let made = 1; made <= ${nRounds}; made++) {
          while (Atomics.load(round, 0) < made) { /* as quick as can be */ }
          Deno.mkdirSync(folder + "/" + made);
        }
        postMessage(null);
      };
    `;
    const url = `data:application/javascript,${encodeURIComponent(code)}`;
    const worker = new Worker(url, { type: "module" });
    const next = () => new Promise((resolve) => worker.onmessage = resolve);
    const ready = next();
    worker.postMessage([round, folder.path]);
    await ready;
    const done = next();
    try {
      for (let i = 1; i <= nRounds; i++) {
        Atomics.store(round, 0, i);
        checkStaysInside(`${folder.path}/${i}`, folder.path);
      }
    } finally {
      Atomics.store(round, 0, nRounds);
      await done;
      worker.terminate();
    }
  },
);
