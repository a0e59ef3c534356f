/**
 * The datasets that have a name. A new one is one entry of the table.
 *
 * @module
 */

import type { RandomStream } from "../../utils/random.ts";
import { drawRow, type GaussianMixture } from "./gaussian_mixture.ts";

/** A dataset that is drawn, not read: there is no end of fresh rows. */
export interface GeneratedDataset {
  /** The names of the columns. */
  readonly columns: readonly string[];
  /** Draws one row, one number a column. */
  readonly draw: (random: RandomStream) => readonly number[];
  /** Where the dataset is a Gaussian mixture: which. */
  readonly mixture?: GaussianMixture;
}

/** Three bumps of different height and width, in one dimension. */
export const MIXTURE: GaussianMixture = [
  { weight: 0.5, means: [-2], deviations: [0.5] },
  { weight: 0.3, means: [1], deviations: [0.3] },
  { weight: 0.2, means: [3], deviations: [0.8] },
];

const RING = { parts: 8, radius: 2, deviation: 0.2 };

/** Eight round bumps on a ring. */
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

/** How far rows lie off the line that they are drawn around. */
const BLUR = 0.1;

/** Blurs a point of a line in the plane. */
function blurred(random: RandomStream, x: number, y: number): [number, number] {
  return [x + BLUR * random.normal(), y + BLUR * random.normal()];
}

function polar(radius: number, angle: number): [number, number] {
  return [radius * Math.cos(angle), radius * Math.sin(angle)];
}

const inPlane = (draw: GeneratedDataset["draw"]): GeneratedDataset => ({
  columns: ["x", "y"],
  draw,
});

const ofMixture = (mixture: GaussianMixture): GeneratedDataset => ({
  columns: mixture[0]!.means.length === 1 ? ["x"] : ["x", "y"],
  draw: (random) => drawRow(mixture, random),
  mixture,
});

/** The datasets that are generated, by name. */
export const GENERATED: Readonly<Record<string, GeneratedDataset>> = {
  mixture: ofMixture(MIXTURE),
  gaussians: ofMixture(GAUSSIANS),
  // Two half circles of radius 1, the second turned over and moved in between.
  moons: inPlane((random) => {
    const isSecond = random.integer(2) === 1;
    const [x, y] = polar(1, Math.PI * random.uniform());
    return isSecond ? blurred(random, 1 - x, 0.5 - y) : blurred(random, x, y);
  }),
  // Two circles with one centre, the inner one half as wide.
  circles: inPlane((random) => {
    const radius = random.integer(2) === 1 ? 0.5 : 1;
    const [x, y] = polar(radius, 2 * Math.PI * random.uniform());
    return [x + BLUR / 2 * random.normal(), y + BLUR / 2 * random.normal()];
  }),
  // One and a half turns that widen; as many rows to each angle.
  "swiss-roll": inPlane((random) => {
    const angle = 1.5 * Math.PI * (1 + 2 * random.uniform());
    const [x, y] = polar(angle / Math.PI, angle);
    return blurred(random, x, y);
  }),
  // The dark squares of a board of four by four, each of side 1.
  checkerboard: inPlane((random) => {
    const row = random.integer(4), pair = random.integer(2);
    return [
      2 * pair + row % 2 - 2 + random.uniform(),
      row - 2 + random.uniform(),
    ];
  }),
  // Two arms of one and a half turns, more rows where they are wide.
  spiral: inPlane((random) => {
    const sign = random.integer(2) === 1 ? 1 : -1;
    const angle = 3 * Math.PI * Math.sqrt(random.uniform());
    const [x, y] = polar(sign * angle / Math.PI, angle);
    return blurred(random, x, y);
  }),
  // Five blades, bent the more the farther out.
  pinwheel: inPlane((random) => {
    const BLADES = 5, BEND = 0.25;
    const along = 1 + 0.3 * random.normal(), across = 0.1 * random.normal();
    const angle = 2 * Math.PI * random.integer(BLADES) / BLADES +
      BEND * Math.exp(along);
    const cos = Math.cos(angle), sin = Math.sin(angle);
    return [along * cos - across * sin, along * sin + across * cos];
  }),
};
