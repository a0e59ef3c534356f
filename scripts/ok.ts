/**
 * `deno task ok`: all that CI runs.
 *
 * @module
 */

import { defineCommand, EXIT, main } from "./_command.ts";

const STEPS = [
  "fmt --quiet --check",
  "lint --quiet",
  "task check",
  "task tables --check README.md --check studies/least-squares/README.md " +
  "--check docs/diffusion.md --check docs/ablations.md",
  "task test",
];

const command = defineCommand({
  name: "ok",
  summary: "Run all that CI runs, up to the first step that fails.",
  usage: [""],
  notes: [STEPS.map((step) => `deno ${step}`).join("; ")],
  examples: ["deno task ok"],
  flags: {},
  async run() {
    for (const step of STEPS) {
      const args = step.split(" ");
      const { success } = await new Deno.Command(Deno.execPath(), { args })
        .spawn().status;
      if (!success) throw new Error(`deno ${step} failed`);
    }
    return EXIT.done;
  },
});

if (import.meta.main) main(command);
