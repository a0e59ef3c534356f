/**
 * `deno task sweep`: runs many configurations with many seeds.
 *
 * @module
 */

import { parseArgs } from "@std/cli/parse-args";
import { integer, text, texts, toggle } from "../core/config/fields.ts";
import { formatFlag, type ParsedFlags } from "../core/config/flags.ts";
import { globalConfigSchema } from "../core/config/global_config.ts";
import { ConfigSchema } from "../core/config/schema.ts";
import {
  cancelSweep,
  isCancelled,
  listSweeps,
  openSweep,
  readLaunch,
  type Sweep,
} from "../core/sweep/manifest.ts";
import { expandRows } from "../core/sweep/specification.ts";
import { countStates } from "../core/sweep/summary.ts";
import { type JsonObject, stringify } from "../core/utils/json.ts";
import type { StoredRun } from "../results/database/run_database.ts";
import {
  defineCommand,
  EXIT,
  main,
  type Output,
  outputSchema,
  usageError,
} from "./_command.ts";
import {
  checkTrainsNothing,
  planEvaluationsOf,
  selectCompletedRuns,
  type TaskParts,
} from "./_evaluate_many.ts";
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
import { launchSweep, viewSweep } from "./_launch.ts";
import { planSchema, readPlan } from "./_plan_flags.ts";
import { describeSweep, keepSweep } from "./_sweep.ts";
import {
  describeSweepFile,
  readSweepFile,
  type SweepFile,
} from "./_sweep_file.ts";
import {
  readRequest,
  specificationSchema,
  type SweepRequest,
} from "./_sweep_flags.ts";
import { listAll, listRuns } from "./_sweep_lists.ts";
import { describeView, formatView } from "./_sweep_report.ts";

const launchSchema = new ConfigSchema({
  jobs: integer({
    default: navigator.hardwareConcurrency,
    min: 1,
    defaultText: "the cores",
    description: "how many runs at once",
  }),
  retryFailed: toggle({ description: "run failed runs again" }),
});

const sweepSchema = new ConfigSchema({
  name: text({
    placeholder: "<name>",
    description: "the name of the sweep [default: derived from its content]",
  }),
  experiment: experimentFlag,
  where: texts({
    placeholder: "<key=value>",
    description:
      "train nothing: evaluate the completed runs that match, by --eval",
  }),
  dryRun: toggle({
    description: "only list the runs, their status, and the time needed",
  }),
  schema: toggle({
    description: "only print the JSON Schema of sweep files",
  }),
});

/** The flags that a sweep file may contain. */
const fileSchema = new ConfigSchema({
  ...specificationSchema.fields,
  ...planSchema.fields,
  name: sweepSchema.fields.name,
  ...launchSchema.fields,
  ...launcherSchema.fields,
});

const ACTIONS = ["status", "resume", "cancel"];

/** What is loaded before flags are parsed; nothing for `status NAME`. */
interface Loaded extends LoadedExperiment {
  readonly sweepFile: SweepFile | null;
  /** The runs that `--where` selects. */
  readonly evaluated: readonly StoredRun[];
}

/** Flags without a value, which do not take the next argument. */
const SWITCHES = [
  ...["--json", "--quiet", "--debug", "--retry-failed", "--dry-run"],
];

async function load(isHelp: boolean): Promise<Loaded | null> {
  const args = Deno.args.filter((arg) => !SWITCHES.includes(arg));
  const { _: [first = ""], where, runs } = parseArgs(args, {
    string: ["_", "where", "runs"],
    collect: ["where"],
  });
  if (ACTIONS.includes(first) && !isHelp) return null;
  const evaluated = isHelp || where.length === 0
    ? []
    : selectCompletedRuns(runs || "runs", where);
  const file = first.endsWith(".json")
    ? readSweepFile(first, fileSchema)
    : null;
  const loaded = await loadExperiment(isHelp, {
    flag: "experiment",
    // The runs to evaluate are all of one experiment.
    ...(evaluated[0] ? { run: evaluated[0].id } : {}),
    ...(file?.experiment ? { file: file.experiment } : {}),
  });
  return { ...loaded, sweepFile: file, evaluated };
}

