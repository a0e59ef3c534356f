import { INTERVAL_RULE, parseInterval } from "./checkpoint_interval.ts";
import { choice, text, toggle } from "./fields.ts";
import { ConfigSchema } from "./schema.ts";

/** Where things lie and how they run: nothing that a result depends on. */
export interface GlobalConfig {
  /** The directory that holds all runs. */
  readonly runs: string;
  /** What does the arithmetic of TensorFlow.js. */
  readonly engine: "auto" | "cpu" | "wasm" | "webgpu";
  /** What training does when its loss is no longer a finite number. */
  readonly onNonfinite: "stop" | "continue";
  /** How often training keeps a checkpoint: `60s`, `500steps`, `1epoch`. */
  readonly checkpointEvery: string;
  /**
   * What is forced to the disk, so that it outlives a loss of power: nothing,
   * results and checkpoints, or each line of the history as well.
   */
  readonly fsync: "never" | "results" | "always";
  /** Whether progress is left out. */
  readonly quiet: boolean;
}

/** The schema of {@linkcode GlobalConfig}: each key is written down here. */
export const globalConfigSchema: ConfigSchema<GlobalConfig> = new ConfigSchema<
  GlobalConfig
>({
  runs: text({
    default: "runs",
    placeholder: "<dir>",
    rule: "the path of a directory",
    allows: (path) => path !== "",
    description: "the directory that holds all runs",
  }),
  engine: choice({
    default: "auto",
    choices: ["auto", "cpu", "wasm", "webgpu"],
    description: "what does the arithmetic (auto: wasm)",
  }),
  onNonfinite: choice({
    default: "stop",
    choices: ["stop", "continue"],
    description: "what training does at a loss that is NaN or infinite",
  }),
  checkpointEvery: text({
    default: "60s",
    placeholder: "<interval>",
    rule: INTERVAL_RULE,
    allows: (interval) => parseInterval(interval) !== undefined,
    description:
      "how often a checkpoint is kept (60s, 500steps, 1epoch, never)",
  }),
  fsync: choice({
    default: "results",
    choices: ["never", "results", "always"],
    description: "what outlives a power cut (always: each line of the history)",
  }),
  quiet: toggle({ default: false, description: "show no progress" }),
});
