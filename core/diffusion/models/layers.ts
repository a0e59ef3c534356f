/**
 * Layers that TensorFlow.js lacks, with handwritten gradients where these are
 * faster.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs";
import type { RandomStream } from "../../utils/random.ts";
import type { ModelConfig } from "../model_config.ts";
import { writeWeights } from "./weights.ts";

/** A layer whose first weight is drawn; its others begin at 0. */
export interface RandomLayer {
  /** The standard deviation of the first weight. */
  readonly deviation: number;
}

/**
 * Draws the weights of a layer, if it is a {@linkcode RandomLayer}.
 *
 * @param layer The layer.
 * @param random Draws the numbers.
 */
export function drawWeights(
  layer: tf.layers.Layer & Partial<RandomLayer>,
  random: RandomStream,
): void {
  const { deviation, weights: [drawn] } = layer;
  if (deviation === undefined) return;
  const { size } = drawn!.read();
  const values = Float32Array.from(
    { length: size },
    () => deviation * random.normal(),
  );
  writeWeights([drawn!], values);
}

/**
 * Predicts that a noisy row is pure noise: returns it as it is. It has no
 * weights; its loss is the baseline for other models.
 */
export class IdentityNoise extends tf.layers.Layer {
  /** The name in saved models. */
  static readonly className = "IdentityNoise";

  /** The shape of the noisy rows. */
  override computeOutputShape(inputShape: tf.Shape[]): tf.Shape {
    return inputShape[0]!;
  }

  /** Returns the noisy rows as a new tensor. */
  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return [inputs].flat()[0]!.clone();
  }
}
tf.serialization.registerClass(IdentityNoise);

/** The arguments of an embedding. */
export interface EmbeddingArgs {
  /** The layer's name. */
  readonly name?: string;
  /** The number of its outputs; even. */
  readonly size: number;
}

/**
 * The highest frequency in radians per unit of time. DDPM has 1000, with which
 * neighbouring timesteps have nothing in common and each learns its own error.
 */
const HIGHEST_FREQUENCY = 100;
/** The ratio of the highest frequency to the lowest. */
const FREQUENCY_RATIO = 1000;

/**
 * Embeds a time as sines and cosines of falling frequency, like positions in
 * Vaswani et al. (2017, "Attention is all you need", section 3.5) and times in
 * DDPM (Ho, Jain & Abbeel 2020, appendix B), from 100 to 0.1 radians per unit
 * of time: [batch, 1] becomes [batch, size].
 */
export class SinusoidalEmbedding extends tf.layers.Layer {
  /** The name in saved models. */
  static readonly className = "SinusoidalEmbedding";
  readonly #size: number;

  /** Creates the layer. */
  constructor(args: EmbeddingArgs) {
    super(args);
    this.#size = args.size;
  }

  /** [batch, size]. */
  override computeOutputShape(inputShape: tf.Shape): tf.Shape {
    return [inputShape[0]!, this.#size];
  }

  /** Embeds times in (0, 1]. */
  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const half = this.#size / 2;
    const frequencies = computeTimeFrequencies(half);
    return computeWaves(inputs, () => tf.tensor2d(frequencies, [1, half]));
  }

  /** The arguments of the layer. */
  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), size: this.#size };
  }
}
tf.serialization.registerClass(SinusoidalEmbedding);

/** Takes 0 for every time, so that a model works without knowing it. */
export class ZeroTime extends tf.layers.Layer {
  /** The name in saved models. */
  static readonly className = "ZeroTime";

  /** Forgets times; the shape stays. */
  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.zerosLike([inputs].flat()[0]!);
  }
}
tf.serialization.registerClass(ZeroTime);

/**
 * Computes the frequencies of {@linkcode SinusoidalEmbedding}.
 *
 * @param count How many.
 * @returns Radians per unit of time, from high to low.
 */
export function computeTimeFrequencies(count: number): Float32Array {
  return Float32Array.from(
    { length: count },
    (_, i) =>
      HIGHEST_FREQUENCY * FREQUENCY_RATIO ** (-i / Math.max(count - 1, 1)),
  );
}

/** Sines and cosines of the products of inputs and frequencies. */
function computeWaves(
  inputs: tf.Tensor | tf.Tensor[],
  createFrequencies: () => tf.Tensor,
): tf.Tensor {
  return tf.tidy(() => {
    const angles = tf.matMul([inputs].flat()[0]!, createFrequencies());
    return tf.concat([tf.sin(angles), tf.cos(angles)], 1);
  });
}

/**
 * Embeds rows as sines and cosines of random projections, so that a small
 * network can learn fine structure (Tancik et al. 2020, "Fourier features let
 * networks learn high frequency functions in low dimensional domains", eq. 5,
 * with σ = 1): [batch, nColumns] becomes [batch, size]. The frequencies are
 * drawn once and not trained.
 */
export class FourierFeatures extends tf.layers.Layer implements RandomLayer {
  /** The name in saved models. */
  static readonly className = "FourierFeatures";
  /** 2π: the frequencies are standard normal numbers of turns. */
  readonly deviation: number = 2 * Math.PI;
  readonly #size: number;

  /** Creates the layer. */
  constructor(args: EmbeddingArgs) {
    super(args);
    this.#size = args.size;
  }

  /** Allocates the frequencies. */
  override build(inputShape: tf.Shape): void {
    const isTrained = false;
    this.addWeight(
      "frequencies",
      [inputShape.at(-1)!, this.#size / 2],
      "float32",
      tf.initializers.zeros(),
      undefined,
      isTrained,
    );
  }

  /** [batch, size]. */
  override computeOutputShape(inputShape: tf.Shape): tf.Shape {
    return [inputShape[0]!, this.#size];
  }

  /** Embeds rows. */
  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return computeWaves(inputs, () => this.weights[0]!.read());
  }

  /** The arguments of the layer. */
  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), size: this.#size };
  }
}
tf.serialization.registerClass(FourierFeatures);

