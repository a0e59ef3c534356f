/**
 * Figures as PDF, by PDFKit: with real text and the letters of the font.
 *
 * @module
 */

import PDFDocument from "pdfkit";
import drawSvg from "svg-to-pdfkit";
import { FONT_FILES } from "./font.ts";

/** Points for a pixel of SVG. */
const POINTS = 72 / 96;

/** PDFKit would write the time; figures are the same for the same runs. */
const DATE = new Date(0);

/** What PDFKit's declared types leave out. */
interface EncodingFont {
  encode(text: string, features?: object): unknown;
}

/**
 * Draws an SVG as PDF.
 *
 * @param svg The text of the SVG, with its size in pixels.
 * @param title The title in the properties of the document.
 * @returns The bytes of the PDF: one page as large as the SVG.
 */
export async function renderPdf(
  svg: string,
  title = "",
): Promise<Uint8Array> {
  const [, width, height] = /width="([\d.]+)" height="([\d.]+)"/.exec(svg) ??
    [];
  const document = new PDFDocument({
    size: [Number(width) * POINTS, Number(height) * POINTS],
    margin: 0,
    // Without one PDFKit reads a file of its own, for which there is no right.
    font: "",
    info: { Title: title, CreationDate: DATE },
  });
  for (const [weight, file] of Object.entries(FONT_FILES)) {
    document.registerFont(weight, file as Uint8Array<ArrayBuffer>).font(weight);
    const { _font: font } = document as unknown as { _font: EncodingFont };
    const encode = font.encode.bind(font);
    // PDFKit moves the letters of this font too close: ".1" becomes one sign.
    font.encode = (text) => encode(text, { kern: false });
  }
  // It knows no 600, and PDFKit no dashes without gaps.
  const readable = svg.replaceAll('font-weight="600"', 'font-weight="bold"')
    .replaceAll(' stroke-dasharray="1,0"', "");
  drawSvg(document, readable, 0, 0, {
    fontCallback: (_family: string, bold: boolean) => bold ? "bold" : "normal",
  });
  document.end();
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  for await (const chunk of document) chunks.push(chunk);
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}
