/**
 * `deno task show`: prints all that is known of a run.
 *
 * @module
 */

import { text } from "../core/config/fields.ts";
import { parseFlags } from "../core/config/flags.ts";
import { ConfigSchema, unknownKey } from "../core/config/schema.ts";
import { findRun } from "../core/store/find_run.ts";
import { stringify } from "../core/utils/json.ts";
import { printable, printableJson } from "../core/utils/terminal.ts";
import type { SourceInfo } from "../core/store/run_info.ts";
import { describeRun, formatRun } from "../results/inspect/show.ts";
import {
  checkPositionals,
  type Command,
  commonSchema,
  EXIT,
  jsonFlag,
  main,
  orUsageError,
  usageError,
} from "./_command.ts";
import { reportProblems, runsFolderFlag } from "./_runs.ts";

const showSchema = new ConfigSchema({
  file: text({
    default: "",
    placeholder: "<path>",
    description: "print this file of the source that the run ran",
  }),
  json: jsonFlag,
  runs: runsFolderFlag,
});

const command: Command = {
  name: "show",
  reads: "./runs,./studies",
  help: () => ({
    summary: "Print all that is known of a run.",
    usage: "deno task show [RUN] [flags], where RUN is the run's id, a part " +
      "of it,\n       its path, or latest [default: latest]",
    groups: [{ title: "Show", schema: showSchema }],
    examples: [
      "deno task show",
      "deno task show 3f9a --file core/diffusion/train.ts",
    ],
  }),
  async run(args) {
    const flags = parseFlags(args, [showSchema, commonSchema]);
    checkPositionals(flags.positionals, 1);
    const { json, runs, file } = flags.resolve(showSchema);
    const [name = "latest"] = flags.positionals;
    const runPath = orUsageError(() => findRun(runs, name));
    const run = describeRun(runPath);
    if (file !== "") {
      console.log(await fileOf(runs, run.info.source, file));
      return EXIT.done;
    }
    console.log(json ? printableJson(stringify(run, 2)) : formatRun(run));
    reportProblems(run.problems);
    return EXIT.done;
  },
};

/** A file of the source that a run ran. */
async function fileOf(
  runs: string,
  source: SourceInfo | null,
  path: string,
): Promise<string> {
  if (!source) {
    throw usageError(
      `Cannot show ${path} as the run knows of no source: runs from before it ` +
        "was kept have none",
    );
  }
  const { readSource } = await import("../core/store/source.ts");
  const { files } = await readSource(runs, source);
  const content = files.get(path);
  if (content) return printable(new TextDecoder().decode(content)).trimEnd();
  throw usageError(
    unknownKey(path, [...files.keys()], { kind: "file in its source" }),
  );
}

if (import.meta.main) main(command);
