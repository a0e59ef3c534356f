import { INTERVAL_RULE, parseInterval } from "./checkpoint_interval.ts";
import { choice, type ConfigOf, text, toggle } from "./fields.ts";
import { ConfigSchema } from "./schema.ts";

/** Where runs are kept and how they run: nothing that results depend on. */
export const globalConfigFields = {
  runs: text({
    default: "runs",
    placeholder: "<dir>",
    rule: "the path of a directory",
    allows: (path) => path !== "",
    description: "the directory that holds the runs",
  }),
  engine: choice({
    default: "auto",
    choices: ["auto", "cpu", "wasm", "webgpu"],
    description: "the backend that does the arithmetic (auto: wasm)",
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
  /** `never` guarantees nothing, `results` also covers checkpoints. */
  fsync: choice({
    default: "results",
    choices: ["never", "results", "always"],
    description: "what survives a power cut (always: each line of the history)",
  }),
  quiet: toggle({ description: "show no progress" }),
};

/** Where runs are kept and how they run. */
export type GlobalConfig = ConfigOf<typeof globalConfigFields>;

/** The schema of {@linkcode GlobalConfig}. */
export const globalConfigSchema: ConfigSchema<GlobalConfig> = new ConfigSchema(
  globalConfigFields,
);
