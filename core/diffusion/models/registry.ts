/**
 * The models by name. A new model is a file in this folder and a line here.
 * Each file is loaded when its model is built, and TensorFlow.js with it.
 *
 * @module
 */

/** The models by name, each with a function that loads its file. */
export const MODELS = {
  identity: () => import("./identity.ts"),
  mlp: () => import("./mlp.ts"),
};

/** The name of a model. */
export type ModelName = keyof typeof MODELS;
