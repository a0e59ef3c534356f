import type * as tf from "@tensorflow/tfjs";
import { IdentityNoise } from "./layers.ts";
import type { ModelDefinition } from "./registry.ts";

/** The baseline, which assumes that a noisy row is pure noise. */
const identity: ModelDefinition = {
  prediction: "noise",
  weightShapes: () => [],
  build(_config, { noisy, time }) {
    const layer = new IdentityNoise({ name: "noise" });
    return layer.apply([noisy, time]) as tf.SymbolicTensor;
  },
};

export default identity;
