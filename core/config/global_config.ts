import { INTERVAL_RULE, parseInterval } from "./checkpoint_interval.ts";
import { choice, integer, text, toggle } from "./fields.ts";
import { ConfigSchema } from "./schema.ts";

/** Where runs are kept and how they run: nothing that results depend on. */
export interface GlobalConfig {
  /** The directory that holds all runs. */
  readonly runs: string;
  /** The backend that does the arithmetic. */
  readonly engine: "auto" | "fused" | "cpu" | "wasm" | "webgpu";
  /** The number of threads; 0 to choose it by the size of a step. No bit depends on it. */
  readonly threads: number;
  /** What training does when its loss is not a finite number. */
  readonly onNonfinite: "stop" | "continue";
  /** How often training keeps a checkpoint: `60s`, `500steps`, `1epoch`. */
  readonly checkpointEvery: string;
  /**
   * What survives a power cut: nothing for certain, results and checkpoints, or
   * each line of the history as well.
   */
  readonly fsync: "never" | "results" | "always";
  /** Where there is no terminal: the seconds between lines of progress; 0 for none. */
  readonly logEvery: number;
  /** Whether to show no progress. */
  readonly quiet: boolean;
}

/** The schema of {@linkcode GlobalConfig}. */
export const globalConfigSchema: ConfigSchema<GlobalConfig> = new ConfigSchema<
  GlobalConfig
>({
  runs: text({
    default: "runs",
    placeholder: "<dir>",
    rule: "the path of a directory",
    allows: (path) => path !== "",
    description: "the directory that holds the runs",
  }),
  engine: choice({
    default: "auto",
    choices: ["auto", "fused", "cpu", "wasm", "webgpu"],
    description: "what does the arithmetic (auto: fused, where it can)",
  }),
  threads: integer({
    default: 0,
    min: 0,
    // The gradients of a batch are summed in four groups.
    max: 4,
    description: "the number of threads (0: chosen by the size of a step)",
  }),
  onNonfinite: choice({
    default: "stop",
    choices: ["stop", "continue"],
    description: "what training does if the loss is NaN or infinite",
  }),
  checkpointEvery: text({
    default: "60s",
    placeholder: "<interval>",
    rule: INTERVAL_RULE,
    allows: (interval) => parseInterval(interval) !== undefined,
    description:
      "how often to keep a checkpoint (60s, 500steps, 1epoch, never)",
  }),
  fsync: choice({
    default: "results",
    choices: ["never", "results", "always"],
    description: "what survives a power cut (always: each line of the history)",
  }),
  logEvery: integer({
    default: 30,
    min: 0,
    description: "without a terminal: seconds between lines of progress, or 0",
  }),
  quiet: toggle({ description: "show no progress" }),
});