/** The activation function of units; `linear` is the identity function. */
export type Activation = ModelConfig["activation"] | "linear";

/** The arguments of a {@linkcode DenseLayer}. */
export interface DenseArgs {
  /** The layer's name. */
  readonly name?: string;
  /** The number of units. */
  readonly units: number;
  /** Their activation function. */
  readonly activation: Activation;
  /** The standard deviation of weights with one input; 0 for zeros. */
  readonly gain: number;
  /** Whether no layer before it is trained, so its inputs need no gradient. */
  readonly isFirst?: boolean;
}

/** An activation function and its derivative. */
interface ActivationRule {
  /** Computes the value, and what else the derivative needs. */
  readonly forward: (sum: tf.Tensor) => tf.Tensor[];
  /** Computes the derivative from those; it is 1 if this is left out. */
  readonly derivative?: (outputs: readonly tf.Tensor[]) => tf.Tensor;
}

const ACTIVATIONS: Readonly<Record<Activation, ActivationRule>> = {
  linear: { forward: (sum) => [sum] },
  // z σ(z) (Elfwing, Uchibe & Doya 2018); its derivative is y + σ (1 − y).
  silu: {
    forward(sum) {
      const gate = tf.sigmoid(sum);
      return [tf.mul(sum, gate), gate];
    },
    derivative: ([value, gate]) =>
      tf.add(value!, tf.mul(gate!, tf.sub(1, value!))),
  },
  relu: {
    forward: (sum) => [tf.relu(sum)],
    derivative: ([value]) => tf.step(value!),
  },
  tanh: {
    forward: (sum) => [tf.tanh(sum)],
    derivative: ([value]) => tf.sub(1, tf.square(value!)),
  },
};

/**
 * A dense layer, activation(x W + b). It adds x if there are as many inputs as
 * units and the units are not linear (He et al. 2016, "Deep residual
 * learning"). A second input is added to x W + b: one row for all rows, or one
 * for each. So a time that all rows share is embedded once.
 *
 * Its gradient is written out: one node of the tape instead of five, and sums
 * over rows as products, which are faster than TensorFlow.js's sums.
 */
export class DenseLayer extends tf.layers.Layer implements RandomLayer {
  /** The name in saved models. */
  static readonly className = "DenseLayer";
  readonly #args: DenseArgs;

  /** Creates the layer. */
  constructor(args: DenseArgs) {
    super(args);
    this.#args = args;
  }

  /** Allocates the weights. */
  override build(inputShape: tf.Shape | tf.Shape[]): void {
    const { units } = this.#args;
    const zeros = tf.initializers.zeros();
    const [, nInputs] = inputShape.flat();
    this.addWeight("kernel", [nInputs!, units], "float32", zeros);
    this.addWeight("bias", [units], "float32", zeros);
  }

  /**
   * That of weights with variance gain² over the number of inputs (LeCun,
   * Bottou, Orr & Müller 1998, "Efficient BackProp").
   */
  get deviation(): number {
    return this.#args.gain / Math.sqrt(this.weights[0]!.shape[0]!);
  }

  /** [batch, units]. */
  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
    return [inputShape.flat()[0]!, this.#args.units];
  }

  /** Rows [batch, nInputs] become [batch, units]. */
  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const [rows, ...added] = [inputs].flat() as [tf.Tensor, ...tf.Tensor[]];
    const { units, activation } = this.#args;
    return tf.tidy(() => {
      const weights = this.weights.map((weight) => weight.read());
      const outputs = createDenseOp(this.#args)(rows, ...weights, ...added);
      const isResidual = activation !== "linear" && rows.shape[1] === units;
      return isResidual ? tf.add(outputs, rows) : outputs;
    });
  }

  /** The arguments of the layer. */
  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), ...this.#args };
  }
}
tf.serialization.registerClass(DenseLayer);

/** The operation on x, W, b and an optional term, with its gradient. */
function createDenseOp(
  { activation, isFirst = false }: DenseArgs,
): (...terms: tf.Tensor[]) => tf.Tensor {
  const { forward, derivative } = ACTIVATIONS[activation];
  return tf.customGrad((...args) => {
    const save = args.pop() as unknown as (tensors: tf.Tensor[]) => void;
    const [x, kernel, bias, added] = args as tf.Tensor2D[];
    const product = tf.fused.matMul({ a: x!, b: kernel!, bias: bias! });
    const sum = added ? tf.add(product, added) : product;
    const outputs = forward(sum);
    save([x!, kernel!, ...outputs]);
    const gradFunc = (gradient: tf.Tensor, kept: tf.Tensor[]) => {
      const [x, kernel, ...outputs] = kept as tf.Tensor2D[];
      const inner = derivative
        ? tf.mul(gradient, derivative(outputs))
        : gradient;
      const nRows = x!.shape[0];
      const total = tf.matMul(tf.ones([1, nRows]), inner);
      return [
        isFirst ? tf.zerosLike(x!) : tf.matMul(inner, kernel!, false, true),
        tf.matMul(x!, inner, true, false),
        tf.reshape(total, [inner.shape[1]!]),
        ...(added ? [added.shape[0] === nRows ? inner : total] : []),
      ];
    };
    return { value: outputs[0]!, gradFunc: gradFunc as never };
  });
}
