/**
 * What an experiment is made of: `import { experiment } from "whisker"`.
 *
 * @module
 */

export type {
  CheckpointPlace,
  Resumable,
  ResumableParts,
} from "./run/resumable.ts";
export { type Evaluation, openEvaluation } from "./run/evaluation.ts";
export * from "./run/lifecycle.ts";
export * from "./run/run_options.ts";
export type { RunOutcome, Session } from "./run/session.ts";
export type { WriteOptions } from "./store/atomic_write.ts";
export type {
  CheckpointInterval,
  PausePlace,
} from "./config/checkpoint_interval.ts";
export * from "./config/fields.ts";
export * from "./config/global_config.ts";
export * from "./config/schema.ts";
export * from "./data/table.ts";
export * from "./experiment.ts";
export * from "./run/run.ts";
export * from "./store/history.ts";
export type { MetricDeclaration } from "./store/metric_declaration.ts";
export type { JsonNumber, JsonObject } from "./utils/json.ts";
export * from "./utils/meters.ts";
export * from "./utils/random.ts";
export * from "./run/recorder.ts";
export * from "./utils/results.ts";
export * from "./utils/timer.ts";
export type {
  Environment,
  Numerics,
  RunInfo,
  RunStatus,
  SessionInfo,
  SourceInfo,
  SweepMark,
  SweepRole,
} from "./store/run_info.ts";
export type { ErrorDescription } from "./utils/describe_error.ts";
