/**
 * The colours and dashes of groups: the same in all views, and those of the
 * figures (results/figures/style.ts).
 *
 * @module
 */

/** Okabe and Ito's colours; the text's colour stands for black. */
export const COLORS = [
  "#0072B2",
  "#E69F00",
  "#009E73",
  "currentColor",
  "#CC79A7",
  "#56B4E9",
  "#D55E00",
  "#F0E442",
];

/** One less than there are colours, so that pairs repeat late. */
export const DASHES = [
  [],
  [6, 3],
  [2, 2],
  [8, 2, 2, 2],
  [4, 1],
  [1, 3],
  [10, 4],
];

/**
 * The colour of a group.
 *
 * @param {number} group Its number.
 * @param {string} ink The colour of text.
 * @returns {string} A colour for CSS and canvas.
 */
export function colorOf(group, ink = "currentColor") {
  const color = COLORS[group % COLORS.length];
  return color === "currentColor" ? ink : color;
}

/**
 * The dashes of a group.
 *
 * @param {number} group Its number.
 * @returns {number[]} Lengths of dashes and spaces, in pixels.
 */
export function dashOf(group) {
  return DASHES[group % DASHES.length];
}
