/**
 * The datasets with a name. A new one is an entry of the table.
 *
 * @module
 */

import type { RandomStream } from "../../utils/random.ts";
import { drawRow, type GaussianMixture } from "./gaussian_mixture.ts";

/** A dataset that is generated, with any number of fresh rows. */
export interface GeneratedDataset {
  /** The names of the columns. */
  readonly columns: readonly string[];
  /** Draws one row, a number for each column. */
  readonly draw: (random: RandomStream) => readonly number[];
  /** The mixture, if the dataset is a Gaussian mixture. */
  readonly mixture?: GaussianMixture;
}

/** Three components of different weight and width, in one dimension. */
export const MIXTURE: GaussianMixture = [
  { weight: 0.5, means: [-2], deviations: [0.5] },
  { weight: 0.3, means: [1], deviations: [0.3] },
  { weight: 0.2, means: [3], deviations: [0.8] },
];

const RING = { parts: 8, radius: 2, deviation: 0.2 };

/** Eight round components on a ring. */
export const GAUSSIANS: GaussianMixture = Array.from(
  { length: RING.parts },
  (_, part) => {
    const angle = 2 * Math.PI * part / RING.parts;
    return {
      weight: 1 / RING.parts,
      means: [RING.radius * Math.cos(angle), RING.radius * Math.sin(angle)],
      deviations: [RING.deviation, RING.deviation],
    };
  },
);

/** The standard deviation of rows around the curve that they are drawn on. */
const BLUR = 0.1;

/** Blurs a point of a curve. */
function blur(random: RandomStream, x: number, y: number): [number, number] {
  return [x + BLUR * random.normal(), y + BLUR * random.normal()];
}

function polar(radius: number, angle: number): [number, number] {
  return [radius * Math.cos(angle), radius * Math.sin(angle)];
}

const createPlane = (draw: GeneratedDataset["draw"]): GeneratedDataset => ({
  columns: ["x", "y"],
  draw,
});

const createMixture = (mixture: GaussianMixture): GeneratedDataset => ({
  columns: mixture[0]!.means.length === 1 ? ["x"] : ["x", "y"],
  draw: (random) => drawRow(mixture, random),
  mixture,
});

/** The datasets that are generated, by name. */
export const GENERATED: Readonly<Record<string, GeneratedDataset>> = {
  mixture: createMixture(MIXTURE),
  gaussians: createMixture(GAUSSIANS),
  // Two half circles of radius 1, the second mirrored and moved in between.
  moons: createPlane((random) => {
    const isSecond = random.integer(2) === 1;
    const [x, y] = polar(1, Math.PI * random.uniform());
    return isSecond ? blur(random, 1 - x, 0.5 - y) : blur(random, x, y);
  }),
  // Two concentric circles, the inner one half as wide.
  circles: createPlane((random) => {
    const radius = random.integer(2) === 1 ? 0.5 : 1;
    const [x, y] = polar(radius, 2 * Math.PI * random.uniform());
    return [x + BLUR / 2 * random.normal(), y + BLUR / 2 * random.normal()];
  }),
  // A widening spiral of one and a half turns, uniform in the angle.
  "swiss-roll": createPlane((random) => {
    const angle = 1.5 * Math.PI * (1 + 2 * random.uniform());
    const [x, y] = polar(angle / Math.PI, angle);
    return blur(random, x, y);
  }),
  // The dark squares of a board of four by four, each of side 1.
  checkerboard: createPlane((random) => {
    const row = random.integer(4), pair = random.integer(2);
    return [
      2 * pair + row % 2 - 2 + random.uniform(),
      row - 2 + random.uniform(),
    ];
  }),
  // Two arms of one and a half turns, with more rows farther out.
  spiral: createPlane((random) => {
    const sign = random.integer(2) === 1 ? 1 : -1;
    const angle = 3 * Math.PI * Math.sqrt(random.uniform());
    const [x, y] = polar(sign * angle / Math.PI, angle);
    return blur(random, x, y);
  }),
  // Five blades, bent more the farther out.
  pinwheel: createPlane((random) => {
    const BLADES = 5, BEND = 0.25;
    const along = 1 + 0.3 * random.normal(), across = 0.1 * random.normal();
    const angle = 2 * Math.PI * random.integer(BLADES) / BLADES +
      BEND * Math.exp(along);
    const cos = Math.cos(angle), sin = Math.sin(angle);
    return [along * cos - across * sin, along * sin + across * cos];
  }),
};
