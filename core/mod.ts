/**
 * What an experiment is made of: `import { experiment } from "whisker"`.
 *
 * @module
 */

export type {
  CheckpointPlace,
  Resumable,
  ResumableParts,
} from "./checkpoints.ts";
export * from "./conduct.ts";
export * from "./config/fields.ts";
export * from "./config/global_config.ts";
export * from "./config/schema.ts";
export * from "./data/table.ts";
export * from "./experiment.ts";
export * from "./run.ts";
export * from "./utils/history.ts";
export * from "./utils/json.ts";
export * from "./utils/meters.ts";
export * from "./utils/random.ts";
export * from "./utils/recorder.ts";
export * from "./utils/results.ts";
export * from "./utils/timer.ts";
export type {
  Numerics,
  RunInfo,
  RunStatus,
  SourceInfo,
  Surroundings,
} from "./utils/run_directory.ts";
