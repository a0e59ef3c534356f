/**
 * `deno task sweep`: runs many configurations with many seeds.
 *
 * @module
 */

import { parseArgs } from "@std/cli/parse-args";
import { integer, text, toggle } from "../core/config/fields.ts";
import { formatFlag, type ParsedFlags } from "../core/config/flags.ts";
import {
  type GlobalConfig,
  globalConfigSchema,
} from "../core/config/global_config.ts";
import { ConfigSchema } from "../core/config/schema.ts";
import { Claims } from "../core/sweep/claims.ts";
import { findEarlierRuns, judgeEarlierRun } from "../core/sweep/earlier.ts";
import {
  cancelSweep,
  isCancelled,
  listSweeps,
  openSweep,
  readLaunch,
  type Sweep,
  sweepPath,
} from "../core/sweep/manifest.ts";
import { expandRows } from "../core/sweep/specification.ts";
import { countStates, describeTasks } from "../core/sweep/summary.ts";
import { describeError } from "../core/utils/describe_error.ts";
import { formatCount } from "../core/utils/format_number.ts";
import { stringify } from "../core/utils/json.ts";
import { singleLine } from "../results/compare/labels.ts";
import {
  defineCommand,
  EXIT,
  main,
  type Output,
  outputSchema,
  usageError,
} from "./_command.ts";
import {
  experimentFlag,
  type LoadedExperiment,
  loadExperiment,
} from "./_experiment.ts";
import {
  changeLaunch,
  chooseLaunch,
  findLauncher,
  launcherSchema,
} from "./_launcher_flags.ts";
import { describeLater, findPlan } from "./_plans.ts";
import { launchSweep, viewSweep } from "./_launch.ts";
import { planSchema, readPlan } from "./_plan_flags.ts";
import { describeSweep, keepSweep } from "./_sweep.ts";
import {
  describeSweepFile,
  readSweepFile,
  type SweepFile,
} from "./_sweep_file.ts";
import { readRequest, specificationSchema } from "./_sweep_flags.ts";
import {
  describeView,
  formatDuration,
  formatTasks,
  formatView,
} from "./_sweep_report.ts";

const launchSchema = new ConfigSchema({
  jobs: integer({
    default: navigator.hardwareConcurrency,
    min: 1,
    defaultText: "the cores",
    description: "how many runs at once",
  }),
  retryFailed: toggle({ description: "run again what has failed" }),
});

const sweepSchema = new ConfigSchema({
  name: text({
    placeholder: "<name>",
    description: "what to call the sweep [default: made of its content]",
  }),
  experiment: experimentFlag,
  dryRun: toggle({
    description: "only list the runs, what is there, and the time it takes",
  }),
  schema: toggle({
    description: "only print the JSON Schema of sweep files",
  }),
});

/** The flags that a sweep file may give values of. */
const fileSchema = new ConfigSchema({
  ...specificationSchema.fields,
  ...planSchema.fields,
  name: sweepSchema.fields.name,
  ...launchSchema.fields,
  ...launcherSchema.fields,
});

const ACTIONS = ["status", "resume", "cancel"];

/** What is loaded before flags are read: nothing for `status NAME`. */
interface Loaded extends LoadedExperiment {
  readonly sweepFile: SweepFile | null;
}

/** Flags without a value: the argument after them is not theirs. */
const SWITCHES = [
  ...["--json", "--quiet", "--debug", "--retry-failed", "--dry-run"],
];

async function load(isHelp: boolean): Promise<Loaded | null> {
  const args = Deno.args.filter((arg) => !SWITCHES.includes(arg));
  const [first = ""] = parseArgs(args, { string: ["_"] })._.map(String);
  if (ACTIONS.includes(first) && !isHelp) return null;
  const file = first.endsWith(".json")
    ? readSweepFile(first, fileSchema)
    : null;
  const loaded = await loadExperiment(isHelp, {
    flag: "experiment",
    ...(file?.experiment ? { file: file.experiment } : {}),
  });
  return { ...loaded, sweepFile: file };
}

