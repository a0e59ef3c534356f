/**
 * Tables that are measured and put into pages of the docs.
 *
 * @module
 */

import { writeFileAtomic } from "../core/store/atomic_write.ts";
import { formatMarkdown } from "../results/tables/table.ts";

/** A table of texts; all columns but the first ones are numbers. */
export function table(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  nTexts = 1,
): string {
  return formatMarkdown({
    columns: headings.map((heading, index) => ({
      heading,
      isNumeric: index >= nTexts,
      isKey: index === 0,
    })),
    rows: rows.map((row) => row.map((text) => ({ text }))),
  });
}

/** Puts contents into a page, each between the two comments of its name. */
export function fillPage(
  path: string,
  contents: Readonly<Record<string, string>>,
): void {
  let page = Deno.readTextFileSync(path);
  for (const [name, content] of Object.entries(contents)) {
    const place = new RegExp(`(<!-- ${name} -->)[^]*(<!-- /${name} -->)`);
    if (!place.test(page)) {
      throw new SyntaxError(`Cannot fill ${path}: it has no place for ${name}`);
    }
    page = page.replace(
      place,
      (_, open, close) => `${open}\n\n${content}\n\n${close}`,
    );
  }
  writeFileAtomic(path, page);
}
