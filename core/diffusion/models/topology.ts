/**
 * What a saved model would be made of, read as plain data before TensorFlow.js
 * makes it: a run may be anyone's, and a few words of JSON can ask for any
 * amount of memory, or for layers that wait for each other for ever.
 *
 * @module
 */

import { isActivation } from "./layers.ts";
import { isJsonObject, type JsonObject, preview } from "../../utils/json.ts";

/** The shapes of weights by their names, `hidden_1/kernel`. */
export type WeightShapes = ReadonlyMap<string, readonly number[]>;

/** So many layers may a model have. */
const MAX_LAYERS = 1000;

/**
 * So many columns may the outputs of all its layers have together: those of the
 * rows that go through at once then take a gibibyte.
 */
const MAX_COLUMNS = 2 ** 17;

/** What all layers are made with. */
const COMMON_ARGS = ["name", "trainable", "dtype"];

/** What a layer makes of its inputs. */
interface LayerRule {
  /** What it may be made with, beside what all layers are. */
  readonly args: readonly string[];
  /** How many inputs it may have. */
  readonly inputs: readonly [least: number, most: number];
  /**
   * How many columns it gives, and its weights.
   *
   * @param config What it is made with.
   * @param columns How many columns its inputs have.
   */
  readonly outcome: (config: JsonObject, columns: readonly number[]) => {
    readonly columns: number;
    readonly weights?: Readonly<Record<string, readonly number[]>>;
  };
}

/** The layers of `layers.ts`, and those of TensorFlow.js that models use. */
const LAYERS: Readonly<Record<string, LayerRule>> = {
  InputLayer: {
    args: ["batch_input_shape", "sparse"],
    inputs: [0, 0],
    outcome({ batch_input_shape: shape }) {
      if (
        !Array.isArray(shape) || shape.length !== 2 || shape[0] !== null
      ) throw wrong("batch_input_shape", "[null, nColumns]", shape);
      return { columns: size("batch_input_shape", shape[1]) };
    },
  },
  IdentityNoise: {
    args: [],
    inputs: [1, 2],
    outcome: (_config, [columns]) => ({ columns: columns! }),
  },
  Concatenate: {
    args: ["axis"],
    inputs: [2, MAX_LAYERS],
    outcome({ axis }, columns) {
      if (axis !== -1) throw wrong("axis", "-1", axis);
      return { columns: columns.reduce((sum, n) => sum + n, 0) };
    },
  },
  SinusoidalEmbedding: {
    args: ["size"],
    inputs: [1, 1],
    outcome: (config) => ({ columns: evenSize(config) }),
  },
  FourierFeatures: {
    args: ["size"],
    inputs: [1, 1],
    outcome(config, [nInputs]) {
      const columns = evenSize(config);
      return { columns, weights: { frequencies: [nInputs!, columns / 2] } };
    },
  },
  DenseLayer: {
    args: ["units", "activation", "gain", "is_first"],
    inputs: [1, 2],
    outcome(config, [nInputs]) {
      const { activation } = config;
      if (!isActivation(activation)) {
        throw wrong("activation", "one that this code knows", activation);
      }
      const units = size("units", config.units);
      return {
        columns: units,
        weights: { kernel: [nInputs!, units], bias: [units] },
      };
    },
  },
};

/**
 * Says which weights the layers of a saved model would have.
 *
 * @param topology The `modelTopology` of `model.json`.
 * @returns The shapes of the weights by name.
 * @throws {RangeError} If it is no model of layers that follow on each other,
 * all of the kinds that this code knows.
 */
export function weightsOf(topology: unknown): WeightShapes {
  const config = isJsonObject(topology) ? topology.config : undefined;
  const layers = isJsonObject(config) ? config.layers : undefined;
  if (!Array.isArray(layers) || layers.length > MAX_LAYERS) {
    throw wrong(
      "modelTopology.config.layers",
      `a list of at most ${MAX_LAYERS}`,
      Array.isArray(layers) ? layers.length : layers,
    );
  }
  const columns = new Map<string, number>();
  const weights = new Map<string, readonly number[]>();
  let total = 0;
  for (const layer of layers) {
    const { name, config, rule } = checkLayer(layer);
    if (columns.has(name)) throw wrong("a layer's name", "its own", name);
    const inputs = inputsOf(layer, rule).map((input) => {
      const nColumns = typeof input === "string" ? columns.get(input) : null;
      // Also what keeps layers from being inputs of each other.
      if (nColumns) return nColumns;
      throw wrong(`an input of ${name}`, "a layer before it", input);
    });
    const outcome = rule.outcome(config, inputs);
    columns.set(name, outcome.columns);
    total += outcome.columns;
    if (total > MAX_COLUMNS) {
      throw wrong(
        "the columns of all layers",
        `at most ${MAX_COLUMNS}`,
        total,
      );
    }
    for (const [weight, shape] of Object.entries(outcome.weights ?? {})) {
      weights.set(`${name}/${weight}`, shape);
    }
  }
  return weights;
}

function checkLayer(
  layer: unknown,
): { name: string; config: JsonObject; rule: LayerRule } {
  const { name, class_name, config } = isJsonObject(layer) ? layer : {};
  const isKnown = typeof class_name === "string" &&
    Object.hasOwn(LAYERS, class_name);
  if (!isKnown) {
    const known = Object.keys(LAYERS).join(", ");
    throw wrong("a layer's class_name", `one of ${known}`, class_name);
  }
  const rule = LAYERS[class_name]!;
  if (typeof name !== "string" || !isJsonObject(config)) {
    throw wrong("a layer", "one with a name and a config", name);
  }
  // The layer is made from the config, which so must bear the same name.
  if (config.name !== name) throw wrong("config.name", name, config.name);
  const { dtype = "float32" } = config;
  if (dtype !== "float32") throw wrong(`dtype of ${name}`, "float32", dtype);
  const unknown = Object.keys(config)
    .find((key) => ![...COMMON_ARGS, ...rule.args].includes(key));
  if (unknown !== undefined) {
    throw wrong(`the config of ${name}`, "what such layers have", unknown);
  }
  return { name, config, rule };
}

/** The names of a layer's inputs: `[[[name, 0, 0, {}], …]]`. */
function inputsOf(layer: JsonObject, { inputs }: LayerRule): unknown[] {
  const [least, most] = inputs;
  const nodes = layer.inbound_nodes;
  const isOnce = Array.isArray(nodes) && nodes.length === (most > 0 ? 1 : 0);
  const [tensors = []] = isOnce ? nodes : [];
  if (
    !isOnce || !Array.isArray(tensors) || tensors.length < least ||
    tensors.length > most
  ) {
    throw wrong("inbound_nodes", "one call of the layer's inputs", nodes);
  }
  return tensors.map((tensor) => {
    const [name, node, place, extra = {}] = Array.isArray(tensor) ? tensor : [];
    const isPlain = node === 0 && place === 0 && isJsonObject(extra) &&
      Object.keys(extra).length === 0;
    return isPlain ? name : undefined;
  });
}

function size(name: string, value: unknown): number {
  if (Number.isSafeInteger(value) && (value as number) > 0) {
    return value as number;
  }
  throw wrong(name, "a whole number of at least 1", value);
}

function evenSize({ size: value }: JsonObject): number {
  const number = size("size", value);
  if (number % 2 !== 0) throw wrong("size", "even", value);
  return number;
}

function wrong(what: string, rule: string, value: unknown): RangeError {
  return new RangeError(
    `${what} must be ${rule}: current value is ${preview(value)}`,
  );
}
