/**
 * `deno task show`: prints everything that is known of a run.
 *
 * @module
 */

import { text } from "../core/config/fields.ts";
import { ConfigSchema, unknownKey } from "../core/config/schema.ts";
import type { SourceInfo } from "../core/store/run_info.ts";
import { formatRun, readRun } from "../results/inspect/show.ts";
import {
  defineCommand,
  findNamedRun,
  main,
  outputSchema,
  usageError,
} from "./_command.ts";
import { RUN_NOTE, runsFolderFlag } from "./_runs.ts";

const showSchema = new ConfigSchema({
  file: text({
    placeholder: "<path>",
    description: "print this file of the source that the run ran",
  }),
  runs: runsFolderFlag,
});

const command = defineCommand({
  name: "show",
  summary: "Print everything that is known of a run.",
  usage: ["[RUN] [flags]"],
  notes: [`${RUN_NOTE} [default: latest].`],
  examples: [
    "deno task show",
    "deno task show 3f9a --file core/diffusion/train.ts",
  ],
  maxPositionals: 1,
  flags: { Show: showSchema, Output: outputSchema },
  async run({ flags: { runs, file }, positionals: [name = "latest"] }) {
    const run = readRun(await findNamedRun(runs, name));
    if (file !== "") {
      const text = await readSourceFile(runs, run.info.source, file);
      return { document: { file, text }, text };
    }
    return { document: run, text: formatRun(run) };
  },
});

/** Reads a file of the source that a run ran. */
async function readSourceFile(
  runs: string,
  source: SourceInfo | null,
  path: string,
): Promise<string> {
  if (!source) {
    throw usageError(
      `Cannot show ${path}: the run has no stored source, like all runs of ` +
        "early versions",
    );
  }
  const { readSource } = await import("../core/store/source.ts");
  const { files } = await readSource(runs, source);
  const content = files.get(path);
  if (content) return new TextDecoder().decode(content).trimEnd();
  throw usageError(
    unknownKey(path, [...files.keys()], { kind: "file in its source" }),
  );
}

if (import.meta.main) main(command);
