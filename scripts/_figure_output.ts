/**
 * Where figures go: into files in the sizes of templates, or onto the terminal.
 *
 * @module
 */

import { choice, type ConfigOf, text, toggle } from "../core/config/fields.ts";
import { printableJson } from "../core/utils/terminal.ts";
import { type Figure, formatSpec } from "../results/figures/figure.ts";
import type { Draw, Inner } from "../results/figures/fit.ts";
import {
  LENGTH_RULE,
  parseLength,
  parseSize,
  resizeSvg,
  type Size,
} from "../results/figures/size.ts";
import type { TextOptions } from "../results/figures/terminal.ts";
import { terminalWidth, usageError } from "./_command.ts";
import { writeOutput } from "./_output.ts";

const SUFFIX = /\.(svg|pdf|png|json)$/;
const DEFAULT_OUT = "figures/plot.svg";

/** In characters, where the output is no terminal. */
const USUAL_COLUMNS = 80;

/** The height of axes of a given width over it. */
const PROPORTION = 0.62;

/** The flags of where a figure goes, and how large it is. */
export const outputFields = {
  out: text({
    default: DEFAULT_OUT,
    placeholder: "<file>",
    rule: "a file that ends in .svg, .pdf, .png or .json (Vega-Lite)",
    allows: (text) => SUFFIX.test(text),
    description: "where to write it: .svg, .pdf, .png, or .json for Vega-Lite",
  }),
  terminal: toggle({
    description: "draw it here with characters, and write no file",
  }),
  title: text({ description: "the title of the figure" }),
  width: text({
    placeholder: "<size>",
    defaultText: "what suits it",
    rule: `column, text, slide, or ${LENGTH_RULE}`,
    allows: (text) => text === "" || parseSize(text) !== undefined,
    description: "of the whole: column, text, slide, or 84mm, 3.25in, 400px",
  }),
  height: text({
    placeholder: "<length>",
    defaultText: "what suits it",
    rule: LENGTH_RULE,
    allows: (text) => text === "" || parseLength(text) !== undefined,
    description: "of the whole: a length such as 60mm",
  }),
  style: choice({
    default: "default",
    choices: ["default", "minimal"],
    description: "minimal draws no grid",
  }),
};

type OutputFlags = ConfigOf<typeof outputFields>;

/** Figures whose height does not follow from what is drawn keep a proportion. */
export function withProportion(inner: Inner): Inner {
  const { width, height = width && PROPORTION * width } = inner;
  return { ...inner, ...(height ? { height } : {}) };
}

/**
 * Prints a figure, or writes it as the suffix of its file says and prints where.
 *
 * @param draw Draws it.
 * @param flags Where it goes, and how large it is.
 * @param options How it is printed.
 * @returns What is not drawn.
 */
export async function outputFigure(
  draw: Draw,
  flags: OutputFlags,
  options: TextOptions,
): Promise<readonly string[]> {
  const { out, terminal, width, height } = flags;
  if (!terminal) return await writeFigure(draw, out, chooseSize(flags));
  if (out !== DEFAULT_OUT || width || height) {
    throw usageError(
      "Cannot use --out, --width or --height with --terminal: it writes no " +
        "file, and is as wide as the terminal",
    );
  }
  const { renderText } = await import("../results/figures/terminal.ts");
  const { text, omitted } = await renderText(draw, {
    ...options,
    columns: terminalWidth(USUAL_COLUMNS),
    color: Deno.stdout.isTerminal() && !Deno.noColor,
  });
  console.log(text);
  return omitted;
}

function chooseSize({ width, height }: OutputFlags): Size | undefined {
  const high = parseLength(height);
  const size = parseSize(width) ?? (high ? { zoom: 1 } : undefined);
  return size && high ? { ...size, height: high } : size;
}

/** Of the packages for the formats only the one in use is loaded. */
async function writeFigure(
  draw: Draw,
  path: string,
  size?: Size,
): Promise<readonly string[]> {
  const { spec, omitted } = await (size ? fit(size) : draw({}));
  writeOutput(path, await render());
  console.log(path);
  return omitted;

  async function fit(size: Size): Promise<Figure> {
    const { fitFigure } = await import("../results/figures/fit.ts");
    return await fitFigure(draw, size);
  }

  async function render(): Promise<string | Uint8Array> {
    if (path.endsWith(".json")) {
      return `${printableJson(formatSpec(spec, 2))}\n`;
    }
    const { renderSvg } = await import("../results/figures/svg.ts");
    const svg = resizeSvg(await renderSvg(spec), size);
    if (path.endsWith(".pdf")) {
      const { renderPdf } = await import("../results/figures/pdf.ts");
      return await renderPdf(svg);
    }
    if (path.endsWith(".png")) {
      const { renderPng } = await import("../results/figures/png.ts");
      return renderPng(svg);
    }
    const { embedFont } = await import("../results/figures/font.ts");
    return `${await embedFont(svg)}\n`;
  }
}