const command = defineCommand({
  name: "sweep",
  summary: "Run many configurations with many seeds.",
  usage: [
    "[FILE.json] [flags]",
    "status [NAME] [--json]",
    "resume NAME [--jobs N] [--retry-failed]",
    "cancel NAME",
  ],
  notes: [
    "What is there already is not run again, what was interrupted is resumed: " +
    "the same command finishes what is missing. Flags of the configuration " +
    "fix values for all runs.",
  ],
  examples: [
    "deno task sweep --grid learningRate=1e-4,1e-3 --seeds 0..4 --eval default",
    "deno task sweep --grid hiddenLayerSizes=[64,64],[256,256] --n-epochs 20",
    "deno task sweep --sobol 16 --range 'learningRate=log(1e-5,1e-1)'",
    "deno task sweep --grid batchSize=32,64 --until resolved --objective loss/train",
    "deno task sweep ranges.json --search sobol --budget 16 --objective loss/train",
    "deno task sweep studies/sweep.json --dry-run",
    "deno task sweep --schema > sweep.schema.json",
  ],
  maxPositionals: 2,
  flags: {
    "What to run": specificationSchema,
    "Decided while it runs": planSchema,
    "This sweep": sweepSchema,
    Launch: launchSchema,
    "On a cluster": launcherSchema,
    Environment: globalConfigSchema,
    Output: outputSchema,
  },
  writesRuns: true,
  load,
  listMoreFlags: (loaded) =>
    loaded
      ? {
        [`Configuration of ${loaded.experiment.name}`]:
          loaded.experiment.configSchema,
      }
      : {},
  async run({ flags, positionals, parsed, loaded }) {
    const [first = "", name] = positionals;
    if (!loaded) return await act(first, name, parsed);
    const { sweepFile: file, experiment } = loaded;
    if (first !== (file?.path ?? "") || name !== undefined) {
      throw usageError(
        `Unexpected argument "${name ?? first}": name a sweep file that ends ` +
          `in .json, or one of ${ACTIONS.join(", ")}, first`,
      );
    }
    if (flags.schema) {
      console.log(stringify(describeSweepFile(experiment, fileSchema), 2));
      return EXIT.done;
    }
    const { values } = parsed.readSource(fileSchema);
    const given = fileSchema.resolve([
      ...(file
        ? [{
          values: file.flags,
          nameKey: (key: string) => `"${key}" in ${file.path}`,
        }]
        : []),
      { values, nameKey: formatFlag },
    ]);
    const { configSchema, evalConfigSchema } = experiment;
    const asked = readRequest({
      flags: given,
      fixed: parsed.readSource(configSchema),
      ...{ file, configSchema, evalConfigSchema },
    });
    const { request, makePlan } = await readPlan({
      flags: given,
      given: planSchema.keys.filter((key) =>
        key in values || key in (file?.flags ?? {})
      ),
      request: asked,
      experiment,
    });
    if (request.evaluations.length > 0 && !experiment.evaluate) {
      throw usageError(
        `Cannot use --eval: experiment ${experiment.name} has no evaluate ` +
          "function",
      );
    }
    const globals: GlobalConfig = flags;
    const { specification, seeds, evaluations } = request;
    const rows = expandRows(specification, configSchema);
    const parts = {
      ...{ loaded, globals, name: given.name, seeds, evaluations },
      specification: { ...specification, seeds, eval: evaluations },
      ...{ rows, plan: makePlan(rows) },
    };
    const sweep = await describeSweep(parts);
    const { jobs, retryFailed } = given;
    const how = chooseLaunch(given);
    if (flags.dryRun) return await listRuns(sweep, jobs);
    await keepSweep(sweep, parts);
    return await launchSweep(sweep, how, { ...flags, retryFailed });
  },
});

/** Carries out `status`, `resume` or `cancel`. */
async function act(
  action: string,
  name: string | undefined,
  parsed: ParsedFlags,
): Promise<Output | number> {
  const flags = {
    ...parsed.resolve(launchSchema),
    ...parsed.resolve(globalConfigSchema),
    ...parsed.resolve(outputSchema),
  };
  checkFlags(action, parsed);
  const { runs } = flags;
  if (action === "status" && name === undefined) return await listAll(runs);
  const sweep = findSweep(runs, name);
  const before = readLaunch(sweep) ?? { type: "local", jobs: flags.jobs };
  if (action === "resume") {
    const given = [launchSchema, launcherSchema]
      .map((schema) => parsed.readSource(schema).values);
    const again = changeLaunch(before, Object.assign({}, ...given));
    return await launchSweep(sweep, again, flags);
  }
  const launcher = findLauncher(before);
  if (action === "cancel") {
    cancelSweep(sweep);
    await launcher.cancel(sweep);
  }
  const view = await viewSweep(sweep, Number(before.jobs ?? 1));
  const { running, waiting } = countStates(view.states);
  const lines = await launcher.describe(sweep, waiting);
  const cancelled = isCancelled(sweep)
    ? [
      `cancelled: ${
        running > 0 ? "what is running stops after a checkpoint; " : ""
      }deno task sweep resume ${sweep.manifest.name} goes on`,
    ]
    : [];
  return {
    document: { ...describeView(view), scheduler: lines },
    text: [formatView(view), ...lines, ...cancelled].join("\n"),
  };
}

