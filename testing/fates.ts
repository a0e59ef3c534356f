/**
 * An experiment whose runs end as they are told to, for tests of what runs them.
 *
 * @module
 */

import { experiment, integers, ScalarResult, text } from "whisker";
import { exists } from "../core/utils/exists.ts";

const STEP_MS = 20;

export default experiment({
  name: "fates",
  config: {
    failing: integers({ default: [], description: "seeds that fail" }),
    waiting: integers({ default: [], description: "seeds that wait" }),
    gate: text({ description: "the folder whose making they wait for" }),
  },
  async train({ seed, failing, waiting, gate }, run) {
    if (failing.includes(seed)) throw new Error("It was told to fail");
    const at = { step: 0 };
    run.resumable({ at });
    do {
      at.step++;
      await run.log({ ...at });
      await run.checkpoint();
      await new Promise((done) => setTimeout(done, STEP_MS));
    } while (waiting.includes(seed) && !exists(gate));
    run.record(
      { name: "seed" },
      new ScalarResult({ mean: seed, error: NaN, n: 1 }),
    );
  },
});
