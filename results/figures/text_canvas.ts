/**
 * A canvas of characters, each of which shows eight dots or a sign.
 *
 * @module
 */

/** Of the characters with dots, the one without any (Unicode, U+2800 to U+28FF). */
const BRAILLE = 0x2800;

/** The bits of the dots of a character, row by row. */
const DOTS = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]] as const;

/** What a terminal takes for the colours of series, in their order. */
const CODES = [34, 33, 32, 39, 35, 36, 31, 93];

/** One character. */
interface Cell {
  dots: number;
  sign?: string;
  series?: number | undefined;
}

/** A canvas that grows as it is drawn on; nothing is drawn left of it or above. */
export class TextCanvas {
  readonly #rows: Cell[][] = [];
  readonly #color: boolean;

  /** @param color Whether series have colours. */
  constructor(color: boolean) {
    this.#color = color;
  }

  /**
   * Draws a dot.
   *
   * @param x Its place in dots, two to a character.
   * @param y Its place in dots, four to a character.
   * @param series The number of its series.
   */
  dot(x: number, y: number, series?: number): void {
    const cell = this.#cell(x >> 1, y >> 2);
    if (!cell) return;
    cell.dots |= DOTS[y & 3]![x & 1]!;
    cell.series = series;
  }

  /**
   * Writes a text, which covers dots.
   *
   * @param column Where it begins.
   * @param row The line.
   * @param text The text.
   * @param series The number of its series.
   */
  write(column: number, row: number, text: string, series?: number): void {
    [...text].forEach((sign, i) => {
      const cell = this.#cell(column + i, row);
      if (cell) Object.assign(cell, { sign, series });
    });
  }

  /**
   * Writes a text where nothing is written yet.
   *
   * @param column Where it begins.
   * @param row The line.
   * @param text The text.
   */
  writeBelow(column: number, row: number, text: string): void {
    [...text].forEach((sign, i) => {
      const cell = this.#cell(column + i, row);
      if (cell) cell.sign ??= sign;
    });
  }

  #cell(column: number, row: number): Cell | undefined {
    if (row < 0 || column < 0) return undefined;
    while (this.#rows.length <= row) this.#rows.push([]);
    const cells = this.#rows[row]!;
    while (cells.length <= column) cells.push({ dots: 0 });
    return cells[column];
  }

  /** Makes the lines, without what is blank around them. */
  toString(): string {
    return this.#rows.map((cells) => {
      let line = "", current = "";
      for (const { dots, sign, series } of cells) {
        const text = sign ??
          (dots ? String.fromCodePoint(BRAILLE + dots) : " ");
        const style = this.#color && series !== undefined && text !== " "
          ? `\x1b[${CODES[series % CODES.length]}m`
          : "";
        if (style !== current) line += current && !style ? "\x1b[0m" : style;
        line += text;
        current = style;
      }
      return `${line}${current && "\x1b[0m"}`.trimEnd();
    }).join("\n").replaceAll(/^\n+|\n+$/g, "");
  }
}
