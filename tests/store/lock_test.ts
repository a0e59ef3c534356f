import { assert, assertEquals } from "@std/assert";
import { History } from "../../core/store/history.ts";
import { holdRun, isAlive, isInUse } from "../../core/store/lock.ts";
import { skipUnlessGranted, tempFolder } from "../../testing/helpers.ts";

skipUnlessGranted("files");

Deno.test("isAlive() is true for as long as the history is open", () => {
  using folder = tempFolder();
  assertEquals(isAlive(folder.path), false);
  const history = new History(folder.path, "run");
  assert(isAlive(folder.path));
  history.close();
  history.close();
  assertEquals(isAlive(folder.path), false);
});

Deno.test(
  "isInUse() is true while a run is trained or held, by any number of processes",
  () => {
    using folder = tempFolder();
    assertEquals(isInUse(folder.path), false);
    using _nothing = holdRun(folder.path); // Nothing to hold is nothing wrong.
    const history = new History(folder.path, "run");
    assert(isInUse(folder.path));
    history.close();
    assertEquals(isInUse(folder.path), false);
    {
      using _first = holdRun(folder.path);
      using _second = holdRun(folder.path);
      assert(isInUse(folder.path));
      assertEquals(isAlive(folder.path), false);
    }
    assertEquals(isInUse(folder.path), false);
  },
);
