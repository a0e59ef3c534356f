/**
 * What an experiment is made of: `import { experiment } from "whisker"`.
 *
 * @module
 */

export * from "./config/fields.ts";
export { ConfigError, ConfigSchema } from "./config/schema.ts";
export * from "./data/table.ts";
export * from "./experiment.ts";
export * from "./run.ts";
export { Meter } from "./utils/meters.ts";
export { RandomStream } from "./utils/random.ts";
export { Recorder } from "./utils/recorder.ts";
export {
  ResultCollection,
  ResultMetadata,
  ResultRecord,
  ScalarResult,
} from "./utils/results.ts";
export { Timer } from "./utils/timer.ts";
