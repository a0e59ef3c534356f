/**
 * `deno task dashboard`: serves a local page that follows runs.
 *
 * @module
 */

import { integer, toggle } from "../core/config/fields.ts";
import { ConfigSchema } from "../core/config/schema.ts";
import { defineCommand, main } from "./_command.ts";
import { selectionFields } from "./_runs.ts";
import { listenForSignals } from "./_signals.ts";

const { strict: _, ...selection } = selectionFields;

const dashboardSchema = new ConfigSchema({
  ...selection,
  port: integer({
    default: 0,
    defaultText: "a free one",
    min: 0,
    max: 65_535,
    description: "the port on 127.0.0.1; one that is named must be granted",
  }),
  open: toggle({ description: "also print how to open the page" }),
  noToken: toggle({
    description: "no secret in the address: all users of the machine can ask",
  }),
});

const TOKEN_BYTES = 16;

const command = defineCommand({
  name: "dashboard",
  summary: "Serve a local page that follows runs while they train.",
  usage: ["[flags]"],
  notes: ["It prints its address, and serves until Ctrl-C."],
  examples: [
    "deno task dashboard",
    "deno task dashboard --runs studies/ablations/runs --where model=mlp",
  ],
  flags: { Dashboard: dashboardSchema },
  async run({ flags }) {
    const { signal, status } = listenForSignals();
    const { startDashboard } = await import(
      "../results/web/dashboard/dashboard.ts"
    );
    const token = flags.noToken
      ? ""
      : crypto.getRandomValues(new Uint8Array(TOKEN_BYTES)).toHex();
    await using dashboard = startDashboard({ ...flags, token });
    console.log(dashboard.address);
    console.error("Ctrl-C ends it.");
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    return status;
  },
});

if (import.meta.main) main(command);
