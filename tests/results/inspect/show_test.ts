import { assert, assertMatch } from "@std/assert";
import { History } from "../../../core/store/history.ts";
import { formatRun, readRun } from "../../../results/inspect/show.ts";
import { skipUnlessGranted, tempFolder } from "../../../testing/helpers.ts";
import { makeRun } from "../../../testing/runs.ts";

skipUnlessGranted("files");

Deno.test(
  "formatRun() rounds the last line of the history, not the configuration",
  () => {
    using folder = tempFolder();
    const run = makeRun(folder.path, { id: "a", config: { rate: 0.1 + 0.2 } });
    {
      using history = new History(run, "a");
      history.append({ step: 12345, loss: 1 / 3 });
    }
    const text = formatRun(readRun(run));
    assertMatch(text, /^ {2}last +step=12345, loss=0\.3333\d{0,2}$/m);
    assertMatch(text, /^ {2}rate +0\.30000000000000004$/m);
  },
);

Deno.test("formatRun() lists what cannot be read", () => {
  using folder = tempFolder();
  const run = makeRun(folder.path, { id: "a" });
  Deno.mkdirSync(`${run}/results`, { recursive: true });
  Deno.writeTextFileSync(`${run}/results/b.json`, "{");
  const text = formatRun(readRun(run));
  assertMatch(text, /^Problems\n {2}Cannot read .*b\.json as JSON/m);
  assert(!text.includes("undefined"), text);
});
