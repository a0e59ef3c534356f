import { assertEquals } from "@std/assert";
import { parseTimeLimit } from "../../../../core/sweep/launchers/slurm/slurm_options.ts";

Deno.test("parseTimeLimit() reads all forms of sbatch, in seconds", () => {
  const limits = {
    "90": 5400,
    "2:30": 150,
    "8:00:00": 28_800,
    "2-12": 216_000,
    "1-1:30": 91_800,
    "1-0:0:5": 86_405,
    "": Infinity,
    "unlimited": Infinity,
    "8h": NaN,
    "1:2:3:4": NaN,
    "-5": NaN,
  };
  for (const [text, seconds] of Object.entries(limits)) {
    assertEquals(parseTimeLimit(text), seconds, text);
  }
});
