/**
 * Creating sweeps.
 *
 * @module
 */

import type { GlobalConfig } from "../core/config/global_config.ts";
import { formatValue } from "../core/config/schema.ts";
import { hashDataFiles } from "../core/sweep/identity.ts";
import {
  createSweep,
  getSweepPath,
  openSweep,
  type Sweep,
  SWEEP_NAME,
  type SweepManifest,
} from "../core/sweep/manifest.ts";
import {
  SOURCE_FOLDER,
  TASK_PROGRAM,
  WORK_PROGRAM,
} from "../core/sweep/process.ts";
import { hash64Hex } from "../core/utils/hash.ts";
import { quote } from "../core/utils/quote.ts";
import type { JsonObject } from "../core/utils/json.ts";
import { usageError } from "./_command.ts";
import type { LoadedExperiment } from "./_experiment.ts";

/** Programs that run from the source of a sweep. */
const PROGRAMS = [TASK_PROGRAM, WORK_PROGRAM];

/** The parts of a sweep. */
export interface SweepParts {
  /** The experiment. */
  readonly loaded: LoadedExperiment;
  /** What the user asked for, for reference only. */
  readonly specification: object;
  /** The configurations, as resolved. */
  readonly rows: readonly object[];
  /** The seeds of each. */
  readonly seeds: readonly number[];
  /** The settings of the evaluations, as resolved. */
  readonly evaluations: readonly JsonObject[];
  /** The plan, which lists the tasks. */
  readonly plan: SweepManifest["plan"];
  /** The name given by the user; empty to derive it from the content. */
  readonly name: string;
  /** The global settings. */
  readonly globals: GlobalConfig;
}

/**
 * Describes a sweep without creating it.
 *
 * @param parts Its parts.
 * @returns The sweep: an existing one, if there is one with the same content.
 * @throws {ConfigError} If a value breaks its rule, or there is another sweep of
 * that name.
 */
export async function describeSweep(parts: SweepParts): Promise<Sweep> {
  const { loaded, rows, seeds, evaluations, plan, globals } = parts;
  const { experiment, file } = loaded;
  const { hashSource } = await import("../core/store/source.ts");
  const stored = await loaded.readSource();
  const { runs, engine, threads, fsync, onNonfinite, ...others } = globals;
  const { checkpointEvery, logEvery } = others;
  const content = {
    experiment: experiment.name,
    experimentFile: file,
    entry: stored.entries[1]!,
    source: await hashSource(stored),
    files: await hashDataFiles(rows),
    settings: {
      ...{ engine, threads, fsync, onNonfinite, checkpointEvery, logEvery },
    },
    ...{ rows: rows as JsonObject[], seeds, evaluations, plan },
  };
  const name = parts.name || makeName(content);
  if (!SWEEP_NAME.test(name)) {
    throw usageError(
      `Cannot name a sweep "${name}": use up to 64 letters, digits, dots, ` +
        "dashes and underscores, a letter or digit first",
    );
  }
  const existing = openSweep(runs, name);
  if (existing) {
    checkSameContent(existing, content);
    return existing;
  }
  const manifest = {
    ...{ name, createdAt: new Date().toISOString() },
    specification: parts.specification as JsonObject,
    ...content,
  };
  return { runs, path: getSweepPath(runs, name), manifest };
}

type Content = Omit<SweepManifest, "name" | "createdAt" | "specification">;

/** Names a sweep by its experiment and its content. */
function makeName(content: Content): string {
  const { experiment, plan } = content;
  const plain = experiment.replaceAll(/[^A-Za-z0-9]+/g, "-").slice(0, 40)
    .replace(/^-/, "");
  const hash = hash64Hex(formatValue(content)).slice(0, 8);
  return [plain || "sweep", ...plan.type === "evaluate" ? ["eval"] : [], hash]
    .join("-");
}

/** Names of parts in errors, where they differ from the keys. */
const WORDS: Readonly<Record<string, string>> = {
  experimentFile: "experiment",
  files: "data files",
  rows: "configurations",
};

function checkSameContent({ manifest }: Sweep, content: Content): void {
  const { name } = manifest;
  const different = Object.entries(content).filter(([key, value]) =>
    formatValue({ value }) !==
      formatValue({ value: manifest[key as keyof Content] })
  ).map(([key]) => WORDS[key] ?? key);
  if (different.length === 0) return;
  throw usageError(
    `Cannot use the name ${name}: there is a sweep of that name with other ` +
      `${different.join(", ")}. To finish it as it was launched: deno task ` +
      `sweep resume ${quote(name)}; to launch this one, give it another --name`,
  );
}

/**
 * Creates a sweep on disk, unless it exists: its manifest, and a copy of its source.
 *
 * @param sweep The sweep.
 * @param parts Its parts.
 */
export async function keepSweep(
  sweep: Sweep,
  { loaded, globals }: SweepParts,
): Promise<void> {
  const { runs, manifest } = sweep;
  if (openSweep(runs, manifest.name)) return;
  await loaded.keepSource(globals);
  const { collectSource, layOutSource } = await import(
    "../core/store/source.ts"
  );
  const programs = await collectSource(
    PROGRAMS.map((path) => import.meta.resolve(`../${path}`)),
  );
  try {
    await createSweep(runs, manifest, async (folder) => {
      await layOutSource(programs, `${folder}/${SOURCE_FOLDER}`);
      await layOutSource(
        await loaded.readSource(),
        `${folder}/${SOURCE_FOLDER}`,
      );
    });
  } catch (error) {
    // If the same command was started twice, both run the same sweep.
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
  }
}