const command = defineCommand({
  name: "sweep",
  summary: "Run many configurations with many seeds.",
  usage: [
    "[FILE.json] [flags]",
    "--where KEY=VALUE [--eval 'KEY=VALUE …'] [flags]",
    "status [NAME] [--json]",
    "resume NAME [--jobs N] [--retry-failed]",
    "cancel NAME",
  ],
  notes: [
    "Existing runs are not run again, and interrupted ones are resumed: the " +
    "same command finishes what is missing. Flags of the configuration set " +
    "values for all runs.",
  ],
  examples: [
    "deno task sweep --grid learningRate=1e-4,1e-3 --seeds 0..4 --eval default",
    "deno task sweep --grid hiddenLayerSizes=[64,64],[256,256] --n-epochs 20",
    "deno task sweep --sobol 16 --range 'learningRate=log(1e-5,1e-1)'",
    "deno task sweep --grid batchSize=32,64 --until resolved --objective loss/train",
    "deno task sweep ranges.json --search sobol --budget 16 --objective loss/train",
    "deno task sweep studies/sweep.json --dry-run",
    "deno task sweep --where dataset=moons --eval 'nSteps=5,50' --jobs 4",
    "deno task sweep --schema > sweep.schema.json",
  ],
  maxPositionals: 2,
  flags: {
    "What to run": specificationSchema,
    "Added seeds and search": planSchema,
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
    if (!loaded) return await runAction(first, name, parsed);
    const { sweepFile: file, experiment } = loaded;
    if (first !== (file?.path ?? "") || name !== undefined) {
      throw usageError(
        `Unexpected argument "${
          name ?? first
        }": the first argument must be a ` +
          `sweep file that ends in .json, or one of ${ACTIONS.join(", ")}`,
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
    const parts = {
      ...{ loaded, globals: flags, name: given.name },
      ...await describeTasksOf({
        loaded,
        parsed,
        given,
        asked,
        runs: flags.runs,
      }),
    };
    const sweep = await describeSweep(parts);
    const { jobs, retryFailed } = given;
    const launch = chooseLaunch(given);
    if (flags.dryRun) return await listRuns(sweep, jobs);
    await keepSweep(sweep, parts);
    return await launchSweep(sweep, launch, { ...flags, retryFailed });
  },
});

/** Decides what a sweep runs: trainings, or evaluations of existing runs. */
async function describeTasksOf(
  { loaded, parsed, given, asked, runs }: {
    readonly loaded: Loaded;
    readonly parsed: ParsedFlags;
    readonly given: typeof fileSchema.defaults;
    readonly asked: SweepRequest;
    readonly runs: string;
  },
): Promise<TaskParts> {
  const { sweepFile: file, experiment, evaluated } = loaded;
  const { configSchema, evalConfigSchema, evaluate, name } = experiment;
  const isEvaluation = evaluated.length > 0;
  if ((isEvaluation || asked.evaluations.length > 0) && !evaluate) {
    throw usageError(
      `Cannot evaluate runs of ${name}: this experiment has no evaluate function`,
    );
  }
  if (isEvaluation) {
    checkTrainsNothing(parsed, [specificationSchema, planSchema, configSchema]);
    const usual = evalConfigSchema.defaults as JsonObject;
    const { evaluations: [first = usual, ...others] } = asked;
    return planEvaluationsOf(evaluated, [first, ...others]);
  }
  const { values } = parsed.readSource(fileSchema);
  const { request, makePlan } = await readPlan({
    flags: given,
    given: planSchema.keys.filter((key) =>
      key in values || key in (file?.flags ?? {})
    ),
    ...{ request: asked, experiment, runs },
  });
  const { specification, seeds, evaluations } = request;
  const rows = expandRows(specification, configSchema);
  return {
    ...{ seeds, evaluations, rows, plan: makePlan(rows) },
    specification: { ...specification, seeds, eval: evaluations },
  };
}

/** Runs `status`, `resume` or `cancel`. */
async function runAction(
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
  const jobs = Number(before.jobs ?? 1);
  let view = await viewSweep(sweep, jobs);
  const { running, waiting } = countStates(view.states);
  const isOver = running + waiting === 0;
  if (action === "cancel" && !isOver) {
    cancelSweep(sweep);
    await launcher.cancel(sweep);
    view = await viewSweep(sweep, jobs);
  }
  const lines = await launcher.describe(sweep, waiting);
  const note = isOver
    ? action === "cancel" ? ["nothing to cancel: the sweep is over"] : []
    : isCancelled(sweep)
    ? [
      `cancelled${
        running > 0 ? ", running tasks stop after a checkpoint" : ""
      }; to continue: deno task sweep resume ${sweep.manifest.name}`,
    ]
    : [];
  return {
    document: { ...describeView(view), scheduler: lines },
    text: [formatView(view), ...lines, ...note].join("\n"),
  };
}

/** Rejects flags that an action does not use. */
function checkFlags(action: string, parsed: ParsedFlags): void {
  const used = {
    status: ["runs", "json"],
    resume: [
      ...["runs", "json", "quiet", "logEvery", "jobs", "retryFailed"],
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
    `Cannot use ${formatFlag(unused)} with ${action}: it takes only ` +
      used.map(formatFlag).join(", "),
  );
}

function findSweep(runs: string, name: string | undefined): Sweep {
  const sweep = name === undefined ? null : openSweep(runs, name);
  if (sweep) return sweep;
  const names = listSweeps(runs);
  const known = names.length > 0
    ? `choose from ${names.join(", ")}`
    : "deno task sweep creates one";
  throw usageError(
    name === undefined
      ? `Name a sweep: ${known}`
      : `Cannot find a sweep "${name}" in ${runs}: ${known}`,
  );
}

if (import.meta.main) main(command);