/** Refuses flags that an action does not use. */
function checkFlags(action: string, parsed: ParsedFlags): void {
  const used = {
    status: ["runs", "json"],
    resume: [
      ...["runs", "json", "quiet", "jobs", "retryFailed"],
      ...launcherSchema.keys.filter((key) => key !== "launcher"),
    ],
    cancel: ["runs", "json"],
  }[action]!;
  const given = [
    specificationSchema,
    planSchema,
    sweepSchema,
    launchSchema,
    launcherSchema,
    globalConfigSchema,
  ]
    .flatMap((schema) => Object.keys(parsed.readSource(schema).values));
  const unused = given.find((key) => !used.includes(key));
  if (unused === undefined) return;
  throw usageError(
    `Cannot use ${formatFlag(unused)} with ${action}: a sweep goes on as it ` +
      "was launched",
  );
}

function findSweep(runs: string, name: string | undefined): Sweep {
  const sweep = name === undefined ? null : openSweep(runs, name);
  if (sweep) return sweep;
  const names = listSweeps(runs);
  const known = names.length > 0
    ? `choose from ${names.join(", ")}`
    : "deno task sweep makes one";
  throw usageError(
    name === undefined
      ? `Name a sweep: ${known}`
      : `Cannot find a sweep "${name}" in ${runs}: ${known}`,
  );
}

/** Lists all sweeps; one that cannot be read hides none of the others. */
async function listAll(runs: string): Promise<Output> {
  const documents: object[] = [], lines: string[] = [];
  let status: number = EXIT.done;
  for (const name of listSweeps(runs)) {
    try {
      const sweep = openSweep(runs, name);
      if (!sweep) continue;
      const view = await viewSweep(sweep, Number(readLaunch(sweep)?.jobs ?? 1));
      const { tasks: _, ...document } = describeView(view);
      documents.push(document);
      lines.push(formatView(view).split("\n")[0]!);
    } catch (thrown) {
      const error = describeError(thrown).message;
      documents.push({ name, path: sweepPath(runs, name), error });
      lines.push(singleLine(`sweep ${name}: error: ${error}`));
      status = EXIT.failed;
    }
  }
  return {
    document: documents,
    text: lines.length > 0
      ? lines.join("\n")
      : `There are no sweeps in ${runs} yet: deno task sweep makes one.`,
    status,
  };
}

/** Lists what a sweep would run. */
async function listRuns(sweep: Sweep, jobs: number): Promise<Output> {
  const earlier = findEarlierRuns(sweep);
  const outcomes = new Map(new Claims(sweep.path).read());
  const plan = await findPlan(sweep);
  const tasks = await plan.tasks(outcomes);
  for (const task of tasks) {
    const { key, identity } = task, run = earlier[identity];
    if (outcomes.has(key) || !run) continue;
    const end = judgeEarlierRun(sweep, task, run);
    outcomes.set(key, { key, attempt: 0, deaths: 0, ...end });
  }
  const states = describeTasks(tasks, outcomes);
  const view = { sweep, states, jobs, earlier };
  const document = describeView(view);
  const { counts: { completed, failed, total }, secondsLeft } = document;
  const left = total - completed - failed;
  const summary = [
    `${formatCount(total, "run")} of sweep ${sweep.manifest.name}: ` +
    `${completed} completed`,
    ...(failed > 0 ? [`${failed} failed (--retry-failed)`] : []),
    `${left} to run` +
    (secondsLeft === null || left === 0
      ? ""
      : `, about ${formatDuration(secondsLeft)} with ${jobs} at a time`),
  ].join(", ");
  const later = describeLater(sweep);
  return {
    document: { ...document, ...(later ? { later } : {}) },
    text: `${formatTasks(states)}\n\n${summary}` +
      (later ? `\nMore follow by the results: ${later}` : ""),
  };
}

if (import.meta.main) main(command);
