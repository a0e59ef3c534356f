/**
 * How a sweep is made from flags.
 *
 * @module
 */

import type { GlobalConfig } from "../core/config/global_config.ts";
import { hashDataFiles } from "../core/sweep/identity.ts";
import {
  createSweep,
  openSweep,
  type Sweep,
  type SweepManifest,
} from "../core/sweep/manifest.ts";
import { SOURCE_FOLDER, TASK_PROGRAM } from "../core/sweep/process.ts";
import { expandRows, type Specification } from "../core/sweep/specification.ts";
import { formatValue } from "../core/config/schema.ts";
import { hash64Hex } from "../core/utils/hash.ts";
import type { JsonObject } from "../core/utils/json.ts";
import type { LoadedExperiment } from "./_experiment.ts";
import {
  parseEvaluation,
  parseSeeds,
  parseSpecification,
} from "./_sweep_flags.ts";

export interface SweepFlags extends GlobalConfig {
  readonly grid: readonly string[];
  readonly zip: readonly string[];
  readonly range: readonly string[];
  readonly random: number;
  readonly sobol: number;
  readonly sampleSeed: number;
  readonly seeds: string;
  readonly eval: readonly string[];
  readonly experiment: string;
  readonly name: string;
}

export async function makeSweep(
  loaded: LoadedExperiment,
  { flags, fixed }: {
    readonly flags: SweepFlags;
    readonly fixed: Readonly<Record<string, unknown>>;
  },
): Promise<Sweep> {
  const { experiment } = loaded;
  const { runs, engine, fsync, onNonfinite, checkpointEvery } = flags;
  const specification: Specification = parseSpecification(
    flags,
    fixed,
    experiment.configSchema,
  );
  const rows = expandRows(specification, experiment.configSchema);
  const seeds = parseSeeds(flags.seeds, rows[0]!.seed);
  const evaluations = flags.eval.map((text) =>
    parseEvaluation(text, experiment.evalConfigSchema)
  );
  const files = await hashDataFiles(rows);
  const source = await loaded.keepSource(flags);
  const { layOutSource, collectSource } = await import(
    "../core/store/source.ts"
  );
  const stored = await loaded.readSource();
  const content = {
    experiment: experiment.name,
    experimentFile: flags.experiment || null,
    entry: stored.entries[1]!,
    ...{ source, files, rows, seeds, evaluations },
    settings: { engine, fsync, onNonfinite, checkpointEvery },
    plan: { type: "list" },
  };
  const hash = hash64Hex(formatValue(content)).slice(0, 8);
  const name = flags.name || `${experiment.name}-${hash}`;
  const existing = openSweep(runs, name);
  if (existing) return existing;
  const manifest = {
    name,
    createdAt: new Date().toISOString(),
    specification: specification as unknown as JsonObject,
    ...content,
  } as unknown as SweepManifest;
  return await createSweep(runs, manifest, async (folder) => {
    const program = await collectSource([
      import.meta.resolve(`../${TASK_PROGRAM}`),
      import.meta.resolve("./_work.ts"),
    ]);
    const target = `${folder}/${SOURCE_FOLDER}`;
    await layOutSource(stored, target);
    await layOutSource(program, target);
  });
}
